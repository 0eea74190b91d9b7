using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Rbac;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Authorization;

/// <summary>
/// The roles that every cluster has, verb by verb against a table: each of them is asked for everything that any of them allows.
/// </summary>
public sealed class DefaultRolesTests : IAsyncLifetime
{
    private static readonly string[] Verbs =
        ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "escalate", "approve", "sign", "proxy", "other"];

    private readonly InMemoryRevisionStore _store = new();
    private ApiVerbs _verbs = null!;
    private InProcessClient _api = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _verbs = new ApiVerbs(_store, ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1));
        _api = new InProcessClient(_verbs, "system:apiserver");
        foreach (var name in (string[])["kube-system", "kube-public"])
        {
            await _api.CreateAsync(new Namespace { Metadata = new() { Name = name } }, Stop);
        }

        await BootstrapPolicy.EnsureAsync(_api, Stop);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Every_role_allows_what_the_table_says_and_nothing_else()
    {
        var table = await TableAsync();
        var rights = table.Values.SelectMany(rows => rows.Keys).Distinct().ToList();
        var wrong = new List<string>();
        foreach (var role in BootstrapPolicy.ClusterRoles.Where(role => role.AggregationRule is null && role.Metadata.Name != "cluster-admin"))
        {
            var name = role.Metadata.Name!;
            await _api.CreateAsync(Binding($"test:{name}", name), Stop);
            var user = new UserInfo { Username = $"test:{name}" };
            foreach (var right in rights)
            {
                var said = table.GetValueOrDefault(name)?.GetValueOrDefault(right) ?? [];
                foreach (var verb in Verbs)
                {
                    var allowed = (await _verbs.Authorizer.DecideAsync(user, right.Request(verb), Stop)).Allowed;
                    if (allowed != (said.Contains(verb) || said.Contains("*")) && !right.IsCoveredByStar(role, verb))
                    {
                        wrong.Add($"{name} {(allowed ? "may" : "may not")} {verb} {right}");
                    }
                }
            }
        }

        Assert.Equal([], wrong);
        Assert.Equal(BootstrapPolicy.ClusterRoles.Select(role => role.Metadata.Name).Except(["cluster-admin", "admin", "edit", "view"]).Order(StringComparer.Ordinal), table.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_missing_comes_back_and_what_was_added_stays()
    {
        var discovery = (await _api.FindAsync<ClusterRole>(new("", "system:discovery"), Stop))!;
        var mine = new PolicyRule { Verbs = ["get"], NonResourceUrls = ["/mine"] };
        await _api.UpdateAsync(discovery with { Rules = [mine] }, Stop);
        var kept = (await _api.FindAsync<ClusterRole>(new("", "system:basic-user"), Stop))!;
        await _api.UpdateAsync(
            kept with { Rules = default, Metadata = kept.Metadata with { Annotations = kept.Metadata.Annotations.With("rbac.authorization.kubernetes.io/autoupdate", "false") } }, Stop);
        var binding = (await _api.FindAsync<ClusterRoleBinding>(new("", "system:discovery"), Stop))!;
        await _api.UpdateAsync(binding with { Subjects = [new() { Kind = "User", ApiGroup = "rbac.authorization.k8s.io", Name = "jane" }] }, Stop);
        await _api.DeleteAsync<ClusterRole>(new("", "system:monitoring"), null, Stop);
        await _api.DeleteAsync<ClusterRoleBinding>(new("", "system:basic-user"), null, Stop);
        await _api.CreateAsync(Binding("system:basic-user", "system:basic-user") with { RoleRef = new() { Kind = "ClusterRole", Name = "cluster-admin" } }, Stop);

        await BootstrapPolicy.EnsureAsync(_api, Stop);

        Assert.Equal([mine, .. discovery.Rules], (await _api.FindAsync<ClusterRole>(new("", "system:discovery"), Stop))!.Rules);
        Assert.Empty((await _api.FindAsync<ClusterRole>(new("", "system:basic-user"), Stop))!.Rules);
        Assert.Equal(["jane", "system:authenticated"], (await _api.FindAsync<ClusterRoleBinding>(new("", "system:discovery"), Stop))!.Subjects.Select(s => s.Name));
        Assert.NotNull(await _api.FindAsync<ClusterRole>(new("", "system:monitoring"), Stop));
        Assert.Equal("system:basic-user", (await _api.FindAsync<ClusterRoleBinding>(new("", "system:basic-user"), Stop))!.RoleRef.Name);
    }

    [Fact]
    public async Task A_start_that_finds_all_of_it_writes_nothing()
    {
        var before = _store.Current;
        await BootstrapPolicy.EnsureAsync(_api, Stop);
        Assert.Equal(before, _store.Current);
    }

    [Theory]
    [InlineData("jane", Users.Authenticated, "get", "/apis/apps/v1", true)]
    [InlineData("jane", Users.Authenticated, "get", "/openapi/v3", true)]
    [InlineData("jane", Users.Authenticated, "get", "/metrics", false)]
    [InlineData("jane", Users.Authenticated, "get", "/.well-known/openid-configuration", false)]
    [InlineData("jane", "system:serviceaccounts", "get", "/.well-known/openid-configuration", true)]
    [InlineData("jane", "system:monitoring", "get", "/metrics", true)]
    [InlineData("system:anonymous", Users.Unauthenticated, "get", "/healthz", true)]
    [InlineData("system:anonymous", Users.Unauthenticated, "get", "/version", true)]
    [InlineData("system:anonymous", Users.Unauthenticated, "get", "/healthz/etcd", false)]
    [InlineData("system:anonymous", Users.Unauthenticated, "get", "/api", false)]
    [InlineData("system:anonymous", Users.Unauthenticated, "post", "/version", false)]
    public async Task Everybody_may_ask_for(string user, string group, string verb, string path, bool allowed) => Assert.Equal(
        allowed, (await _verbs.Authorizer.DecideAsync(Users.Of(user, group), new AccessRequest(verb, null) { Path = path }, Stop)).Allowed);

    private static ClusterRoleBinding Binding(string name, string role) => new()
    {
        Metadata = new() { Name = name },
        RoleRef = new() { Kind = "ClusterRole", Name = role },
        Subjects = [new() { Kind = "User", Name = name }],
    };

    /// <summary>The table: a role without indentation, below it "GROUP RESOURCE[ NAME]: VERBS" or "PATH: VERBS".</summary>
    private static async Task<Dictionary<string, Dictionary<Right, string[]>>> TableAsync()
    {
        var table = new Dictionary<string, Dictionary<Right, string[]>>();
        Dictionary<Right, string[]> rows = [];
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Authorization", "default-roles.txt"), Stop))
        {
            if (line.Length == 0 || line[0] != ' ')
            {
                table[line] = rows = [];
                continue;
            }

            var parts = line.Trim().Split(": ");
            rows[Right.Parse(parts[0])] = parts[1].Split(' ');
        }

        return table;
    }

    /// <param name="Group">"core" for the one without a name; empty for a path.</param>
    private sealed record Right(string Group, string Door, string Name)
    {
        public static Right Parse(string text) => text.Split(' ') switch
        {
            [var group, var door] => new(group, door, ""),
            [var group, var door, var name] => new(group, door, name),
            _ => new("", text, ""),
        };

        public AccessRequest Request(string verb)
        {
            var door = Door.Split('/', 2);
            return Group.Length == 0
                ? new AccessRequest(verb, null) { Path = Door.Replace("*", "x", StringComparison.Ordinal) }
                : AccessRequest.To(verb, new(Group == "core" ? "" : Group.Replace("*", "any", StringComparison.Ordinal), door[0].Replace("*", "any", StringComparison.Ordinal)), null, Name, door.Length > 1 ? door[1] : null);
        }

        /// <summary>A row of the table can be within another row of the role that has stars.</summary>
        public bool IsCoveredByStar(ClusterRole role, string verb) => role.Rules.Any(rule =>
            rule.Verbs.Any(one => one == verb || one == "*")
            && (Group.Length == 0
                ? rule.NonResourceUrls.Any(path => path.EndsWith('*'))
                : rule.Resources.Any(resource => resource.Contains('*')) || (Name.Length > 0 && rule.ResourceNames.IsEmpty && rule.Resources.Contains(Door))));

        public override string ToString() => $"{Group} {Door} {Name}".Trim();
    }
}

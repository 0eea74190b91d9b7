using System.Text;
using System.Text.Json;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Rbac;
using Coppice.Objects.Resource;
using Coppice.Store.InMemory;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.ApiServer.Tests.Admission;

/// <summary>Who may write which part of the status of claims of devices.</summary>
public sealed class DeviceStatusAuthorizationTests
{
    private const string Driver = "gpu.example.com";
    private const string NodeName = "authentication.kubernetes.io/node-name";

    private static readonly UserInfo OnNode = Users.Account("default", "driver") with { Extra = ValueMap.Of<ValueList<string>>((NodeName, ["n1"])) };

    private readonly ApiVerbs _verbs = new(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1));

    private readonly IApiClient _admin;

    public DeviceStatusAuthorizationTests() => _admin = new InProcessClient(_verbs, Users.Of("admin", Users.Masters));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_gives_devices_to_claims_needs_the_binding_in_the_whole_cluster()
    {
        var claim = await ClaimAsync();
        var user = Users.Of("user");
        await AllowAsync("default", user, Rule("resourceclaims/status", "update", "patch"), Rule("resourceclaims/binding", "update", "patch"));
        Assert.EndsWith(
            "is invalid: status: Forbidden: changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", verb=\"update\" permission: resourceclaims.resource.k8s.io is forbidden: User \"user\" cannot update resource \"resourceclaims/binding\" in API group \"resource.k8s.io\" at the cluster scope",
            await RefusalAsync(user, Allocated(claim)));
        var allocated = await _admin.UpdateStatusAsync(Allocated(claim), Stop);
        Assert.Contains("verb=\"update\"", await RefusalAsync(user, Reserved(allocated)));
        Assert.Contains("verb=\"patch\"", await RefusalAsync(() => PatchAsync(user, """{"status":{"reservedFor":[{"resource":"pods","name":"p","uid":"u"}]}}""")));

        await AllowAsync("", user, Rule("resourceclaims/binding", "update"));
        await RefusalAsync(() => PatchAsync(user, """{"status":{"reservedFor":[{"resource":"pods","name":"p","uid":"u"}]}}"""));
        await Of(user).UpdateStatusAsync(Reserved(allocated), Stop);
    }

    [Fact]
    public async Task Who_reports_of_devices_needs_their_driver()
    {
        var claim = await _admin.UpdateStatusAsync(Allocated(await ClaimAsync()), Stop);
        var user = Users.Of("user");
        await AllowAsync("default", user, Rule("resourceclaims/status", "update"), Rule("resourceclaims/driver", "associated-node:update"), Rule("resourceclaims/binding", "update"));
        Assert.EndsWith(
            "is invalid: status.devices: Forbidden: changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[arbitrary-node:update]\" permission: resourceclaims.resource.k8s.io \"gpu.example.com\" is forbidden: User \"user\" cannot arbitrary-node:update resource \"resourceclaims/driver\" in API group \"resource.k8s.io\" in the namespace \"default\"",
            await RefusalAsync(user, Reported(claim)));

        await AllowAsync("default", user, Rule("resourceclaims/driver", "arbitrary-node:update") with { ResourceNames = ["other.example.com"] });
        await RefusalAsync(user, Reported(claim));
        await AllowAsync("default", user, Rule("resourceclaims/driver", "arbitrary-node:update") with { ResourceNames = [Driver] });
        await Of(user).UpdateStatusAsync(Reported(claim), Stop);
    }

    [Theory]
    [InlineData("n1", true)]
    [InlineData("n2", false)]
    public async Task A_driver_on_the_node_reports_of_devices_there_alone(string node, bool isAllowed)
    {
        var claim = await _admin.UpdateStatusAsync(Allocated(await ClaimAsync(), node), Stop);
        await AllowAsync("default", OnNode, Rule("resourceclaims/status", "update"), Rule("resourceclaims/driver", "associated-node:update"));
        if (isAllowed)
        {
            await Of(OnNode).UpdateStatusAsync(Reported(claim), Stop);
        }
        else
        {
            Assert.Contains("verb=\"[arbitrary-node:update]\"", await RefusalAsync(OnNode, Reported(claim)));
        }

        // The name of the node counts for service accounts alone.
        var person = Users.Of("person") with { Extra = OnNode.Extra };
        await AllowAsync("default", person, Rule("resourceclaims/status", "update"), Rule("resourceclaims/driver", "associated-node:update"));
        Assert.Contains("[arbitrary-node:update]", await RefusalAsync(person, Reported(await FindAsync(), "\"more\"")));
    }

    [Fact]
    public async Task A_driver_on_the_node_is_told_of_both_verbs()
    {
        var claim = await _admin.UpdateStatusAsync(Allocated(await ClaimAsync(), "n1"), Stop);
        await AllowAsync("default", OnNode, Rule("resourceclaims/status", "update"));
        var why = await RefusalAsync(OnNode, Reported(claim));
        Assert.Contains("verb=\"[associated-node:update arbitrary-node:update]\"", why);
        Assert.Contains("cannot associated-node:update resource", why);
    }

    [Fact]
    public async Task What_drivers_said_goes_with_the_devices_and_is_otherwise_left_as_it_is()
    {
        var claim = await _admin.UpdateStatusAsync(Reported(await _admin.UpdateStatusAsync(Allocated(await ClaimAsync()), Stop)), Stop);
        var user = Users.Of("user");
        await AllowAsync("", user, Rule("resourceclaims/status", "update"), Rule("resourceclaims/binding", "update"));
        await RefusalAsync(user, claim with { Status = claim.Status with { Devices = [] } });
        claim = await Of(user).UpdateStatusAsync(Reported(Reserved(claim)), Stop);
        claim = await Of(user).UpdateStatusAsync(claim with { Status = new() { Devices = claim.Status.Devices } }, Stop);
        Assert.True(claim.Status.Devices.IsEmpty);
    }

    private static ResourceClaim Allocated(ResourceClaim claim, string? node = null) => claim with
    {
        Status = new()
        {
            Allocation = new()
            {
                Devices = new() { Results = [new() { Request = "one", Driver = Driver, Pool = "p", Device = "d" }] },
                NodeSelector = node is null ? null : new() { NodeSelectorTerms = [new() { MatchFields = [new() { Key = "metadata.name", Operator = "In", Values = [node] }] }] },
            },
        },
    };

    private static ResourceClaim Reserved(ResourceClaim claim) =>
        claim with { Status = claim.Status with { ReservedFor = [new() { Resource = "pods", Name = "p", Uid = "u" }] } };

    private static ResourceClaim Reported(ResourceClaim claim, string value = "1") => claim with
    {
        Status = claim.Status with { Devices = [new() { Driver = Driver, Pool = "p", Device = "d", Data = JsonElement.Parse($$"""{"a":{{value}}}""") }] },
    };

    private static PolicyRule Rule(string resource, params string[] verbs) => new() { ApiGroups = ["resource.k8s.io"], Resources = [resource], Verbs = [.. verbs] };

    private static async Task<string> RefusalAsync(Func<Task> act)
    {
        var refused = await Assert.ThrowsAnyAsync<ApiException>(act);
        Assert.Equal((422, "Invalid"), ((int)refused.Status.Code!, refused.Status.Reason));
        return refused.Message;
    }

    private Task<string> RefusalAsync(UserInfo user, ResourceClaim claim) => RefusalAsync(async () => await Of(user).UpdateStatusAsync(claim, Stop));

    private InProcessClient Of(UserInfo user) => new(_verbs, user);

    private async Task PatchAsync(UserInfo user, string patch) => await Of(user).WriteAsync(
        BuiltInKinds.Of<ResourceClaim>(),
        new ObjectWrite.Patch(new("default", "claim"), PatchType.Merge, Encoding.UTF8.GetBytes(patch), "status"),
        Stop);

    private async Task<ResourceClaim> FindAsync() => (await _admin.FindAsync<ResourceClaim>(new("default", "claim"), Stop))!;

    private async Task<ResourceClaim> ClaimAsync()
    {
        await _admin.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, Stop);
        return await _admin.CreateAsync(
            new ResourceClaim
            {
                Metadata = new() { Namespace = "default", Name = "claim" },
                Spec = new() { Devices = new() { Requests = [new() { Name = "one", Exactly = new() { DeviceClassName = "gpus" } }] } },
            },
            Stop);
    }

    /// <param name="space">Empty for the whole cluster.</param>
    private async Task AllowAsync(string space, UserInfo user, params PolicyRule[] rules)
    {
        var name = (await _admin.CreateAsync(new ClusterRole { Metadata = new() { GenerateName = "user-" }, Rules = [.. rules] }, Stop)).Metadata.Name!;
        var role = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = name };
        Subject subject = new() { Kind = "User", ApiGroup = "rbac.authorization.k8s.io", Name = user.Username! };
        if (space.Length == 0)
        {
            await _admin.CreateAsync(new ClusterRoleBinding { Metadata = new() { Name = name }, RoleRef = role, Subjects = [subject] }, Stop);
        }
        else
        {
            await _admin.CreateAsync(new RoleBinding { Metadata = new() { Namespace = space, Name = name }, RoleRef = role, Subjects = [subject] }, Stop);
        }
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Rbac;
using Coppice.Store.Sqlite;
using Coppice.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench.Api;

/// <summary>What the measured process runs: the whole API server on the durable store, or the bare web server under it.</summary>
internal static class ServedApi
{
    /// <summary>An administrator by a static token: no role is looked at.</summary>
    public const string Masters = "masters";

    /// <summary>A service account by its own token, which may edit by a role, beside the default roles and a thousand bindings of others.</summary>
    public const string Roles = "roles";

    private const int OtherBindings = 1000;

    // So many are on their way to the disk at once.
    private const int CreatesTogether = 1000;

    /// <param name="pods">How many pods there are from the start, and in how many namespaces.</param>
    /// <param name="rights">Who asks: one of the names here.</param>
    public static async Task RunAsync(string directory, (int Count, int Spaces) pods, string rights)
    {
        var time = TimeProvider.System;
        using var authority = CertificateAuthority.Create(time);
        using var tokens = new ServiceAccountTokens(TokenKey.CreatePem(), time);
        await using var store = await SqliteRevisionStore.OpenAsync(directory, new SqliteStoreOptions(), time, NullLogger.Instance, default);
        var verbs = new ApiVerbs(store, ServiceAllocationOptions.Default, tokens, time, new Random(1));
        var api = new InProcessClient(verbs, "bench");
        await FillAsync(api, pods);

        // The load generator cannot show a certificate.
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var parts = new PipelineParts(authority, tokens, _ => null, [], "127.0.0.1:6443")
        {
            StaticTokens = new Dictionary<string, UserInfo> { [token] = Users.Of("bench", Users.Masters, Users.Authenticated) },
        };
        var pipeline = new RequestPipeline(verbs, parts, time, new Random(2), NullLogger.Instance);
        var port = BareServer.FreePort();
        await using var host = await WebServer.StartAsync(
            [new HttpsService(new HttpsPort(port, BareServer.CertificateOf(authority)), pipeline.HandleAsync)], time, NullLoggerFactory.Instance, default);
        await AnnounceAsync(port, rights == Roles ? await TokenAsync(verbs, api) : token);
    }

    private static async Task<string> TokenAsync(ApiVerbs verbs, InProcessClient api)
    {
        foreach (var name in (string[])["kube-system", "kube-public"])
        {
            await api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, default);
        }

        await BootstrapPolicy.EnsureAsync(api, default);
        await Task.WhenAll(Enumerable.Range(0, OtherBindings).Select(i => api.CreateAsync(Binding($"other-{i}", "view", $"other-{i}"), default).AsTask()));
        await api.CreateAsync(Binding("bench", "system:aggregate-to-edit", "default"), default);
        await api.CreateAsync(Binding("bench-view", "system:aggregate-to-view", "default"), default);
        var issued = await api.CreateTokenAsync(new ObjectKey("default", "default"), new TokenRequest(), default);
        await SayDecisionsAsync(verbs.Authorizer);
        return issued.Status.Token!;
    }

    /// <summary>What a decision takes by itself, on the error stream, which is the terminal's.</summary>
    private static async Task SayDecisionsAsync(Authorizer authorizer)
    {
        const int Many = 1_000_000;
        var robot = Users.Of("system:serviceaccount:default:default", "system:serviceaccounts", "system:serviceaccounts:default", Users.Authenticated);
        foreach (var (verb, resource) in ((string, string)[])[("get", "pods"), ("delete", "nodes")])
        {
            var took = TimeSpan.Zero;
            for (var round = 0; round < 2; round++)
            {
                var began = TimeProvider.System.GetTimestamp();
                for (var i = 0; i < Many; i++)
                {
                    _ = await authorizer.DecideAsync(robot, AccessRequest.To(verb, new("", resource), "default", "p"), default);
                }

                took = TimeProvider.System.GetElapsedTime(began);
            }

            await Console.Error.WriteLineAsync($"{took.TotalNanoseconds / Many,10:n0} ns: whether a service account may {verb} {resource}");
        }
    }

    private static ClusterRoleBinding Binding(string name, string role, string account) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        RoleRef = new RoleRef { Kind = "ClusterRole", Name = role },
        Subjects = [new Subject { Kind = SubjectKind.ServiceAccount, Namespace = "default", Name = account }],
    };

    /// <summary>Says where, and waits for the end of the input.</summary>
    public static async Task AnnounceAsync(int port, string token)
    {
        Console.WriteLine($"https://127.0.0.1:{port} {token}");

        // Reading the console blocks a thread; let it be none of the pool's.
        await Task.Factory.StartNew(Console.In.ReadToEnd, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static async Task FillAsync(InProcessClient api, (int Count, int Spaces) pods)
    {
        for (var i = 0; i < pods.Spaces; i++)
        {
            await api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = PodText.SpaceOf(i) } }, default);
            await api.CreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Name = "default", Namespace = PodText.SpaceOf(i) } }, default);
        }

        foreach (var together in Enumerable.Range(0, pods.Count).Chunk(CreatesTogether))
        {
            await Task.WhenAll(together.Select(i => api.CreateAsync(ApiJson.Read<Pod>(PodText.Of(i, pods.Spaces)), default).AsTask()));
        }
    }
}

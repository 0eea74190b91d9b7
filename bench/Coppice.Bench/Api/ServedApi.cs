using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench.Api;

/// <summary>What the measured process runs: the whole API server on the durable store, or the bare web server under it.</summary>
internal static class ServedApi
{
    /// <param name="pods">How many pods there are from the start.</param>
    public static async Task RunAsync(string directory, int pods)
    {
        var time = TimeProvider.System;
        using var authority = CertificateAuthority.Create(time);
        using var tokens = new ServiceAccountTokens(ServiceAccountTokens.CreateKeyPem(), time);
        await using var store = await SqliteRevisionStore.OpenAsync(directory, new SqliteStoreOptions(), time, NullLogger.Instance, default);
        var verbs = new ApiVerbs(store, ServiceAllocationOptions.Default, tokens, time, new Random(1));
        await FillAsync(new InProcessClient(verbs, "bench"), pods);

        // The load generator cannot show a certificate.
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var parts = new PipelineParts(authority, tokens, _ => null, [], "127.0.0.1:6443")
        {
            StaticTokens = new Dictionary<string, UserInfo> { [token] = Users.Of("bench", Users.Masters, Users.Authenticated) },
        };
        var pipeline = new RequestPipeline(verbs, parts, time, new Random(2), NullLogger.Instance);
        var port = BareServer.FreePort();
        await using var host = await ApiServerHost.StartAsync(
            pipeline, new HttpsPort(port, BareServer.CertificateOf(authority)), null, time, NullLoggerFactory.Instance, default);
        await AnnounceAsync(port, token);
    }

    /// <summary>Says where, and waits for the end of the input.</summary>
    public static async Task AnnounceAsync(int port, string token)
    {
        Console.WriteLine($"https://127.0.0.1:{port} {token}");

        // Reading the console blocks a thread; let it be none of the pool's.
        await Task.Factory.StartNew(Console.In.ReadToEnd, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static async Task FillAsync(InProcessClient api, int pods)
    {
        await api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "default" } }, default);
        await api.CreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Name = "default", Namespace = "default" } }, default);
        await Task.WhenAll(Enumerable.Range(0, pods).Select(i => api.CreateAsync(ApiJson.Read<Pod>(PodText.Named($"{i}")), default).AsTask()));
    }
}

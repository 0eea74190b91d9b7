using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.Bench.Api;
using Coppice.Bench.Healing;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Authentication;
using Coppice.Store.InMemory;
using Coppice.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench;

/// <summary>
/// How soon clients see over HTTPS what a definition has become, where there are a hundred: its new resource in discovery, and its new
/// field in OpenAPI, each document asked for at once when the write was answered and until it shows that.
/// </summary>
internal static class PublishingBench
{
    private const int Definitions = 100;
    private const int Rounds = 20;
    private const string Token = "bench";
    private const string Group = "publishing.example.com";

    private static readonly (string Name, string Path, string Accept)[] Documents =
    [
        ("discovery", "/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"),
        ("OpenAPI v3 of its version", $"/openapi/v3/apis/{Group}/v1", "application/json"),
        ("OpenAPI v2 of everything", "/openapi/v2", "application/json"),
    ];

    public static async Task RunAsync()
    {
        using var ended = new CancellationTokenSource();
        await using var store = new InMemoryRevisionStore();
        var verbs = new ApiVerbs(store, ServiceAllocationOptions.Default, null, TimeProvider.System, Random.Shared);
        var api = new InProcessClient(verbs, "system:apiserver");
        foreach (var i in Enumerable.Range(0, Definitions))
        {
            await api.CreateAsync(Definition($"{i}.{Group}", "first"), default);
        }

        await api.CreateAsync(Definition(Group, "first"), default);
        await verbs.Definitions.FollowAsync(default);
        var following = verbs.Definitions.RunAsync(NullLogger.Instance, ended.Token);
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var tokens = new ServiceAccountTokens(TokenKey.CreatePem(), TimeProvider.System);
        var parts = new PipelineParts(authority, tokens, _ => null, [], "127.0.0.1:6443")
        {
            StaticTokens = new Dictionary<string, UserInfo> { [Token] = Users.Of("bench", Users.Masters, Users.Authenticated) },
        };
        var pipeline = new RequestPipeline(verbs, parts, TimeProvider.System, Random.Shared, NullLogger.Instance);
        var port = BareServer.FreePort();
        await using var host = await WebServer.StartAsync(
            [new HttpsService(new HttpsPort(port, BareServer.CertificateOf(authority)), pipeline.HandleAsync)], TimeProvider.System, NullLoggerFactory.Instance, default);
        using var client = ClientOf(port);
        foreach (var document in Documents)
        {
            await MeasureAsync(api, client, document);
        }

        await ended.CancelAsync();
        await following;
    }

    private static async Task MeasureAsync(InProcessClient api, HttpClient client, (string Name, string Path, string Accept) document)
    {
        var figure = new Figure($"a changed definition, of {Definitions + 1}, in {document.Name}", "100 ms");
        for (var round = 0; round <= Rounds; round++)
        {
            // Discovery tells of a short name, OpenAPI of a field.
            var mark = $"mark{Guid.NewGuid():n}";
            await ChangeAsync(api, Definition(Group, mark));
            var watch = Stopwatch.StartNew();
            while (!(await AskAsync(client, document.Path, document.Accept)).Contains(mark, StringComparison.Ordinal))
            {
            }

            // The first round is for the compiler.
            if (round > 0)
            {
                figure.Ours(watch.Elapsed);
            }
        }

        figure.Print();
    }

    /// <summary>The server writes into a definition's status whenever its specification has changed.</summary>
    private static async Task ChangeAsync(InProcessClient api, CustomResourceDefinition wanted)
    {
        while (true)
        {
            var found = await api.FindAsync<CustomResourceDefinition>(new ObjectKey("", wanted.Metadata.Name!), default);
            try
            {
                await api.UpdateAsync(found! with { Spec = wanted.Spec }, default);
                return;
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // It was written in between.
            }
        }
    }

    private static async Task<string> AskAsync(HttpClient client, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    private static HttpClient ClientOf(int port)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = System.Net.DecompressionMethods.GZip };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        var client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    private static CustomResourceDefinition Definition(string group, string mark) => new()
    {
        Metadata = new() { Name = $"crontabs.{group}" },
        Spec = new()
        {
            Group = group,
            Scope = ResourceScope.Namespaced,
            Names = new() { Plural = "crontabs", Kind = "CronTab", ShortNames = [mark] },
            Versions = [new() { Name = "v1", Served = true, Storage = true, Schema = new() { OpenAPIV3Schema = ApiJson.Read<JSONSchemaProps>(Schema(mark)) } }],
        },
    };

    private static byte[] Schema(string mark) => Encoding.UTF8.GetBytes("""
        {"type":"object","properties":{"spec":{"type":"object","properties":{"MARK":{"type":"string"},"every":{"type":"string","pattern":"^[a-z]+$"},
          "steps":{"type":"array","items":{"type":"string"}}}}}}
        """.Replace("MARK", mark, StringComparison.Ordinal));
}

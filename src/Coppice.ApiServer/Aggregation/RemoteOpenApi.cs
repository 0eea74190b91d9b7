using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Coppice.ApiServer.OpenApi;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Aggregation;

/// <summary>Asks those who serve parts of the API what their objects look like. Who does not say so is served all the same.</summary>
internal sealed class RemoteOpenApi(RemoteApiClient client, TimeProvider time)
{
    private const string Version2Path = "/openapi/v2";
    private const string Version3Path = "/openapi/v3";

    // Kubernetes' own document, of everything that it has, has 4 MiB.
    private const int AnswerBytesMax = 16 * 1024 * 1024;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private static readonly UserInfo Aggregator = Users.Of("system:aggregator", Users.Authenticated);

    /// <returns>What was known before, the very same, where nothing else is said now, or nothing at all.</returns>
    public async ValueTask<OtherDescription?> AskAsync(RemoteApi api, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(AnswerTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            var version3 = await Version3Async(api, either.Token);
            var (tag, version2) = await Version2Async(api, either.Token);
            var now = new OtherDescription(api.Root, version3, tag, version2);
            return now == api.Described ? api.Described : now;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ApiException or JsonException or InvalidOperationException
            || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return api.Described;
        }
    }

    private async ValueTask<string?> Version3Async(RemoteApi api, CancellationToken stop)
    {
        using var answer = await client.GetAsync(api, Version3Path, Aggregator, null, stop);
        if (!answer.IsSuccessStatusCode)
        {
            return null;
        }

        using var index = JsonDocument.Parse(await RemoteApiClient.ReadAsync(answer, AnswerBytesMax, stop));
        return index.RootElement.TryGetProperty("paths", out var paths)
            && paths.TryGetProperty(api.Root[1..], out var entry)
            && entry.TryGetProperty("serverRelativeURL", out var address)
            && address.GetString() is { } url
            && url.StartsWith($"{Version3Path}{api.Root}", StringComparison.Ordinal) ? url : null;
    }

    private async ValueTask<(string Tag, ApiDescription Version2)> Version2Async(RemoteApi api, CancellationToken stop)
    {
        var (known, description) = (api.Described?.Tag ?? "", api.Described?.Version2 ?? ApiDescription.Nothing);
        using var answer = await client.GetAsync(api, Version2Path, Aggregator, known, stop);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return (known, description);
        }

        var body = await RemoteApiClient.ReadAsync(answer, AnswerBytesMax, stop);
        var tag = answer.Headers.ETag?.ToString() ?? $"\"{Convert.ToHexString(SHA256.HashData(body))}\"";
        return tag == known ? (known, description) : (tag, OpenApiV2Reader.Read(body, api.Root));
    }
}

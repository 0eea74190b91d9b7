using System.Net;
using System.Net.Http.Json;
using Coppice.Client.Http;

namespace Coppice.Client.Heartbeats;

/// <summary>
/// Heartbeats over HTTPS, on a connection of their own: they wait for no other request. It speaks HTTP/1.1, so that the beat after one
/// that was given up takes a new one at once, instead of waiting with the old for what was lost to be sent again.
/// </summary>
public sealed class HttpHeartbeatLine(HttpApiOptions options, TimeProvider time) : IHeartbeatLine, IDisposable
{
    /// <summary>
    /// How long a connection is kept on which nobody waits for the answer any more. Were it closed at once, a server that hears us and is
    /// not heard would learn from it that this machine is well, and its agent about to come back.
    /// </summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    /// <summary>Below the API's root; who speaks there is told by the certificate.</summary>
    public const string Path = "/coppice/v1/heartbeat";

    private readonly HttpClient _http = new(HttpApiClient.MakeConnections(options))
    {
        BaseAddress = new Uri(options.Server, "/"),
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        DefaultRequestHeaders = { { "User-Agent", options.Program } },
    };

    public async ValueTask<BeatAnswer> BeatAsync(Beat beat, CancellationToken stop) => await AskAsync(beat).WaitAsync(stop);

    public void Dispose() => _http.Dispose();

    private async Task<BeatAnswer> AskAsync(Beat beat)
    {
        using var kept = new CancellationTokenSource(KeptFor, time);
        using var answer = await _http.PostAsJsonAsync(Path, beat, HeartbeatJsonContext.Default.Beat, kept.Token);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync(HeartbeatJsonContext.Default.BeatAnswer, kept.Token) ?? throw new IOException("a heartbeat had an empty answer");
    }
}

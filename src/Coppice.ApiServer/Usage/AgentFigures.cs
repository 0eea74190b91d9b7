using System.Net;
using System.Text.Json;
using Coppice.ApiServer.Proxying;
using Coppice.Objects;

namespace Coppice.ApiServer.Usage;

/// <summary>
/// What nodes on other machines use, as their agents tell it: a kubelet's <c>/stats/summary</c>. The connection to an agent is kept from one
/// look to the next: a new one is two handshakes on each side, the tunnel's and that of the agent's endpoint in it. To be put away before the
/// web server, which else would wait for the tunnels' ends.
/// </summary>
public sealed class AgentFigures : IAsyncDisposable
{
    /// <summary>A certificate is looked at when its connection begins; each lives longer than this by far.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(30);

    // Looks go on node by node: one that does not answer must not hold up the others.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ProxyLocator _locator;
    private readonly SocketsHttpHandler _agents;
    private readonly TimeProvider _time;

    internal AgentFigures(ProxyLocator locator, ProxyClients clients, TimeProvider time) =>
        (_locator, _agents, _time) = (locator, clients.KeptConnections(ConnectionLifetime), time);

    /// <exception cref="IOException">The agent does not answer, or not what it should.</exception>
    public async ValueTask<NodeSample> ReadAsync(string node, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Patience, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            var location = await _locator.FindAgentAsync(node, both.Token);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{location.Scheme}://{location.Authority}/stats/summary?only_cpu_and_memory=true");
            using var agent = new HttpMessageInvoker(new AgentDoor(node, _agents));
            using var answer = await agent.SendAsync(request, both.Token);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new IOException($"its agent answers {(int)answer.StatusCode}");
            }

            using var summary = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(both.Token));
            return Read(summary.RootElement, _time.GetUtcNow());
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"its agent did not answer within {Patience.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or Errors.ApiError)
        {
            throw new IOException(e.Message, e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _agents.Dispose();
        return default;
    }

    internal static NodeSample Read(JsonElement summary, DateTimeOffset at) => new(
        at,
        Totals(summary.GetProperty("node"), at),
        summary.GetProperty("pods").EnumerateArray().ToDictionary(
            pod => pod.GetProperty("podRef").GetProperty("uid").GetString() ?? "",
            pod => new PodSample(pod.GetProperty("containers").EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString() ?? "", one => Totals(one, at)))));

    private static UsageTotals Totals(JsonElement of, DateTimeOffset at) => new(
        of.TryGetProperty("startTime", out var start) && ApiTime.TryRead(start.GetString() ?? "", out var since) ? since : at,
        Number(of, "cpu", "usageCoreNanoSeconds"),
        Number(of, "memory", "workingSetBytes"));

    private static long? Number(JsonElement of, string group, string name) =>
        of.TryGetProperty(group, out var found) && found.TryGetProperty(name, out var value) ? value.GetInt64() : null;
}

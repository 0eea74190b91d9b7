using System.Collections.Immutable;
using System.Net.Sockets;
using Coppice.Network.Nftables;
using Microsoft.Extensions.Logging;

namespace Coppice.Network.HealthPorts;

/// <summary>Answers load balancers on the health ports of services, on every address of the node. For one caller at a time.</summary>
/// <param name="namespacePath">The network namespace to listen in, or null for this process's own.</param>
public sealed class HealthPortServer(TimeProvider time, ILogger log, string? namespacePath = null) : IAsyncDisposable
{
    private readonly Dictionary<int, HealthPortListener> _open = [];

    // Each answer reads it whole.
    private volatile Shown _shown = new(ImmutableDictionary<int, HealthPortInfo>.Empty, AreRulesGood: false);

    /// <summary>Packets are led as services want it: these ports are answered, and no others.</summary>
    /// <returns>The ports that somebody else has, which are tried again the next time.</returns>
    public async ValueTask<IReadOnlyList<RuleWarning>> ShowAsync(ImmutableArray<HealthPortInfo> ports)
    {
        _shown = new Shown(ports.DistinctBy(one => one.Port).ToImmutableDictionary(one => one.Port), AreRulesGood: true);
        foreach (var port in _open.Keys.Where(port => !_shown.Ports.ContainsKey(port)).ToList())
        {
            _open.Remove(port, out var gone);
            await gone!.DisposeAsync();
        }

        var taken = new List<RuleWarning>();
        foreach (var one in ports.Where(one => !_open.ContainsKey(one.Port)))
        {
            try
            {
                _open[one.Port] = await HealthPortListener.StartAsync(one.Port, request => Answer(one.Port, request), time, log, namespacePath);
            }
            catch (SocketException e)
            {
                taken.Add(new RuleWarning(
                    new RuleOwner("Service", one.Namespace, one.Name), RuleReasons.HealthPortNotServed, $"its health port {one.Port} cannot be listened on: {e.Message}"));
            }
        }

        return taken;
    }

    /// <summary>Packets may not be led as services want it, until they are shown again: balancers are to send elsewhere.</summary>
    public void Fail() => _shown = _shown with { AreRulesGood = false };

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _open.Values)
        {
            await one.DisposeAsync();
        }
    }

    private byte[]? Answer(int port, string request)
    {
        var (ports, areRulesGood) = _shown;
        return ports.TryGetValue(port, out var asked) ? HealthAnswer.To(request, asked, areRulesGood, time.GetUtcNow()) : null;
    }

    private sealed record Shown(ImmutableDictionary<int, HealthPortInfo> Ports, bool AreRulesGood);
}

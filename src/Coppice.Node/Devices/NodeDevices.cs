using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Node.Devices.Cdi;
using Microsoft.Extensions.Logging;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Node.Devices;

/// <summary>Where a node has its devices' files.</summary>
/// <param name="Registry">Drivers put their sockets here to be found.</param>
/// <param name="Prepared">The file that keeps which claims were made ready.</param>
/// <param name="Specifications">Of the Container Device Interface; those that come later count before the others.</param>
public sealed record DeviceLayout(string Registry, string Prepared, IReadOnlyList<string> Specifications);

/// <summary>All that a real machine needs to give devices to its pods.</summary>
public sealed class NodeDevices
{
    private readonly DriverRegistry _registry;
    private readonly PreparedClaims _prepared;
    private readonly DeviceFigures _figures;

    /// <param name="api">The node's own.</param>
    public NodeDevices(DeviceLayout layout, string node, IApiClient api, TimeProvider time, ILogger log)
    {
        (_prepared, _figures) = (new(layout.Prepared), new(time));
        _registry = new(layout.Registry, new(api, node), _figures, time, log);
        Pods = new DriverDevices(_registry, _prepared, new(layout.Specifications), _figures, (key, stop) => api.FindAsync<ResourceClaim>(key, stop));
    }

    public IPodDevices Pods { get; }

    /// <summary>What there is to tell of claims and drivers, for whoever looks.</summary>
    public void WriteTo(MetricsText text) => _figures.WriteTo(text, _prepared);

    /// <summary>Registers drivers until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => _registry.RunAsync(stop);
}

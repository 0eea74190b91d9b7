using System.Net;
using Coppice.Client;
using Coppice.Configuration;
using Coppice.Controllers.Runtime;
using Coppice.Network;
using Coppice.Streaming;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>The node of this process: its container runtime and its agent.</summary>
internal sealed class NodeParts(ServerOptions options, DataLayout layout, IPAddress address, TimeProvider time, Random random, ILoggerFactory logs)
{
    public NetworkOptions NetworkOptions { get; } = new()
    {
        NodeName = options.NodeName,
        CniConfigurationDirectory = Path.Combine(layout.Containerd, "cni"),
        CniDataDirectory = layout.PodNetwork,
        Instance = options.Instance,
        ServiceRange = options.ServiceRange,
        NodePodRange = options.PodRange,
        ClusterDomain = options.ClusterDomain,
    };

    public INodeStreams? Find(string node) => null;

    public string? Problem() => null;

    public Task<Func<CancellationToken, Task>> StartAsync(IApiClient api, IEventRecorder events, Caches caches, CancellationToken stop) =>
        Task.FromResult<Func<CancellationToken, Task>>(s => Task.Delay(Timeout.InfiniteTimeSpan, time, s));
}

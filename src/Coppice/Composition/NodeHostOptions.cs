using System.Net;
using Coppice.Configuration;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Runtime.Containerd;
using Coppice.Objects;

namespace Coppice.Composition;

/// <summary>What a node is told by the process that it runs in.</summary>
/// <param name="Name">In the cluster.</param>
/// <param name="Addresses">That others reach it by, one of a family; there is one at least.</param>
/// <param name="Layout">Where its runtime, its pods and their logs are.</param>
/// <param name="DnsAddresses">Of the pods' name server.</param>
internal sealed record NodeHostOptions(string Name, IReadOnlyList<IPAddress> Addresses, DataLayout Layout, IReadOnlyList<IPAddress> DnsAddresses)
{
    /// <summary>The address that it is known by where there can be only one.</summary>
    public IPAddress Address => Addresses[0];

    public required string ClusterDomain { get; init; }

    /// <summary>The name of the cgroups; see <see cref="ServerOptions.Instance"/>.</summary>
    public required string Instance { get; init; }

    public required bool PodsHaveV6 { get; init; }

    /// <summary>What the server was started with, by the names of the command line.</summary>
    public required IReadOnlyDictionary<string, string> Flags { get; init; }

    /// <summary>Where the node's own endpoint listens.</summary>
    public required int EndpointPort { get; init; }

    /// <summary>Processes and threads of one pod; -1 for no limit but that of all pods together.</summary>
    public required long PodPidsLimit { get; init; }

    /// <summary>How long it says that it is short of something after a pod was evicted for it.</summary>
    public required TimeSpan EvictionTransitionPeriod { get; init; }

    /// <summary>Whether it is a node again by itself when its object was deleted: beside the control plane, which is of no use without.</summary>
    public bool ComesBack { get; init; }

    /// <summary>The socket of a containerd that somebody else runs; null to run an own one.</summary>
    public string? ContainerdSocket { get; init; }

    /// <summary>Mirrors and credentials of image registries; null for none.</summary>
    public string? RegistriesFile { get; init; }

    /// <summary>The own containerd's.</summary>
    public ContainerdOptions Runtime => new()
    {
        Directory = Layout.Containerd,
        CgroupPath = new CgroupTree($"/{Instance}").Runtime,
        PodsHaveV6 = PodsHaveV6,
    };

    /// <summary>Where this process logs to; null for its standard error.</summary>
    public string? LogFile { get; init; }

    public static NodeHostOptions Of(ServerOptions server, IReadOnlyList<IPAddress> addresses) =>
        new(server.NodeName, addresses, new DataLayout(server.DataDirectory), server.Ranges.DnsAddresses)
        {
            ClusterDomain = server.ClusterDomain,
            Flags = server.Flags,
            Instance = server.Instance,
            PodsHaveV6 = server.Ranges.AllPods.Any(ClusterRanges.IsV6),
            EndpointPort = server.KubeletPort,
            PodPidsLimit = server.PodPidsLimit,
            EvictionTransitionPeriod = server.EvictionTransitionPeriod,
            ComesBack = server.Join is null,
            ContainerdSocket = server.ContainerdSocket,
            RegistriesFile = server.RegistriesFile,
            LogFile = server.LogFile,
        };
}

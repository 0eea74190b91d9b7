namespace Coppice.Node.Runtime.Containerd;

/// <summary>How our containerd is set up; all of it lives under one directory, so that several can be on a machine.</summary>
public sealed record ContainerdOptions
{
    /// <summary>A directory of containerd's own, under the data directory. Made if missing; mode 0700.</summary>
    public required string Directory { get; init; }

    /// <summary>The socket of a containerd that somebody else runs: then nothing is started or configured here. Null for our own.</summary>
    public string? ExternalSocket { get; init; }

    /// <summary>
    /// The cgroup containerd and its shims run in (like /coppice-abc/runtime), so that ending coppice's own cgroup, as systemd
    /// does with a service's, leaves the containers alone. Empty to stay in the starter's.
    /// </summary>
    public string CgroupPath { get; init; } = "";

    /// <summary>
    /// Path of a network namespace for containerd to run in, so that a node's whole network can be apart from the machine's
    /// (/run/netns/NAME). Null for the starter's own.
    /// </summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Where the pod network's CNI configuration is read from. Null for cni under <see cref="Directory"/>.</summary>
    public string? CniConfigurationDirectory { get; init; }

    /// <summary>Where the CNI plugins are; the first that exists is taken. Debian's package, then everybody else's place.</summary>
    public IReadOnlyList<string> CniPluginDirectories { get; init; } = ["/usr/lib/cni", "/opt/cni/bin"];

    /// <summary>The plugin that the networks of pods begin with where <see cref="PodsHaveV6"/>.</summary>
    public const string FirstPlugin = "coppice-nodad";

    /// <summary>Pods have addresses of IPv6: a plugin of ours goes before the others.</summary>
    public bool PodsHaveV6 { get; init; }

    /// <summary>The name of the sandbox image, which <see cref="Images.PauseImage"/> brings.</summary>
    public string SandboxImage { get; init; } = Images.PauseImage.Name;

    /// <summary>The longest line of a container's log before it is written in parts; 16 KiB is containerd's own default.</summary>
    public int LogLineBytesMax { get; init; } = 16 * 1024;

    /// <summary>Pause before a restart after one that did not run well; doubles up to <see cref="RestartPauseMax"/> while it does not become ready.</summary>
    public TimeSpan RestartPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A runtime that fails for long is tried this often: soon enough to heal, seldom enough to leave the machine in peace.</summary>
    public TimeSpan RestartPauseMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A containerd that was ready for so long before it died is started again at once, however often that happens.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A containerd that does not answer by then after its start is ended and started again.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a containerd that runs is asked whether it answers, which costs it a fraction of a millisecond.</summary>
    public TimeSpan AskEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A containerd that runs but has answered nothing for so long hangs: it is ended and started again. Long enough for a machine that is
    /// busy, and for somebody who stops a process to look at it; below what makes Kubernetes call a node's runtime down (30 s).
    /// </summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often shims that serve nothing are looked for. They come of a containerd that was killed, and are looked for after that first.</summary>
    public TimeSpan ShimAuditPeriod { get; init; } = TimeSpan.FromMinutes(1);
}

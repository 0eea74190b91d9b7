namespace Coppice.Configuration;

/// <summary>Where everything lies below the data directory.</summary>
public sealed record DataLayout(string Root)
{
    public string Store => Path.Combine(Root, "store");

    public string Keys => Path.Combine(Root, "pki");

    public string AdminKubeconfig => Path.Combine(Root, "admin.kubeconfig");

    /// <summary>What the server was started with.</summary>
    public string Options => Path.Combine(Root, "options");

    public string PidFile => Path.Combine(Root, "coppice.pid");

    public string LogFile => Path.Combine(Root, "coppice.log");

    public string Containerd => Path.Combine(Root, "containerd");

    /// <summary>Volumes and files of pods, a directory a pod.</summary>
    public string Pods => Path.Combine(Root, "pods");

    /// <summary>What containers print, a directory a pod.</summary>
    public string PodLogs => Path.Combine(Root, "logs");

    /// <summary>Seccomp profiles of the node's own, which pods name as type Localhost.</summary>
    public string Seccomp => Path.Combine(Root, "seccomp");

    public string PodNetwork => Path.Combine(Root, "cni");
}

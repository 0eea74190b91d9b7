namespace Coppice.Configuration;

/// <summary>Where everything lies below the data directory.</summary>
public sealed record DataLayout(string Root)
{
    public string Store => Path.Combine(Root, "store");

    public string Keys => Path.Combine(Root, "pki");

    /// <summary>What a node of a cluster on another machine is known by.</summary>
    public string NodeKeys => Path.Combine(Keys, "node");

    /// <summary>The authority of that cluster.</summary>
    public string NodeAuthority => Path.Combine(NodeKeys, "ca.crt");

    /// <summary>What this machine is to join with; gone when it has.</summary>
    public string JoinToken => Path.Combine(Keys, "join-token");

    /// <summary>What is encrypted in the store, and with which keys, unless the server is given a file of its own for that.</summary>
    public string EncryptionConfiguration => Path.Combine(Keys, "encryption.yaml");

    public string AdminKubeconfig => Path.Combine(Root, "admin.kubeconfig");

    /// <summary>What the server was started with.</summary>
    public string Options => Path.Combine(Root, "options");

    public string PidFile => Path.Combine(Root, "coppice.pid");

    public string LogFile => Path.Combine(Root, "coppice.log");

    /// <summary>Where requests are told of, if they are and nobody says where.</summary>
    public string AuditLog => Path.Combine(Root, "audit.log");

    public string Containerd => Path.Combine(Root, "containerd");

    /// <summary>Volumes and files of pods, a directory a pod.</summary>
    public string Pods => Path.Combine(Root, "pods");

    /// <summary>Volumes that outlive pods, a directory a volume.</summary>
    public string Volumes => Path.Combine(Root, "volumes");

    /// <summary>What containers print, a directory a pod.</summary>
    public string PodLogs => Path.Combine(Root, "logs");

    /// <summary>Where drivers of devices put their sockets to be found, as under a kubelet's directory.</summary>
    public string DriverRegistry => Path.Combine(Root, "plugins_registry");

    /// <summary>Directories of drivers of their own.</summary>
    public string Drivers => Path.Combine(Root, "plugins");

    /// <summary>Which claims of devices were made ready on this machine.</summary>
    public string PreparedClaims => Path.Combine(Root, "prepared-claims.json");

    /// <summary>By whose leave images were pulled onto this machine.</summary>
    public string PulledImages => Path.Combine(Root, "pulled-images.json");

    /// <summary>Where drivers say what containers with their devices get, if not where everybody looks for it. It counts before those.</summary>
    public string DeviceSpecifications => Path.Combine(Root, "cdi");

    /// <summary>Seccomp profiles of the node's own, which pods name as type Localhost.</summary>
    public string Seccomp => Path.Combine(Root, "seccomp");

    /// <summary>Of a node of another machine's cluster: the port where it answers questions for names. There it is in the store.</summary>
    public string DnsPort => Path.Combine(Root, "dns-port");

    public string PodNetwork => Path.Combine(Root, "cni");
}

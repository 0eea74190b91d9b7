namespace Coppice.Cluster.Harness;

/// <summary>Where the files of one cluster are. Logs are kept after the test; everything else is removed.</summary>
internal sealed class ClusterFolders
{
    public ClusterFolders(string name)
    {
        Home = Path.Combine("/var/tmp", name);
        Logs = Path.Combine(Repository.Root, "out", "cluster-logs", name);
        foreach (var folder in (string[])[Home, Data, Logs])
        {
            Directory.CreateDirectory(folder);
        }
    }

    public string Home { get; }

    /// <summary>The cluster's data directory; containerd's is in it too.</summary>
    public string Data => Path.Combine(Home, "data");

    public string RegistryData => Path.Combine(Home, "registry");

    public string Registries => Path.Combine(Home, "registries.yaml");

    public string Kubeconfig => Path.Combine(Home, "kubeconfig");

    public string Logs { get; }
}

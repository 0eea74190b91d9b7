using System.Security.Cryptography;
using System.Text;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>Where everything of our containerd is.</summary>
public sealed record ContainerdLayout
{
    // sun_path of a Unix socket is 108 bytes with its end; containerd adds ".ttrpc" to the name for its shims.
    private const int SocketPathLengthMax = 108 - 1 - 6;

    public ContainerdLayout(ContainerdOptions options)
    {
        var directory = Path.GetFullPath(options.Directory);
        Directory = directory;
        Root = Path.Combine(directory, "root");
        State = Path.Combine(directory, "state");
        ConfigurationFile = Path.Combine(directory, "config.toml");
        LogFile = Path.Combine(directory, "containerd.log");
        PidFile = Path.Combine(directory, "containerd.pid");
        RegistryDirectory = Path.Combine(directory, "certs.d");
        CniConfigurationDirectory = options.CniConfigurationDirectory ?? Path.Combine(directory, "cni");
        Socket = options.ExternalSocket ?? SocketIn(directory);
    }

    public string Directory { get; }

    /// <summary>What is kept: images, snapshots, container metadata.</summary>
    public string Root { get; }

    /// <summary>What is only good while the machine runs: tasks, FIFOs, mounts, network namespaces.</summary>
    public string State { get; }

    /// <summary>Where runc notes the containers it made.</summary>
    public string RuncState => Path.Combine(State, "runc");

    public string ConfigurationFile { get; }

    public string LogFile { get; }

    public string PidFile { get; }

    /// <summary>A folder a registry host, each with a hosts.toml.</summary>
    public string RegistryDirectory { get; }

    public string CniConfigurationDirectory { get; }

    /// <summary>The CNI plugins, where one of ours is among them.</summary>
    public string CniPluginDirectory => Path.Combine(Directory, "cni-plugins");

    public string Socket { get; }

    // Under a long data directory the socket goes to /run, by a name that follows from the directory.
    private static string SocketIn(string directory)
    {
        var beside = Path.Combine(directory, "containerd.sock");
        if (Encoding.UTF8.GetByteCount(beside) <= SocketPathLengthMax)
        {
            return beside;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..12];
        return $"/run/coppice/{hash}/containerd.sock";
    }
}

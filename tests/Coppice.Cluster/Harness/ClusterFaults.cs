using System.Globalization;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>Does to a cluster what bad days do.</summary>
public sealed class ClusterFaults
{

    private readonly Kubectl _kubectl;
    private readonly CoppiceServer _server;
    private readonly ClusterFolders _folders;

    internal ClusterFaults(Kubectl kubectl, CoppiceServer server, ClusterFolders folders) =>
        (_kubectl, _server, _folders) = (kubectl, server, folders);

    /// <summary>Sends a signal to the first process of a pod's container from the host, which even a first process cannot ignore if it is SIGKILL or SIGSTOP.</summary>
    public async Task SignalContainerAsync(string ns, string pod, string container, Signal signal) =>
        Processes.Signal(await ProcessOfAsync(ns, pod, container), signal);

    /// <summary>The host's number of the first process of a pod's running container.</summary>
    public async Task<int> ProcessOfAsync(string ns, string pod, string container)
    {
        var id = await _kubectl.ValueAsync($".status.containerStatuses[?(@.name==\"{container}\")].containerID", $"pod/{pod}", "-n", ns);
        return await FirstProcessAsync(id[(id.LastIndexOf('/') + 1)..], $"container {container} of pod {pod}");
    }

    /// <summary>Ends coppice without warning; containers and containerd go on.</summary>
    public Task KillCoppiceAsync() => _server.KillAsync();

    public Task StartCoppiceAsync() => _server.StartAsync();

    /// <summary>Asks coppice to end, and waits.</summary>
    public Task StopCoppiceAsync() => _server.StopAsync();

    /// <summary>The process number of the cluster's containerd.</summary>
    public int Containerd =>
        Processes.All().FirstOrDefault(id => Processes.CommandLine(id) is [var program, ..] line
            && Path.GetFileName(program) == "containerd" && line.Any(argument => argument.StartsWith(_folders.Data, StringComparison.Ordinal)))
        is > 0 and var found ? found : throw new InvalidOperationException("the cluster's containerd is not running");

    public void KillContainerd() => Processes.Signal(Containerd, Signal.Kill);

    /// <summary>The process numbers of the shims of the cluster's containerd.</summary>
    public IReadOnlyList<int> Shims =>
    [
        .. Processes.All().Where(id => Processes.CommandLine(id) is [var program, ..] line
            && Path.GetFileName(program).StartsWith("containerd-shim", StringComparison.Ordinal) && line.Any(argument => argument.StartsWith(_folders.Data, StringComparison.Ordinal))),
    ];

    /// <summary>Ends the shim of a pod, which is the parent of its containers.</summary>
    public async Task KillShimAsync(string ns, string pod, string container)
    {
        var process = await ProcessOfAsync(ns, pod, container);
        Processes.Signal(int.Parse(Processes.StatusField(process, "PPid"), CultureInfo.InvariantCulture), Signal.Kill);
    }

    /// <summary>The cgroups of pods that there are, in every tree.</summary>
    public IReadOnlyList<string> PodCgroups =>
    [
        .. from tree in (string[])["/sys/fs/cgroup", .. Directory.GetDirectories("/sys/fs/cgroup")]
           let pods = $"{tree}/{CoppiceServer.Instance(_folders)}/pods"
           where Directory.Exists(pods)
           from directory in Directory.EnumerateDirectories(pods, "pod?*", SearchOption.AllDirectories)
           select directory,
    ];

    /// <summary>Fills the data directory's file system to the last byte; disposing of the result makes room again.</summary>
    public IDisposable FillDataDirectory()
    {
        if (new DriveInfo(_folders.Data).DriveFormat != "tmpfs")
        {
            throw new InvalidOperationException($"only a cluster with {nameof(ClusterOptions.DataDirectoryMiB)} has a disk to fill");
        }

        return new Ballast(Path.Combine(_folders.Data, $"ballast-{Guid.NewGuid():N}"));
    }

    // The first process of a container is number 1 in its own process namespace; every process of it has the container's id in its cgroup.
    private static Task<int> FirstProcessAsync(string containerId, string what) =>
        Eventually.SeeAsync($"a process of {what}", Patience, () => Task.FromResult(Processes.All().FirstOrDefault(id =>
            Processes.Read(id, "cgroup").Contains(containerId) && Processes.StatusField(id, "NSpid").Split('\t') is [_, .., "1"])), id => id > 0);

    private sealed class Ballast : IDisposable
    {
        private readonly string _path;

        public Ballast(string path)
        {
            _path = path;
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            var block = new byte[1 << 16];
            long written = 0;
            for (var length = block.Length; length > 0;)
            {
                try
                {
                    RandomAccess.Write(file, block.AsSpan(0, length), written);
                    written += length;
                }
                catch (IOException)
                {
                    length /= 2;    // no room for so much: fill what is left with less
                }
            }
        }

        public void Dispose() => File.Delete(_path);
    }
}

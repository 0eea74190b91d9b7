using Coppice.ExampleImages;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// A whole cluster of one node for tests: a network, a registry with the example images, coppice with a containerd of its own, and
/// kubectl to use it. It takes some seconds to start; nothing of it is left when it is disposed of, except its logs.
/// </summary>
public sealed class RunningCluster : IAsyncDisposable
{
    /// <summary>What the names of network namespaces and folders begin with; the test process' number and a count follow.</summary>
    internal const string NamePrefix = "coppice-cluster-";

    private static readonly Lazy<Task> DeadRunsRemoved = new(ClusterRemains.RemoveOfDeadRunsAsync);
    private static int _started;

    private readonly CoppiceServer _server;
    private readonly ClusterOptions _options;
    private ImageRegistry? _registry;
    private LoopDisk? _disk;

    private RunningCluster(ClusterFolders folders, NetworkNamespace network, ClusterOptions options)
    {
        _options = options;
        Folders = folders;
        Network = network;
        _server = new CoppiceServer(network, folders, options);
        Kubectl = new Kubectl(network, folders);
        Faults = new ClusterFaults(Kubectl, _server, folders);
        Http = network.NewHttpClient(TimeSpan.FromSeconds(10));
    }

    internal ClusterFolders Folders { get; }

    internal NetworkNamespace Network { get; }

    /// <summary>The process number of coppice.</summary>
    public int Coppice => _server.Id;

    public Kubectl Kubectl { get; }

    public ClusterFaults Faults { get; }

    /// <summary>A client inside the cluster's network: pods, services, node ports and the node's loopback answer it.</summary>
    public HttpClient Http { get; }

    /// <summary>The node's address.</summary>
    public string NodeAddress => _options.HasUplink ? NetworkNamespace.NodeAddress.ToString() : "10.244.0.1";

    public string DataDirectory => Folders.Data;

    /// <summary>What the data directory is on.</summary>
    internal LoopDisk Disk => _disk ?? throw new InvalidOperationException($"only a cluster with {nameof(ClusterOptions.HasDisk)} has a disk of its own");

    /// <summary>Names its nftables table, among others.</summary>
    public string Instance => CoppiceServer.Instance(Folders);

    /// <summary>Where the logs of coppice and containerd are, during the tests and after.</summary>
    public string Logs => Folders.Logs;

    /// <summary>Starts one and waits until its node is Ready.</summary>
    public static async Task<RunningCluster> StartAsync(ClusterOptions options)
    {
        // 1. what the machine must have
        Assert.SkipUnless(Environment.UserName == "root", "clusters need root");
        Repository.Tool("kubectl");
        await DeadRunsRemoved.Value;
        var name = $"{NamePrefix}{Environment.ProcessId}-{Interlocked.Increment(ref _started)}";

        // 2. a network, and folders
        var folders = new ClusterFolders(name);
        var cluster = new RunningCluster(folders, options.Beside?.Network ?? await NetworkNamespace.CreateAsync(name, options.HasUplink, options.HasV6), options);
        try
        {
            if (options.DataDirectoryMiB > 0)
            {
                (await new Command("mount", "-t", "tmpfs", "-o", $"size={options.DataDirectoryMiB}m,mode=700", "tmpfs", folders.Data).RunAsync()).OrThrow();
            }

            if (options.HasDisk)
            {
                cluster._disk = await LoopDisk.MountAsync(folders);
            }

            if (options.DataDirectoryMode is { } mode)
            {
                File.SetUnixFileMode(folders.Data, mode);
            }

            // 3. images
            if (options.Beside is null)
            {
                cluster._registry = await ImageRegistry.StartAsync(cluster.Network, folders.RegistryData, Path.Combine(folders.Logs, "registry.log"));
            }

            // 4. coppice
            await cluster._server.StartAsync();
            await cluster._server.WriteKubeconfigAsync(Patience);
            await cluster.NodeIsReadyAsync(Patience);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            Console.WriteLine($"the cluster did not start; its logs are in {folders.Logs}");
            throw;
        }
    }

    /// <summary>A Kubernetes namespace for one test.</summary>
    public Task<TestNamespace> NewNamespaceAsync() => TestNamespace.CreateAsync(this);

    /// <summary>Makes an image to be had that is not in the catalog.</summary>
    public Task ServeAsync(ContainerImage image) => (_registry ?? throw new InvalidOperationException("the cluster beside has the registry")).PushAsync(image);

    /// <summary>Runs a program in the cluster's network.</summary>
    public Command Inside(Command command) => Network.Enter(command);

    /// <summary>
    /// The page at an address, as soon as there is one: a container without a readiness probe counts as ready when it runs, which is
    /// before it listens.
    /// </summary>
    public Task<string> PageAsync(string url) => Eventually.SeeAsync($"a page at {url}", Patience, () => Http.GetStringAsync(url), _ => true);

    /// <summary>Waits until an address refuses connections. Each call has one of its own: one that is there goes on leading where it led.</summary>
    public Task RefusesAsync(string url) => Eventually.TrueAsync($"calls to {url} to be refused", Patience, async () =>
    {
        using var fresh = Network.NewHttpClient(TimeSpan.FromSeconds(10));
        try
        {
            await fresh.GetAsync(url);
            return false;
        }
        catch (HttpRequestException refused)
        {
            return refused.HttpRequestError == HttpRequestError.ConnectionError;
        }
    });

    /// <summary>Waits until the API server answers and every node is Ready.</summary>
    public Task NodeIsReadyAsync(TimeSpan within) =>
        Eventually.SeeAsync("a node that is Ready", within,
            () => Kubectl.TryAsync(KubectlVersion.Newest, "get", "nodes", "-o", "jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].status}"),
            seen => seen.Succeeded && seen.Output.Length > 0 && seen.Output.Split(' ').All(status => status == "True"));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        try
        {
            await _server.DisposeAsync();
            if (_registry is not null)
            {
                await _registry.DisposeAsync();
            }

            KeepContainerdLog();
        }
        finally
        {
            await new ClusterRemains(Folders, _options.Beside is null ? Network : null).RemoveAsync();
        }
    }

    private void KeepContainerdLog()
    {
        // Whoever purged the cluster has taken its directory, too.
        Directory.CreateDirectory(Folders.Data);
        foreach (var log in Directory.EnumerateFiles(Folders.Data, "containerd.log", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }))
        {
            File.Copy(log, Path.Combine(Folders.Logs, Path.GetFileName(log)), overwrite: true);
        }
    }
}

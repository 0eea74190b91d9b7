using System.Net;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// A second machine of a cluster: a network of its own with a cable to the first, a registry, and coppice with a containerd of its own,
/// which joins by a token. To be disposed of before the cluster.
/// </summary>
internal sealed class JoinedMachine : IAsyncDisposable
{
    /// <summary>A pod of the first that joins.</summary>
    public const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: there}
        spec:
          nodeName: node-2
          terminationGracePeriodSeconds: 1
          containers:
          - name: web
            image: nginx:1.16.0
            resources: {requests: {cpu: 10m}}
        """;

    private const string CutTable = "cut";

    private readonly RunningCluster _cluster;
    private readonly ClusterFolders _folders;
    private readonly NetworkNamespace _network;
    private readonly ImageRegistry _registry;
    private CoppiceServer _server;
    private LoopDisk? _disk;

    private JoinedMachine(RunningCluster cluster, ClusterFolders folders, NetworkNamespace network, ImageRegistry registry, string name, IPAddress address)
    {
        (_cluster, _folders, _network, _registry, Name, Address) = (cluster, folders, network, registry, name, address);
        _server = NewServer();
    }

    public string Name { get; }

    public IPAddress Address { get; }

    public string DataDirectory => _folders.Data;

    /// <summary>What the data directory is on, after <see cref="PutOnDiskAsync"/>.</summary>
    public LoopDisk Disk => _disk ?? throw new InvalidOperationException("its data directory is on the disk of this machine");

    /// <summary>Where what its coppice says is kept.</summary>
    public string Logs => _folders.Logs;

    /// <summary>The process number of its coppice.</summary>
    public int Coppice => _server.Id;

    public bool IsRunning => _server.IsRunning;

    public NetworkNamespace Network => _network;

    /// <summary>The API as this machine reaches it.</summary>
    public static string ServerOf(RunningCluster cluster) => $"https://{cluster.NodeAddress}:6443";

    /// <summary>One on which coppice has joined.</summary>
    /// <param name="number">From 2; the last part of its address and of its name.</param>
    /// <param name="isFar">It is in another network than the first machine.</param>
    public static async Task<JoinedMachine> StartAsync(RunningCluster cluster, int number, bool isFar = false)
    {
        var machine = await CreateAsync(cluster, number, isFar: isFar);
        await machine.JoinAsync();
        return machine;
    }

    /// <summary>One on which coppice does not run yet.</summary>
    /// <param name="number">From 2; the last part of its address and of its name.</param>
    /// <param name="dataDirectoryMiB">As of a cluster's.</param>
    /// <param name="isFar">It is in another network than the first machine.</param>
    public static async Task<JoinedMachine> CreateAsync(RunningCluster cluster, int number, int dataDirectoryMiB = 0, bool isFar = false)
    {
        var folders = new ClusterFolders($"{Path.GetFileName(cluster.Folders.Home)}-{number}");
        var address = IPAddress.Parse($"{(isFar ? "198.51.100" : "192.0.2")}.{10 + number}");
        var network = await cluster.Network.CreateNeighbourAsync(Path.GetFileName(folders.Home), address);
        if (dataDirectoryMiB > 0)
        {
            (await new Command("mount", "-t", "tmpfs", "-o", $"size={dataDirectoryMiB}m,mode=700", "tmpfs", folders.Data).RunAsync()).OrThrow();
        }

        var registry = await ImageRegistry.StartAsync(network, folders.RegistryData, Path.Combine(folders.Logs, "registry.log"));
        return new JoinedMachine(cluster, folders, network, registry, $"node-{number}", address);
    }

    /// <summary>Gives the data directory of one that has not joined yet a disk of its own.</summary>
    public async Task PutOnDiskAsync() => _disk = await LoopDisk.MountAsync(_folders);

    /// <summary>Starts coppice with a new token.</summary>
    public async Task JoinAsync() => await JoinAsync(await NewTokenAsync(_cluster));

    public Task JoinAsync(string token) => StartAgainAsync("--join", ServerOf(_cluster), "--token", token);

    /// <summary>Nobody dials it from now on, as behind a translator of addresses: it dials, and is answered.</summary>
    public async Task HideAsync()
    {
        foreach (var step in (string[])["add table inet hidden", "add chain inet hidden input { type filter hook input priority 0; }", $"add rule inet hidden input iifname {NetworkNamespace.Uplink} ct state new drop"])
        {
            (await Inside(new Command("nft", step)).RunAsync()).OrThrow();
        }
    }

    /// <summary>What fills the disk of its data directory, until it is disposed of.</summary>
    public IDisposable FillDataDirectory() => new ClusterFaults(_cluster.Kubectl, _server, _folders).FillDataDirectory();

    /// <summary>What <c>coppice token create</c> prints on the first machine.</summary>
    public static async Task<string> NewTokenAsync(RunningCluster cluster, params IReadOnlyList<string> more) =>
        (await cluster.Inside(new Command(Repository.CoppiceBinary(), ["token", "create", "--data-dir", cluster.DataDirectory, .. more])).RunAsync()).OrThrow().Trim();

    /// <summary>Waits until the cluster says that it is Ready.</summary>
    public Task IsReadyAsync(TimeSpan within) => Eventually.SeeAsync(
        $"that {Name} is Ready",
        within,
        () => _cluster.Kubectl.TryAsync(KubectlVersion.Newest, "get", "node", Name, "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}"),
        seen => _server.IsRunning ? seen.Output == "True" : throw new InvalidOperationException($"coppice ended on {Name}: {File.ReadAllText(Path.Combine(_folders.Logs, "coppice.log"))}"));

    /// <summary>Ends coppice there without warning, and starts it again as a machine's boot does: with what it remembers, and no token.</summary>
    public async Task CrashAndStartAsync()
    {
        await _server.KillAsync();
        await StartAgainAsync();
    }

    /// <summary>Asks coppice to end, and waits; containers go on.</summary>
    public Task StopAsync() => _server.StopAsync();

    /// <summary>Ends coppice there as before the machine is switched off: its pods first.</summary>
    public async Task ShutDownAsync() =>
        (await Inside(new Command(Repository.CoppiceBinary(), "down", "--end-pods", "--data-dir", DataDirectory)).RunAsync()).OrThrow();

    /// <summary>Starts coppice, which has ended.</summary>
    public async Task StartAgainAsync(params IReadOnlyList<string> arguments)
    {
        await _server.DisposeAsync();
        _server = NewServer(arguments);
        await _server.StartAsync();
    }

    /// <summary>Waits until coppice has ended by itself, and returns what it said.</summary>
    public async Task<string> EndsAsync(TimeSpan within)
    {
        await _server.EndsAsync(within);
        return await File.ReadAllTextAsync(Path.Combine(_folders.Logs, "coppice.log"));
    }

    /// <summary>Runs a command of coppice on it, for its data directory.</summary>
    public Task<CommandResult> CoppiceAsync(params IReadOnlyList<string> arguments) =>
        Inside(new Command(Repository.CoppiceBinary(), [.. arguments, "--data-dir", DataDirectory])).RunAsync();

    /// <summary>Names its nftables table, among others.</summary>
    public string Instance => CoppiceServer.Instance(_folders);

    /// <summary>The cable loses everything without a word, as one that is pulled behind a switch, until it is mended.</summary>
    public async Task CutAsync(bool outward = true, bool inward = true)
    {
        if (outward)
        {
            await DropAsync(_cluster.Network, $"to-{Address.GetAddressBytes()[3]}");
        }

        if (inward)
        {
            await DropAsync(_network, NetworkNamespace.Uplink);
        }
    }

    public async Task MendAsync()
    {
        foreach (var network in (NetworkNamespace[])[_cluster.Network, _network])
        {
            await network.Enter(new Command("nft", "delete", "table", "netdev", CutTable)).RunAsync();
        }
    }

    /// <summary>Its power fails: nobody hears of it, and everything that ran there ends.</summary>
    public async Task PowerOffAsync()
    {
        await CutAsync();
        Processes.Signal(_server.Id, Signal.Kill);
        foreach (var process in Processes.All().Where(id => Processes.Read(id, "cgroup").Contains($"/{Instance}/")).ToList())
        {
            Processes.Signal(process, Signal.Kill);
        }
    }

    // What comes in by a device is dropped before anybody sees it.
    private static async Task DropAsync(NetworkNamespace network, string device) => (await network.Enter(new Command(
        "nft",
        $"add table netdev {CutTable}; add chain netdev {CutTable} lost {{ type filter hook ingress device {device} priority -500; policy drop; }}")).RunAsync()).OrThrow();

    /// <summary>Runs a program on it.</summary>
    public Command Inside(Command command) => _network.Enter(command);

    private CoppiceServer NewServer(params IReadOnlyList<string> arguments) => new(_network, _folders, new ClusterOptions { Arguments = arguments }, Name);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _server.DisposeAsync();
            await _registry.DisposeAsync();
        }
        finally
        {
            // A purge takes it along.
            Directory.CreateDirectory(_folders.Data);
            await new ClusterRemains(_folders, _network).RemoveAsync();
        }
    }
}

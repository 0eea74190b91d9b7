using System.Net;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// A second machine of a cluster: a network of its own with a cable to the first, a registry, and coppice with a containerd of its own,
/// which joins by a token. To be disposed of before the cluster.
/// </summary>
internal sealed class JoinedMachine : IAsyncDisposable
{
    private const string CutTable = "cut";

    private readonly RunningCluster _cluster;
    private readonly ClusterFolders _folders;
    private readonly NetworkNamespace _network;
    private readonly ImageRegistry _registry;
    private CoppiceServer _server;

    private JoinedMachine(RunningCluster cluster, ClusterFolders folders, NetworkNamespace network, ImageRegistry registry, string name, IPAddress address, string token)
    {
        (_cluster, _folders, _network, _registry, Name, Address) = (cluster, folders, network, registry, name, address);
        _server = new CoppiceServer(network, folders, new ClusterOptions { Arguments = ["--join", ServerOf(cluster), "--token", token] }, name);
    }

    public string Name { get; }

    public IPAddress Address { get; }

    public string DataDirectory => _folders.Data;

    /// <summary>The API as this machine reaches it.</summary>
    public static string ServerOf(RunningCluster cluster) => $"https://{cluster.NodeAddress}:6443";

    /// <param name="number">From 2; the last part of its address and of its name.</param>
    public static async Task<JoinedMachine> StartAsync(RunningCluster cluster, int number)
    {
        var token = await NewTokenAsync(cluster);
        var folders = new ClusterFolders($"{Path.GetFileName(cluster.Folders.Home)}-{number}");
        var address = IPAddress.Parse($"192.0.2.{10 + number}");
        var network = await cluster.Network.CreateNeighbourAsync(Path.GetFileName(folders.Home), address);
        var registry = await ImageRegistry.StartAsync(network, folders.RegistryData, Path.Combine(folders.Logs, "registry.log"));
        var machine = new JoinedMachine(cluster, folders, network, registry, $"node-{number}", address, token);
        await machine._server.StartAsync();
        return machine;
    }

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
        await _server.DisposeAsync();
        _server = new CoppiceServer(_network, _folders, new ClusterOptions(), Name);
        await _server.StartAsync();
    }

    /// <summary>The process number of coppice there.</summary>
    public int Coppice => _server.Id;

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
        $"add table netdev {CutTable}; add chain netdev {CutTable} all {{ type filter hook ingress device {device} priority -500; policy drop; }}")).RunAsync()).OrThrow();

    /// <summary>Runs a program on it.</summary>
    public Command Inside(Command command) => _network.Enter(command);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _server.DisposeAsync();
            await _registry.DisposeAsync();
        }
        finally
        {
            await new ClusterRemains(_folders, _network).RemoveAsync();
        }
    }
}

using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// The classes that share <see cref="ThreeMachines"/>, one after another and beside no others: three machines take all of this one, and
/// what is late on an overloaded one says nothing.
/// </summary>
[CollectionDefinition(nameof(ThreeMachines), DisableParallelization = true)]
public sealed class OnThreeMachines : ICollectionFixture<ThreeMachines>;

/// <summary>A cluster of three machines: node-1, node-2 on the same network, and node-3 in another.</summary>
public sealed class ThreeMachines : IAsyncLifetime
{
    private readonly List<JoinedMachine> _joined = [];
    private RunningCluster? _cluster;

    public static IReadOnlyList<string> Names => ["node-1", "node-2", "node-3"];

    public RunningCluster Cluster => _cluster ?? throw new InvalidOperationException("it has not started");

    internal IReadOnlyList<JoinedMachine> Joined => _joined;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await JoinAsync(2, isFar: false);
        await JoinAsync(3, isFar: true);
        foreach (var machine in _joined)
        {
            await machine.IsReadyAsync(Patience);
        }
    }

    /// <summary>A machine more.</summary>
    internal async Task<JoinedMachine> JoinAsync(int number, bool isFar)
    {
        var machine = await JoinedMachine.StartAsync(Cluster, number, isFar);
        _joined.Add(machine);
        return machine;
    }

    /// <summary>The network of a node.</summary>
    internal NetworkNamespace NetworkOf(string node) => _joined.Find(machine => machine.Name == node)?.Network ?? Cluster.Network;

    public string AddressOf(string node) => _joined.Find(machine => machine.Name == node)?.Address.ToString() ?? Cluster.NodeAddress;

    /// <summary>Who asks from a node itself.</summary>
    internal Asker OnNode(string node) => new(node, NetworkOf(node));

    /// <summary>Who asks from a pod whose first container is "app".</summary>
    internal async Task<Asker> InPodAsync(TestNamespace ns, string pod) =>
        new(pod, NetworkNamespace.OfProcess(await Cluster.Faults.ProcessOfAsync(ns.Name, pod, "app")));

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in Enumerable.Reverse(_joined))
        {
            await machine.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}

/// <summary>Somebody who asks for pages from within a network.</summary>
internal sealed record Asker(string Name, NetworkNamespace Network)
{
    private const string NoAnswer = "no answer";

    /// <summary>The page, or that there was no answer.</summary>
    public async Task<string> AskAsync(string url, int seconds = 5)
    {
        var call = await Network.Enter(new Command("curl", ["--silent", "--max-time", $"{seconds}", url])).RunAsync();
        return call.Succeeded ? call.Output.Trim() : NoAnswer;
    }

    /// <summary>Waits until the page is as it should be.</summary>
    public Task SeesAsync(string url, string page) => Eventually.SeeAsync($"{url} from {Name} to be \"{page}\"", Patience, () => AskAsync(url), seen => seen == page);

    public Task SeesNothingAsync(string url) => Eventually.SeeAsync($"no answer of {url} for {Name}", Patience, () => AskAsync(url, seconds: 1), seen => seen == NoAnswer);
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Coppice.Bench.Healing;
using Coppice.Cluster.Harness;
using Coppice.Network.Netns;
using Coppice.Testing;

namespace Coppice.Bench;

/// <summary>
/// How much gets from a pod of one node to a pod of another, over one TCP connection: by a plain route and wrapped, as everything of Coppice
/// leads it, and in turn with it as the kernel does it alone, between two machines without any rule and the same devices between them.
/// </summary>
internal static class NodeNetworkBench
{
    private const int Rounds = 7;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan Counted = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(2);

    public static async Task RunAsync()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var near = await JoinedMachine.StartAsync(cluster, 2);
        await using var far = await JoinedMachine.StartAsync(cluster, 3, isFar: true);
        await near.IsReadyAsync(ReadyWithin);
        await far.IsReadyAsync(ReadyWithin);
        var pods = new List<End>();
        foreach (var node in (string[])["node-1", "node-2", "node-3"])
        {
            pods.Add(await PodAsync(cluster, node));
        }

        var (one, other) = (await BareMachine.CreateAsync(cluster, 31), await BareMachine.CreateAsync(cluster, 32));
        try
        {
            await one.LeadAsync(other, isWrapped: false);
            await other.LeadAsync(one, isWrapped: false);
            await CompareAsync("by a plain route", (pods[0], pods[1]), (one.Pod, other.Pod));
            await one.LeadAsync(other, isWrapped: true);
            await other.LeadAsync(one, isWrapped: true);
            await CompareAsync("wrapped (VXLAN)", (pods[0], pods[2]), (one.Pod, other.Pod));
        }
        finally
        {
            await one.DisposeAsync();
            await other.DisposeAsync();
        }
    }

    private static async Task<End> PodAsync(RunningCluster cluster, string node)
    {
        var name = $"on-{node}";
        var apply = cluster.Kubectl.CommandFor(KubectlVersion.Newest, "apply", "-f", "-") with
        {
            Input = $$"""
                apiVersion: v1
                kind: Pod
                metadata: {name: {{name}} }
                spec: {nodeName: {{node}}, containers: [{name: app, image: coppice/testapp:1, args: [sleep]}]}
                """,
        };
        await Eventually.TrueAsync("a pod that is taken", ReadyWithin, async () => (await apply.RunAsync()).Succeeded);
        await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "wait", "pod", name, "--for=condition=Ready", $"--timeout={ReadyWithin.TotalSeconds}s");
        var address = IPAddress.Parse(await cluster.Kubectl.ValueAsync(".status.podIP", $"pod/{name}"));
        return new End(NetworkNamespace.OfProcess(await cluster.Faults.ProcessOfAsync("default", name, "app")).Path, address);
    }

    private static async Task CompareAsync(string how, (End From, End To) ours, (End From, End To) bare)
    {
        var (measured, beside) = (new List<double>(), new List<double>());
        for (var i = 0; i < Rounds; i++)
        {
            measured.Add(await MeasureAsync(ours.From, ours.To));
            beside.Add(await MeasureAsync(bare.From, bare.To));
        }

        var (middle, floor) = (Figure.Middle(measured), Figure.Middle(beside));
        Console.WriteLine(
            $"pod to pod {how}: {middle:n2} Gbit/s ({measured.Min():n2} to {measured.Max():n2}); bare {floor:n2} ({beside.Min():n2} to {beside.Max():n2}); " +
            $"ratio {middle / floor:n2} (middle of {Rounds}), goal 0.90; load {Figure.Load()}");
    }

    /// <returns>Gigabits a second.</returns>
    private static async Task<double> MeasureAsync(End from, End to)
    {
        using var there = NamespaceThread.Start(to.Network);
        using var here = NamespaceThread.Start(from.Network);
        using var listener = await there.RunAsync(NewSocket);
        listener.Bind(new IPEndPoint(IPAddress.Any, 0));
        listener.Listen();
        using var sender = await here.RunAsync(NewSocket);
        await sender.ConnectAsync(to.Address, ((IPEndPoint)listener.LocalEndPoint!).Port);
        using var receiver = await listener.AcceptAsync();

        var sending = Task.Factory.StartNew(() => Send(sender), TaskCreationOptions.LongRunning);
        var rate = await Task.Factory.StartNew(() => Receive(receiver), TaskCreationOptions.LongRunning);
        receiver.Close(0);
        await sending;
        return rate;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static void Send(Socket socket)
    {
        var block = new byte[256 << 10];
        try
        {
            while (true)
            {
                socket.Send(block);
            }
        }
        catch (SocketException)
        {
            // Who receives has heard enough.
        }
    }

    private static double Receive(Socket socket)
    {
        var buffer = new byte[256 << 10];
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < WarmUp)
        {
            socket.Receive(buffer);
        }

        var (bytes, since) = (0L, clock.Elapsed);
        while (clock.Elapsed - since < Counted)
        {
            bytes += socket.Receive(buffer);
        }

        return bytes * 8 / (clock.Elapsed - since).TotalSeconds / 1e9;
    }

    /// <param name="Network">The file of its network namespace.</param>
    private sealed record End(string Network, IPAddress Address);

    /// <summary>A machine beside the cluster's, without coppice, and one network behind it that stands for a pod's.</summary>
    private sealed class BareMachine : IAsyncDisposable
    {
        private readonly NetworkNamespace _machine;
        private readonly string _pod;
        private readonly int _number;

        private BareMachine(NetworkNamespace machine, int number) => (_machine, _number, _pod) = (machine, number, $"{machine.Name}p");

        public End Pod => new($"/run/netns/{_pod}", IPAddress.Parse($"172.31.{_number}.2"));

        private string Range => $"172.31.{_number}.0/24";

        private string TunnelEnd => $"172.31.{_number}.0";

        private string Address => $"192.0.2.{_number}";

        public static async Task<BareMachine> CreateAsync(RunningCluster cluster, int number)
        {
            var machine = await cluster.Network.CreateNeighbourAsync($"{cluster.Network.Name}-bare{number}", IPAddress.Parse($"192.0.2.{number}"));
            var bare = new BareMachine(machine, number);
            await bare.IpAsync($"netns add {bare._pod}");
            await bare.IpAsync($"-n {bare._pod} link add eth0 type veth peer name pod0 netns {machine.Name}");
            await bare.IpAsync($"-n {bare._pod} addr add {bare.Pod.Address}/24 dev eth0");
            await bare.IpAsync($"-n {bare._pod} link set eth0 up");
            await bare.IpAsync($"-n {machine.Name} addr add 172.31.{number}.1/32 dev pod0");
            await bare.IpAsync($"-n {machine.Name} link set pod0 up");
            await bare.IpAsync($"-n {machine.Name} route add {bare.Pod.Address}/32 dev pod0");
            await bare.IpAsync($"-n {bare._pod} route add default via 172.31.{number}.1 dev eth0");
            (await machine.Enter(new Command("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")).RunAsync()).OrThrow();
            return bare;
        }

        /// <summary>What the pod sends to that of another machine is led there.</summary>
        public async Task LeadAsync(BareMachine other, bool isWrapped)
        {
            if (!isWrapped)
            {
                await IpAsync($"-n {_machine.Name} route replace {other.Range} via {other.Address}");
                return;
            }

            await IpAsync($"-n {_machine.Name} link add bare0 type vxlan id 7 dstport 4790 local {Address} remote {other.Address} dev uplink0");
            await IpAsync($"-n {_machine.Name} addr add {TunnelEnd}/32 dev bare0");
            await IpAsync($"-n {_machine.Name} link set bare0 up");
            await IpAsync($"-n {_machine.Name} route replace {other.Range} via {other.TunnelEnd} dev bare0 onlink");
        }

        public async ValueTask DisposeAsync()
        {
            await new Command("ip", "netns", "delete", _pod).RunAsync();
            await _machine.DisposeAsync();
        }

        private async Task IpAsync(string arguments) => (await new Command("ip", arguments.Split(' ')).RunAsync()).OrThrow();
    }
}

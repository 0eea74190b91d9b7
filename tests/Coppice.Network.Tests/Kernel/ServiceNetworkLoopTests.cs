using Coppice.Network.Dns;
using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Meta;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests.Kernel;

public sealed class ServiceNetworkLoopTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_endpoint_that_is_not_ready_any_more_is_out_of_the_packets_way_at_once()
    {
        await using var node = await TestNode.StartAsync();
        var (a, b) = (node.AddPod(), node.AddPod());
        await a.ServeTcpAsync(8080);
        await b.ServeTcpAsync(8080);
        var world = World(a, b);
        var zone = DnsZone.Empty("cluster.local");
        var loop = new ServiceNetworkLoop(
            () => world, node.Rules, z => zone = z, node.Options, TimeProvider.System, new NetworkJournal(NullLogger.Instance, _ => { }));
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(stop.Token);
        await UntilAsync(async () => (await Call.TcpAsync(node.Path, "10.96.0.50", 80)).Failure == "");

        var start = TimeProvider.System.GetTimestamp();
        world = World(b);
        loop.Wake();
        await UntilAsync(() => Task.FromResult(!node.Nsenter(null, "nft", "list", "table", "ip", "coppice").Contains($"{a.Address}")));
        output.WriteLine($"gone from the kernel, seen by a program, after {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:F1} ms");
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal($"{b.Address}", (await Call.TcpAsync(node.Path, "10.96.0.50", 80)).Server);
        }

        Assert.True(zone.Services.ContainsKey(("default", "web")));

        node.Nsenter(null, "nft", "flush", "ruleset");
        world = World();
        loop.Wake();
        await UntilAsync(async () => await Call.TcpAsync(node.Path, "10.96.0.50", 80) == Answer.Refused);
        await stop.CancelAsync();
        await running;
        Assert.Contains("refused-addresses", node.Nsenter(null, "nft", "list", "table", "ip", "coppice"));
    }

    private static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        for (var start = TimeProvider.System.GetTimestamp(); !await isTrue();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "it did not happen in time");
        }
    }

    private static NetworkObjects World(params TestPod[] ready) => new(
        [
            new Service
            {
                Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
                Spec = new ServiceSpec { Type = ServiceType.ClusterIP, ClusterIP = "10.96.0.50", Ports = [new ServicePort { Port = 80 }] },
            },
        ],
        [
            new EndpointSlice
            {
                Metadata = new ObjectMeta
                {
                    Namespace = "default", Name = "web-1", Labels = new ValueMap<string>().With("kubernetes.io/service-name", "web"),
                },
                Ports = [new Objects.Discovery.EndpointPort { Port = 8080 }],
                Endpoints = ready.Select(p => new Endpoint { Addresses = [$"{p.Address}"], NodeName = "node" }).ToValueList(),
            },
        ],
        [],
        ["default"]);
}

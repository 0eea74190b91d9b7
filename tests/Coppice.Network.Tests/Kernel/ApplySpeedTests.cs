using System.Net;
using Coppice.Network.Nftables;

namespace Coppice.Network.Tests.Kernel;

public sealed class ApplySpeedTests(ITestOutputHelper output)
{
    [Fact]
    public async Task One_endpoint_among_a_thousand_services_changes_without_touching_the_others()
    {
        await using var node = await TestNode.StartAsync();
        var services = Enumerable.Range(0, 1000).Select(Service).ToArray();
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        var plan = Plan(node, services);
        var planned = time.GetElapsedTime(start);
        using var stop = new CancellationTokenSource();
        var watching = node.Rules.WatchAsync(() => { }, stop.Token);
        await node.Rules.ApplyAsync(plan, default);
        output.WriteLine($"1000 services: planned in {planned.TotalMilliseconds:F1} ms, all applied in {time.GetElapsedTime(start).TotalMilliseconds:F1} ms");

        var planning = new List<double>();
        var applying = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            services[i] = services[i] with { Endpoints = services[i].Endpoints.RemoveAt(0) };
            start = time.GetTimestamp();
            plan = Plan(node, services);
            planning.Add(time.GetElapsedTime(start).TotalMilliseconds);
            await node.Rules.ApplyAsync(plan, default);
            applying.Add(time.GetElapsedTime(start).TotalMilliseconds - planning[^1]);
        }

        planning.Sort();
        applying.Sort();
        output.WriteLine($"one endpoint removed: plan p50 {planning[10]:F2} ms, diff and apply p50 {applying[10]:F2} ms, worst {applying[^1]:F2} ms");
        start = time.GetTimestamp();
        Assert.Null(await node.Rules.RestoreAsync(default));
        output.WriteLine($"an audit takes {time.GetElapsedTime(start).TotalMilliseconds:F0} ms");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        Assert.Contains("10.245.0.19", node.Nsenter(null, "nft", "list", "map", "ip", "coppice", "endpoints/tcp"));
    }

    private static NftTable Plan(TestNode node, ServicePortInfo[] services) => RulePlanner.Plan(new NetworkState(node.Options.NodeNetwork, [.. services], []));

    private static ServicePortInfo Service(int i) => new("default", $"web{i}", "http", TransportProtocol.Tcp, 80)
    {
        ClusterAddresses = [IPAddress.Parse($"10.96.{i / 250}.{i % 250}")],
        NodePort = i % 10 == 0 ? 30000 + i : 0,
        Endpoints =
        [
            new EndpointInfo(IPAddress.Parse($"10.244.{i / 250}.{i % 250}"), 8080, Local: true),
            new EndpointInfo(IPAddress.Parse($"10.245.{i / 250}.{i % 250}"), 8080, Local: false),
        ],
    };
}

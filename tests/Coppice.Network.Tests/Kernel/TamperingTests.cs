using System.Collections.Immutable;
using System.Net;
using Coppice.Network.Nftables;
using Coppice.Network.Tests.Translation;
using Coppice.Network.Translation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests.Kernel;

/// <summary>What the kernel does not take, and what others do to the rules, in a real kernel.</summary>
public sealed class TamperingTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static ServicePortInfo Web(string name, string address, params string[] endpoints) => new("default", name, "http", TransportProtocol.Tcp, 80)
    {
        ClusterAddresses = [IPAddress.Parse(address)],
        NodePort = 30080,
        AffinityTimeout = TimeSpan.FromHours(1),
        Endpoints = [.. endpoints.Select(e => new EndpointInfo(IPAddress.Parse(e), 8080, Local: true))],
    };

    private static NftTable Plan(TestNode node, params ImmutableArray<ServicePortInfo> services) => RulePlanner.Plan(new NetworkState(node.Options.NodeNetwork, services, []));

    [Fact]
    public async Task What_the_kernel_does_not_take_is_left_out_alone_and_comes_in_when_it_is_mended()
    {
        await using var node = await TestNode.StartAsync();
        // An address of the other family, which translation would not have let through.
        var odd = Web("odd", "10.96.0.60", "fd00::5");
        var worse = Web("worse", "10.96.0.61", "fd00::6");
        await node.Rules.ApplyAsync(Plan(node, [Web("a", "10.96.0.50", "10.244.0.5")]), default);

        var refused = await node.Rules.ApplyAsync(Plan(node, [Web("a", "10.96.0.50", "10.244.0.6"), odd, worse, Web("z", "10.96.0.70", "10.244.0.7")]), default);
        Assert.Equal(["odd", "worse"], refused.Select(warning => warning.Owner.Name).Order());
        Assert.All(refused, warning => Assert.StartsWith("The kernel does not take its rules: ", warning.Message));
        Assert.Contains("10.96.0.70 . tcp . 80", Elements(node));
        Assert.Contains("10.244.0.6", node.Nsenter(null, "nft", "list", "chain", "ip", "coppice", "ep/default/a/tcp/http/10.244.0.6-8080"));

        // Another change is applied in spite of it, and the one that was refused comes in once it can.
        refused = await node.Rules.ApplyAsync(Plan(node, [Web("odd", "10.96.0.60", "10.244.0.8"), worse, Web("z", "10.96.0.71", "10.244.0.7")]), default);
        Assert.Equal(["worse"], refused.Select(warning => warning.Owner.Name));
        Assert.Contains("10.96.0.60 . tcp . 80", Elements(node));
        Assert.Contains("10.96.0.71 . tcp . 80", Elements(node));
        Assert.DoesNotContain("10.96.0.61", Elements(node));
        Assert.Null(await node.Rules.RestoreAsync(default));
    }

    [Fact]
    public async Task Whatever_is_stored_the_kernel_takes_what_is_planned()
    {
        await using var node = await TestNode.StartAsync();
        var translator = new NetworkTranslator(node.Options);
        for (var seed = 1; seed <= 40; seed++)
        {
            var (state, _) = translator.Translate(HostileObjectsTests.Distinct(new HostileWorld(new Random(seed)).Next()));
            Assert.Equal([], await node.Rules.ApplyAsync(RulePlanner.Plan(state), default));
            Assert.Contains($"{HostileWorld.GoodAddress} . tcp . 80 : goto pick/1", Elements(node));
        }
    }

    [Theory]
    [InlineData("flush table ip coppice")]
    [InlineData("flush map ip coppice addresses")]
    [InlineData("flush chain ip coppice services")]
    [InlineData("delete table ip coppice")]
    [InlineData("flush ruleset")]
    [InlineData("delete element ip coppice addresses { 10.96.7.7 . tcp . 80 }")]
    [InlineData("add element ip coppice ports { tcp . 22 : goto pick/1 }")]
    [InlineData("insert rule ip coppice services drop")]
    [InlineData("delete element ip coppice hairpin { 10.244.0.77 . 10.244.0.77 }")]
    [InlineData("add chain ip coppice theirs")]
    public async Task Whatever_somebody_does_to_our_table_is_put_right_at_once(string command)
    {
        await using var node = await TestNode.StartAsync();
        await RunAsync(node, async told =>
        {
            var before = List(node);
            var start = TimeProvider.System.GetTimestamp();
            node.Nsenter(null, "nft", command);
            await UntilAsync(() => told.Count > 0);
            output.WriteLine($"{command}: put right after {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:F0} ms, the command's own time included");
            Assert.Equal(before, List(node));
            Assert.Contains("by nft", Assert.Single(told));
        });
    }

    [Fact]
    public async Task What_others_do_to_their_own_tables_is_none_of_our_business()
    {
        await using var node = await TestNode.StartAsync();
        await using var beside = new NftablesRules("beside", node.Path);
        await RunAsync(node, async told =>
        {
            for (var i = 0; i < 20; i++)
            {
                node.Nsenter(null, "nft", $"add table ip theirs ; add chain ip theirs c{i}");
                await beside.ApplyAsync(Plan(node, [Web("web", "10.96.0.50", $"10.244.0.{10 + i}")]), default);
            }

            node.Nsenter(null, "nft", "flush table ip coppice");
            await UntilAsync(() => told.Count > 0);
            Assert.Single(told);
            Assert.Null(await beside.RestoreAsync(default));
        });
    }

    [Fact]
    public async Task An_audit_sees_what_no_message_told()
    {
        await using var node = await TestNode.StartAsync();
        // Nobody watches here.
        await node.Rules.ApplyAsync(Plan(node, [Web("web", "10.96.0.50", "10.244.0.5")]), default);
        var before = List(node);
        Assert.Null(await node.Rules.RestoreAsync(default));

        foreach (var command in new[] { "flush chain ip coppice services", "flush map ip coppice addresses", "delete table ip coppice" })
        {
            node.Nsenter(null, "nft", command);
            Assert.NotNull(await node.Rules.RestoreAsync(default));
            Assert.Equal(before, List(node));
            Assert.Null(await node.Rules.RestoreAsync(default));
        }
    }

    private static async Task RunAsync(TestNode node, Func<List<string>, Task> test)
    {
        var told = new List<string>();
        var rules = new TellingRules(node.Rules, what =>
        {
            lock (told)
            {
                told.Add(what);
            }
        });
        var world = HostileWorld.Good();
        var loop = new ServiceNetworkLoop(() => world, rules, _ => { }, node.Options, TimeProvider.System, new NetworkJournal(NullLogger.Instance, _ => { }));
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(stop.Token);
        await rules.Applied;
        try
        {
            await test(told);
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    private static string Elements(TestNode node) => node.Nsenter(null, "nft", "list", "map", "ip", "coppice", "addresses");

    private static string List(TestNode node) => node.Nsenter(null, "nft", "list", "table", "ip", "coppice");

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        for (var start = TimeProvider.System.GetTimestamp(); !isTrue();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "it did not happen in time");
            await Task.Yield();
        }
    }

    /// <summary>The kernel's rules, of which is heard what was restored.</summary>
    private sealed class TellingRules(IServiceRules rules, Action<string> restored) : IServiceRules
    {
        private readonly TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Applied => _applied.Task;

        public async ValueTask<IReadOnlyList<RuleWarning>> ApplyAsync(NftTable desired, CancellationToken stop)
        {
            var refused = await rules.ApplyAsync(desired, stop);
            _applied.TrySetResult();
            return refused;
        }

        public async ValueTask<string?> RestoreAsync(CancellationToken stop)
        {
            var what = await rules.RestoreAsync(stop);
            if (what is not null)
            {
                restored(what);
            }

            return what;
        }

        public Task WatchAsync(Action changed, CancellationToken stop) => rules.WatchAsync(changed, stop);

        public ValueTask RemoveAsync(CancellationToken stop) => rules.RemoveAsync(stop);
    }
}

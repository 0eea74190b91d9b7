using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Client.Tests.Leases;

public sealed class LeaseHolderTests
{
    private static readonly ObjectKey Key = new("kube-system", "scheduler");

    private readonly TestApi _api = new(new ManualTimeProvider(), "kube-system");
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly HashSet<string> _working = [];
    private int _mostAtWork;

    private LeaseSpec Lease => _api.All<Lease>().Single().Spec;

    [Fact]
    public void Of_two_one_works_and_the_other_follows_when_it_stops()
    {
        using var first = Start("one");
        using var second = Start("two");
        _loop.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(["one"], _working);
        Assert.Equal("one", Lease.HolderIdentity);

        first.Cancel();
        _loop.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(["two"], _working);
        Assert.Equal(("two", 1), (Lease.HolderIdentity, Lease.LeaseTransitions));
        second.Cancel();
        _loop.RunUntilIdle();
        Assert.Equal(1, _mostAtWork);
    }

    [Fact]
    public void A_holder_that_cannot_renew_stops_before_another_may_begin()
    {
        using var stop = Start("one");
        _loop.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(["one"], _working);
        var renewed = _loop.Time.GetUtcNow();

        _api.Fault = (_, _) => throw new HttpRequestException("no route to host");
        Assert.True(_loop.RunUntil(() => _working.Count == 0, TimeSpan.FromSeconds(20)));
        Assert.InRange(_loop.Time.GetUtcNow() - renewed, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(14));

        _api.Fault = (_, _) => { };
        Assert.True(_loop.RunUntil(() => _working.Count == 1, TimeSpan.FromSeconds(3)));
        stop.Cancel();
        _loop.RunUntilIdle();
    }

    [Fact]
    public void A_lease_whose_holder_died_is_taken_after_its_duration()
    {
        _loop.Await(() => _api.CreateAsync(
            new Lease
            {
                Metadata = new() { Namespace = Key.Namespace, Name = Key.Name },
                Spec = new() { HolderIdentity = "dead", LeaseDurationSeconds = 15, RenewTime = _loop.Time.GetUtcNow() + TimeSpan.FromDays(1) },
            },
            default).AsTask());
        using var stop = Start("one");
        _loop.RunFor(TimeSpan.FromSeconds(14));
        Assert.Empty(_working);
        _loop.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(["one"], _working);
        stop.Cancel();
        _loop.RunUntilIdle();
        Assert.Equal("", Lease.HolderIdentity ?? "");
    }

    [Fact]
    public void Clocks_that_are_set_neither_take_a_lease_away_nor_keep_it()
    {
        var (first, second) = (new SettableClock(_loop.Time), new SettableClock(_loop.Time));
        using var one = Start("one", first);
        using var two = Start("two", second);
        _loop.RunFor(TimeSpan.FromMinutes(1));
        first.Ahead = second.Ahead = TimeSpan.FromHours(2);
        _loop.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(["one"], _working);
        Assert.Equal(0, Lease.LeaseTransitions);

        second.Ahead = TimeSpan.FromHours(-2);
        one.Cancel();
        _loop.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(["two"], _working);
        two.Cancel();
        _loop.RunUntilIdle();
        Assert.Equal(1, _mostAtWork);
    }

    private CancellationTokenSource Start(string identity, TimeProvider? clock = null)
    {
        var stop = new CancellationTokenSource();
        var holder = new LeaseHolder(_api, new LeaseOptions(Key, identity), clock ?? _loop.Time, NullLogger.Instance);
        _loop.Start(() => holder.RunAsync(work => WorkAsync(identity, work), stop.Token));
        return stop;
    }

    private async Task WorkAsync(string identity, CancellationToken stop)
    {
        _working.Add(identity);
        _mostAtWork = Math.Max(_mostAtWork, _working.Count);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _loop.Time, stop);
        }
        finally
        {
            _working.Remove(identity);
        }
    }
}

using Coppice.Node.Fencing;
using Coppice.Testing;

namespace Coppice.Node.Tests.Fencing;

public sealed class FenceTests : IDisposable
{
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(6);

    private readonly ManualTimeProvider _time = new();
    private readonly TestGuard _guard;
    private readonly Fence _fence;
    private readonly List<bool> _changes = [];

    public FenceTests()
    {
        _guard = new TestGuard(_time);
        _fence = NewFence();
    }

    public void Dispose() => _fence.Dispose();

    [Fact]
    public void It_is_shut_until_something_is_granted_and_when_that_is_over()
    {
        Assert.False(_fence.IsOpen);
        _fence.Granted(_guard.Uptime, Term);
        Assert.True(_fence.IsOpen);
        _time.Advance(Term - TimeSpan.FromMilliseconds(1));
        Assert.Equal([true], _changes);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([true, false], _changes);
    }

    [Fact]
    public void A_grant_counts_from_when_the_heartbeat_was_sent_and_none_shortens_another()
    {
        var sent = _guard.Uptime;
        _time.Advance(TimeSpan.FromSeconds(1));
        _fence.Granted(sent, Term);
        _fence.Granted(sent, TimeSpan.FromSeconds(3));
        _fence.Granted(sent, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(5), _fence.Say("s").LeaseLeft);
    }

    [Fact]
    public void The_guard_is_told_of_every_pod_and_every_grant()
    {
        _fence.Granted(_guard.Uptime, Term);
        _fence.Add("db");
        Assert.Equal(["db"], _guard.Current.Pods);
        Assert.Equal(_guard.Uptime + Term, _guard.Current.Until);
        _fence.Remove("db");
        Assert.Empty(_guard.Current.Pods);
    }

    [Fact]
    public void Nothing_is_promised_that_nobody_guards()
    {
        _fence.Add("db");
        Assert.Equal(["db"], _fence.Say("s").Guarded);
        _guard.IsAwake = false;
        Assert.Empty(_fence.Say("s").Guarded);

        _guard.IsAwake = true;
        _guard.Refuses = true;
        _fence.Add("queue");
        Assert.Empty(_fence.Say("s").Guarded);
    }

    [Fact]
    public void The_next_life_of_an_agent_goes_on_with_the_lease_of_the_one_before()
    {
        _fence.Granted(_guard.Uptime, Term);
        _fence.Add("db");
        _time.Advance(TimeSpan.FromSeconds(2));
        using var next = NewFence();
        Assert.True(next.IsOpen);
        Assert.Equal((TimeSpan.FromSeconds(4), "db"), (next.Say("t").LeaseLeft, Assert.Single(next.Say("t").Guarded)));
        next.Retain(["web"]);
        Assert.Empty(_guard.Current.Pods);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(next.IsOpen);
    }

    [Fact]
    public void A_lease_that_was_over_unseen_begins_anew_and_is_said_to()
    {
        _fence.Granted(_guard.Uptime, Term);
        var openings = _fence.Openings;

        // The process was suspended: its timer could not go off.
        _time.Jump(TimeSpan.FromMinutes(1));
        Assert.False(_fence.IsOpen);
        _fence.Granted(_guard.Uptime, Term);
        Assert.Equal(openings + 1, _fence.Openings);
        Assert.Equal([true, true], _changes);
    }

    private Fence NewFence()
    {
        var fence = new Fence(_guard, _time, _ => { });
        fence.Changed += () => _changes.Add(fence.IsOpen);
        return fence;
    }
}

using Coppice.Client.Heartbeats;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Testing;

namespace Coppice.Controllers.Tests.NodeLifecycle;

/// <summary>When silence means that a node is gone.</summary>
public sealed class FailureDetectorTests : IDisposable
{
    private static readonly FailureDetectorOptions Options = FailureDetectorOptions.Default;

    private readonly ManualTimeProvider _time = new();
    private readonly NodeHeartbeats _heartbeats;

    public FailureDetectorTests() => _heartbeats = new(Options, _time);

    public void Dispose() => _heartbeats.Dispose();

    [Fact]
    public void A_steady_node_is_missed_after_two_seconds()
    {
        Beat(20);
        Advance(TimeSpan.FromSeconds(1.9) - Options.BeatEvery);
        Assert.False(IsSilent());
        Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(IsSilent());
    }

    [Fact]
    public void Patience_grows_with_what_a_node_is_used_to_and_has_bounds()
    {
        var (steady, unsteady, late) = (new ArrivalHistory(Options), new ArrivalHistory(Options), new ArrivalHistory(Options));
        for (var beat = 0; beat < 64; beat++)
        {
            steady.Add(TimeSpan.FromMilliseconds(500));
            unsteady.Add(TimeSpan.FromMilliseconds(beat % 2 == 0 ? 100 : 900));
            late.Add(TimeSpan.FromSeconds(9));
        }

        Assert.Equal(Options.PatienceMin, steady.Patience());
        Assert.InRange(unsteady.Patience(), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        Assert.Equal(Options.PatienceMax, late.Patience());
    }

    [Fact]
    public void A_gap_that_a_node_came_back_from_is_no_alarm_the_next_time()
    {
        var random = new Random(7);
        var history = new ArrivalHistory(Options);
        for (var round = 0; round < 500; round++)
        {
            for (var beat = 0; beat < 20; beat++)
            {
                history.Add(TimeSpan.FromMilliseconds(400 + random.Next(200)));
            }

            var gap = TimeSpan.FromSeconds(1 + (random.NextDouble() * 5));
            history.Add(gap);
            Assert.True(history.Patience() > gap, $"{gap} was survived, and {history.Patience()} is waited for");
        }
    }

    // How late a beat and its answer were together on a machine of two processors at a load of 33: a share of them, and milliseconds.
    private static readonly (double Share, double Late)[] Busy =
        [(0, 0), (0.25, 0.3), (0.5, 2.6), (0.75, 15), (0.9, 60), (0.95, 112), (0.99, 260), (0.995, 396), (0.999, 444), (1, 500)];

    /// <summary>Agents that wait for a processor, a server that does, too, and now and then a beat that is lost.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    public void An_hour_of_a_machine_that_is_too_busy_raises_no_false_alarm(int seed, int timesAsLate)
    {
        var random = new Random(seed);
        var (beats, longest) = (0, TimeSpan.Zero);
        for (var (now, next, number) = (TimeSpan.Zero, TimeSpan.Zero, 0L); now < TimeSpan.FromHours(1);)
        {
            // The agent's beat comes when it comes, and the next half a second after it was to be sent.
            next += Options.BeatEvery;
            var comes = next + Late(random, timesAsLate);
            while (now < comes)
            {
                // The server's own clock waits for a processor, too.
                var pause = Late(random, timesAsLate) + TimeSpan.FromMilliseconds(50);
                _time.Jump(pause);
                Advance(TimeSpan.FromMilliseconds(50));
                now += pause + TimeSpan.FromMilliseconds(50);
                Assert.False(IsSilent(), $"after {now}, {beats} beats: {_heartbeats.Of("n1")}");
                longest = _heartbeats.Of("n1") is { } silence && silence.For > longest ? silence.For : longest;
            }

            number++;
            if (random.Next(100) > 0)
            {
                _heartbeats.Take("n1", new("s", TimeSpan.Zero, []) { Number = number }, default);
                beats++;
            }

            next = next > now ? next : now;
        }

        Assert.InRange(beats, 3000, 7200);
        Assert.InRange(longest, TimeSpan.FromSeconds(1), Options.PatienceMax);

        // It has not become deaf by it.
        Advance(Options.PatienceMax);
        Assert.True(IsSilent());
    }

    [Fact]
    public void A_node_of_which_little_was_heard_is_waited_for_longer()
    {
        Beat(3);
        Assert.Equal(Options.PatienceUnsettled, _heartbeats.Of("n1")!.Value.Patience);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(3600)]
    public void A_pause_of_the_server_counts_against_nobody(int seconds)
    {
        Beat(20);
        _time.Jump(TimeSpan.FromSeconds(seconds));
        Assert.False(IsSilent());
        Advance(TimeSpan.FromSeconds(0.8));
        Assert.False(IsSilent());
        Advance(TimeSpan.FromSeconds(0.5));
        Assert.True(IsSilent());
    }

    [Fact]
    public void An_agent_whose_machine_closed_its_connection_is_given_time_to_come_back()
    {
        using var connection = new CancellationTokenSource();
        Beat(20, connection.Token);
        connection.Cancel();
        Advance(TimeSpan.FromSeconds(19));
        Assert.False(IsSilent());
        Advance(TimeSpan.FromSeconds(2));
        Assert.True(IsSilent());

        // It is back by another, and steady again.
        Beat(20);
        Advance(TimeSpan.FromSeconds(2.1));
        Assert.True(IsSilent());
    }

    [Fact]
    public void An_agent_that_says_that_it_goes_is_given_the_time_of_a_restart()
    {
        Beat(20);
        var answer = _heartbeats.Take("n1", new("s", TimeSpan.Zero, []) { IsLeaving = true }, default);
        Assert.Equal(Options.LeavePatience, answer.Grant);
        Advance(Options.LeavePatience - TimeSpan.FromSeconds(1));
        Assert.False(IsSilent());
    }

    [Fact]
    public void Guarded_pods_have_ended_when_all_that_was_granted_is_over_and_never_before()
    {
        Beat(20, guarded: "db");
        Assert.Null(_heartbeats.EndsWithin("n1", "db"));

        _heartbeats.Distrust("n1");
        var left = _heartbeats.EndsWithin("n1", "db");
        Assert.Equal(Options.Term + Options.TermMargin - Options.BeatEvery, left);
        Assert.Null(_heartbeats.EndsWithin("n1", "web"));

        // It is heard again: nothing is granted, but what it still has it still has.
        var answer = _heartbeats.Take("n1", new("s", TimeSpan.FromSeconds(30), ["db"]), default);
        Assert.Equal((TimeSpan.Zero, true), (answer.Grant, answer.IsMissed));
        Assert.Equal(TimeSpan.FromSeconds(30) + Options.TermMargin, _heartbeats.EndsWithin("n1", "db"));

        Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(TimeSpan.Zero, _heartbeats.EndsWithin("n1", "db"));
        _heartbeats.Trust("n1");
        Assert.Equal(Options.Term, _heartbeats.Take("n1", new("s", TimeSpan.Zero, ["db"]), default).Grant);
        Assert.Null(_heartbeats.EndsWithin("n1", "db"));
    }

    [Fact]
    public void A_grant_counts_here_at_least_as_long_as_for_the_agent_whatever_is_lost_and_late()
    {
        var random = new Random(11);
        var agent = _time.GetUtcNow();
        for (var beat = 0; beat < 2000; beat++)
        {
            var sent = _time.GetUtcNow();
            var left = agent > sent ? agent - sent : TimeSpan.Zero;
            Advance(TimeSpan.FromMilliseconds(random.Next(900)));
            var answer = random.Next(4) == 0 ? null : _heartbeats.Take("n1", new("s", left, ["db"]) { IsLeaving = random.Next(50) == 0 }, default);
            Advance(TimeSpan.FromMilliseconds(random.Next(900)));
            if (answer is not null && random.Next(3) > 0 && sent + answer.Grant > agent)
            {
                agent = sent + answer.Grant;
            }

            _heartbeats.Distrust("n1");
            if (_heartbeats.EndsWithin("n1", "db") is { } ends)
            {
                Assert.True(_time.GetUtcNow() + ends >= agent, $"beat {beat}: it may run for {agent - _time.GetUtcNow()}, and is taken to end within {ends}");
            }

            if (random.Next(10) > 0)
            {
                _heartbeats.Trust("n1");
            }
        }
    }

    [Fact]
    public void A_node_that_is_heard_and_hears_nothing_is_silent_until_it_hears_again()
    {
        Beat(20);
        for (var lost = 1; lost <= 5; lost++)
        {
            _heartbeats.Take("n1", new("s", TimeSpan.Zero, []) { Unanswered = lost }, default);
            Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(IsSilent());
        _heartbeats.Take("n1", new("s", TimeSpan.Zero, []), default);
        Assert.False(IsSilent());
    }

    [Fact]
    public void A_heartbeat_that_comes_after_the_next_changes_nothing()
    {
        _heartbeats.Take("n1", new("s", TimeSpan.Zero, []) { Number = 2 }, default);
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, _heartbeats.Take("n1", new("s", TimeSpan.Zero, ["db"]) { Number = 1 }, default).Grant);
        Assert.Equal(TimeSpan.FromSeconds(1), _heartbeats.Of("n1")!.Value.For);
        _heartbeats.Distrust("n1");
        Assert.Null(_heartbeats.EndsWithin("n1", "db"));

        // Another life counts anew.
        _heartbeats.Trust("n1");
        Assert.Equal(Options.Term, _heartbeats.Take("n1", new("t", TimeSpan.Zero, ["db"]) { Number = 1 }, default).Grant);
    }

    [Fact]
    public void Nobody_is_evicted_when_all_nodes_over_the_network_fell_silent_at_once()
    {
        var atOnce = TimeSpan.FromSeconds(30);
        Witness beside = Seen("n1", 0) with { IsBeside = true };

        // One of one may be it or us: it is taken for it.
        Assert.False(EvictionHold.Holds(Seen("n2", 5), [beside, Seen("n2", 5)], atOnce));
        Assert.True(EvictionHold.Holds(Seen("n2", 5), [beside, Seen("n2", 5), Seen("n3", 6)], atOnce));
        Assert.False(EvictionHold.Holds(Seen("n2", 5), [beside, Seen("n2", 5), Seen("n3", 0)], atOnce));

        // The other went an hour ago, and was seen to go alone.
        Assert.False(EvictionHold.Holds(Seen("n2", 5), [beside, Seen("n2", 5), Seen("n3", 3600)], atOnce));

        // Nobody is well at all.
        Assert.True(EvictionHold.Holds(Seen("n2", 5), [Seen("n2", 5)], atOnce));
        Assert.True(EvictionHold.Holds(Seen("n2", 5), [Seen("n2", 5), Seen("n3", 0) with { IsReady = false }], atOnce));

        static Witness Seen(string name, int seconds) => new(name, true, false, true, new(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(2)));
    }

    private bool IsSilent() => _heartbeats.Of("n1") is { } silence && silence.For >= silence.Patience;

    private void Beat(int times, CancellationToken closed = default, params string[] guarded)
    {
        for (var beat = 0; beat < times; beat++)
        {
            _heartbeats.Take("n1", new("s", TimeSpan.Zero, guarded), closed);
            Advance(Options.BeatEvery);
        }
    }

    private void Beat(int times, string guarded) => Beat(times, default, guarded);

    private static TimeSpan Late(Random random, int times)
    {
        var share = random.NextDouble();
        var at = Array.FindIndex(Busy, one => one.Share > share);
        var (below, above) = (Busy[at - 1], Busy[at]);
        return times * TimeSpan.FromMilliseconds(below.Late + ((above.Late - below.Late) * (share - below.Share) / (above.Share - below.Share)));
    }

    // Time passes as for a server that is awake.
    private void Advance(TimeSpan by)
    {
        for (var passed = TimeSpan.Zero; passed < by; passed += TimeSpan.FromMilliseconds(50))
        {
            var step = by - passed;
            _time.Advance(step < TimeSpan.FromMilliseconds(50) ? step : TimeSpan.FromMilliseconds(50));
        }
    }
}

using Coppice.Client.Heartbeats;
using Coppice.Node.Fencing;
using Coppice.Node.Heartbeat;
using Coppice.Testing;

namespace Coppice.Node.Tests.Fencing;

public sealed class NodeHeartbeatTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SimulationLoop _loop;
    private readonly Fence _fence;
    private readonly Line _line = new();
    private readonly Task _running;

    private NodeHeartbeat Beating { get; }

    public NodeHeartbeatTests()
    {
        _loop = new SimulationLoop(_time);
        _fence = new Fence(new TestGuard(_time), _time, _ => { });
        Beating = new NodeHeartbeat(_line, _fence, "s", _time, () => { });
        _running = _loop.Start(() => Beating.RunAsync(_stop.Token));
        _loop.RunUntilIdle();
    }

    public void Dispose()
    {
        _fence.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public void What_is_guarded_from_now_on_is_said_at_once_and_is_promised_when_that_was_answered()
    {
        _line.Grant = TimeSpan.Zero;
        Do(() => _fence.Add("db"));
        Assert.Equal(["db"], _line.Said[^1].Guarded);
        Assert.False(_fence.IsPromised("db"));

        _line.Grant = TimeSpan.FromSeconds(6);
        Do(() => _fence.Add("queue"));
        Assert.Equal(["db", "queue"], _line.Said[^1].Guarded);
        Assert.True(_fence.IsPromised("db") && _fence.IsPromised("queue"));
        Assert.Equal(3, _line.Said.Count);
    }

    [Fact]
    public void Otherwise_it_speaks_as_often_as_it_is_asked_to_and_says_that_it_goes()
    {
        _loop.RunFor(TimeSpan.FromSeconds(2.9));
        Assert.Equal(3, _line.Said.Count);
        Do(_stop.Cancel);
        Assert.True(_running.IsCompletedSuccessfully);
        Assert.Equal([false, false, false, true], _line.Said.Select(beat => beat.IsLeaving));
    }

    [Fact]
    public void A_node_is_answered_until_a_beat_is_given_up_and_when_one_is_answered_again()
    {
        _line.IsCut = true;
        _loop.RunFor(TimeSpan.FromSeconds(1.5));
        Assert.False(Beating.IsAnswered);
        _line.IsCut = false;
        _loop.RunFor(TimeSpan.FromSeconds(1.5));
        Assert.True(Beating.IsAnswered);
    }

    private void Do(Action act)
    {
        _loop.Start(() =>
        {
            act();
            return Task.CompletedTask;
        });
        _loop.RunUntilIdle();
    }

    private sealed class Line : IHeartbeatLine
    {
        public List<Beat> Said { get; } = [];

        public TimeSpan Grant { get; set; } = TimeSpan.FromSeconds(6);

        public bool IsCut { get; set; }

        public ValueTask<BeatAnswer> BeatAsync(Beat beat, CancellationToken stop)
        {
            Said.Add(beat);
            if (IsCut)
            {
                throw new IOException("no answer");
            }

            return new(new BeatAnswer(TimeSpan.FromSeconds(1), Grant, IsMissed: false));
        }
    }
}

using Coppice.Node.Fencing;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;

namespace Coppice.Simulation.World;

/// <summary>
/// What ends a machine's pods when their lease is over, whatever has become of the agent. It looks as often as the real one does while
/// there is anything to end, and is gone with the machine's power.
/// </summary>
internal sealed class SimulatedGuard : IFenceGuard
{
    private const int KilledCode = 137;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>After this long without a lease nobody is left who would start anything.</summary>
    private static readonly TimeSpan GoAfter = TimeSpan.FromMinutes(5);

    private readonly SimulatedRuntime _runtime;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ITimer _look;

    public SimulatedGuard(SimulatedRuntime runtime, TimeProvider time)
    {
        (_runtime, _time, _began) = (runtime, time, time.GetTimestamp());
        _look = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public TimeSpan Uptime => _time.GetElapsedTime(_began);

    public bool IsAwake => true;

    public FenceLease Current { get; private set; } = FenceLease.None;

    public void Keep(FenceLease lease)
    {
        Current = lease;
        LookIn(lease.Until - Uptime);
    }

    /// <summary>The machine has no power any more, and forgets.</summary>
    public void Forget()
    {
        Current = FenceLease.None;
        _look.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        if (Uptime < Current.Until)
        {
            LookIn(Current.Until - Uptime);
            return;
        }

        var over = Current.Pods.ToHashSet(StringComparer.Ordinal);
        foreach (var container in _runtime.Held().Containers.Where(c => c.State == ContainerRunState.Running && over.Contains(c.Pod.Uid)))
        {
            _runtime.Kill(container.Id, KilledCode);
        }

        if (over.Count > 0 && Uptime - Current.Until < GoAfter)
        {
            LookIn(LookEvery);
        }
    }

    private void LookIn(TimeSpan left) => _look.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
}

using Coppice.Node.Admission;
using Coppice.Node.Pressure;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Eviction;

/// <summary>Whom a node ends that is short of something, in the kubelet's order; nobody, where that could not make enough room. Pure.</summary>
/// <remarks>docs/decisions/node-pressure.md says why.</remarks>
internal static class EvictionPlanner
{
    /// <param name="pods">Those that have not ended.</param>
    /// <returns>Whom, and with which words; null for nobody.</returns>
    public static PlannedEviction? Plan(Shortfall shortfall, IReadOnlyList<PodUse> pods)
    {
        if (RoomIn(pods, shortfall.Signal) < shortfall.Missing)
        {
            return null;
        }

        // By processes no pod asks for a share of, so that all of them exceed it.
        return Candidates(pods, shortfall.Signal)
            .Where(one => one.Use.Used > 0)
            .OrderByDescending(one => one.Excess > 0)
            .ThenBy(one => one.Use.Pod.Spec.Priority ?? 0)
            .ThenByDescending(one => one.Excess)
            .ThenBy(one => one.Use.Pod.Metadata.Uid, StringComparer.Ordinal)
            .Select(one => new PlannedEviction(one.Use.Pod, TerminationFor(shortfall, one.Use)))
            .FirstOrDefault();
    }

    /// <summary>How much room the end of all pods could make that may be ended.</summary>
    public static long RoomIn(IReadOnlyList<PodUse> pods, EvictionSignal signal) => Candidates(pods, signal).Sum(one => one.Room);

    private static IEnumerable<Candidate> Candidates(IReadOnlyList<PodUse> pods, EvictionSignal signal) =>
        pods.Where(one => !CriticalPods.IsCritical(one.Pod)).Select(one => new Candidate(one, signal));

    private static PodTermination TerminationFor(Shortfall shortfall, PodUse use) =>
        new(PodTermination.Evicted, EvictionMessage.Of(shortfall, use), PodTermination.EvictionGrace) { EvictionSignal = shortfall.Signal.Name, IsDisruption = true };

    private sealed record Candidate(PodUse Use, EvictionSignal Signal)
    {
        /// <summary>What it uses beyond what it asked for, which nobody set aside for it.</summary>
        public long Excess { get; } = Use.Used - PodRequests.Of(Use.Pod).Find(Signal.Resource).Value;

        /// <summary>Memory that was set aside for a pod is the next one's as soon as this is gone; what it left on a disk is gone for good.</summary>
        public long Room => Signal == EvictionSignal.Memory ? Math.Max(0, Excess) : Use.Used;
    }
}

/// <summary>A pod that is to end for the node's sake.</summary>
internal sealed record PlannedEviction(Pod Pod, PodTermination Termination);

using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>Pods are ended for others only if these are more important and wait, and, while all see what there is, only if there is no room without that.</summary>
internal sealed class PreemptionLaw(LawGround ground) : ILaw
{
    private const string Preempted = "PreemptionByScheduler";

    private readonly List<Pod> _victims = [];
    private readonly Dictionary<string, Pod> _waiting = new(StringComparer.Ordinal);

    public void Look(Write write)
    {
        if (write is { Old: Pod old, New: Pod pod } && IsPreempted(pod) && !IsPreempted(old))
        {
            _victims.Add(old);
        }

        // Whoever waited at any time of the moment may be the one for whom it is done.
        foreach (var one in new[] { write.Old, write.New }.OfType<Pod>().Where(Waits))
        {
            _waiting[one.Metadata.Uid!] = one;
        }
    }

    public void Conclude()
    {
        foreach (var node in _victims.GroupBy(victim => victim.Spec.NodeName ?? "", StringComparer.Ordinal))
        {
            LookAtNode(node.Key, [.. node]);
        }

        _victims.Clear();
        _waiting.Clear();
    }

    public static bool IsPreempted(Pod pod) => PodConditions.Find(pod.Status, PodConditionType.DisruptionTarget) is { Status: ConditionStatus.True, Reason: Preempted };

    private static bool Waits(Pod pod) => string.IsNullOrEmpty(pod.Spec.NodeName) && Safety.IsAlive(pod);

    private static long Millis(Pod pod) => PodRequests.Of(pod.Spec).Find(ResourceName.Cpu).MilliValue;

    private static int PriorityOf(Pod pod) => pod.Spec.Priority ?? 0;

    private void LookAtNode(string node, List<Pod> victims)
    {
        var world = ground.World;
        var waiting = world.Before<Pod>().Where(Waits).Concat(_waiting.Values).DistinctBy(pod => pod.Metadata.Uid).ToList();
        var most = victims.Max(PriorityOf);
        var candidates = waiting.Where(pod => PriorityOf(pod) > most).ToList();
        if (candidates.Count == 0)
        {
            throw new InvalidOperationException($"{string.Join(", ", victims.Select(v => $"{v.Metadata.Name} ({PriorityOf(v)})"))} have to go, and nobody waits who is more important");
        }

        // Of one whose binding was on its way nobody knows to where.
        if (node.Length == 0 || !ground.IsClear())
        {
            return;
        }

        // Whoever was there at any time of the moment, or may be on the way there, may have been in the way: also who came, and had to go, within it.
        var there = world.Before<Pod>().Concat(world.All<Pod>()).Concat(victims)
            .Where(pod => pod.Spec.NodeName == node && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed))
            .DistinctBy(pod => pod.Metadata.Uid)
            .Sum(Millis);
        var kept = waiting.Sum(Millis);
        var room = SimulatedMachine.Allocatable[ResourceName.Cpu].MilliValue;
        if (there + kept <= room)
        {
            throw new InvalidOperationException($"{string.Join(", ", victims.Select(v => v.Metadata.Name))} have to go, and {node} has room: {there} and {kept} of {room}");
        }

        // For one alone: as many as can stay do. Who is as important and waits, too, may have been promised some of the room.
        if (candidates.Where(pod => world.Find<Pod>(ObjectKey.Of(pod))?.Status.NominatedNodeName == node).ToList() is [var one])
        {
            var others = waiting.Where(pod => pod.Metadata.Uid != one.Metadata.Uid && PriorityOf(pod) >= PriorityOf(one)).Sum(Millis);
            var taken = there - victims.Sum(Millis) + Millis(one) + others;
            if (victims.FirstOrDefault(victim => taken + Millis(victim) <= room) is { } needless)
            {
                throw new InvalidOperationException(
                    $"{string.Join(", ", victims.Select(v => v.Metadata.Name))} have to go for {one.Metadata.Name}, and {needless.Metadata.Name} could stay on {node}: {taken} of {room}");
            }
        }
    }
}

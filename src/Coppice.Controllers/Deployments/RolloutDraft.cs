using Coppice.Objects.Apps;

namespace Coppice.Controllers.Deployments;

/// <summary>A ReplicaSet as a plan in the making has it.</summary>
internal sealed class DraftSet(ReplicaSet? observed, ReplicaSet item)
{
    /// <summary>Null if the plan is to create it.</summary>
    public ReplicaSet? Observed => observed;

    public ReplicaSet Item { get; set; } = item;

    public int Size => Item.Spec.Replicas ?? 1;

    /// <summary>
    /// Pods that surely stay available: after scaling down, the status tells of pods that are already given up, and they must not be
    /// given up twice.
    /// </summary>
    public int Available => Math.Min(Item.Status.AvailableReplicas, Size);

    /// <summary>
    /// Pods it may have at this moment: after scaling down, those that its controller has not yet deleted count too, or the surge
    /// would be given away twice.
    /// </summary>
    public int Occupied => Math.Max(Size, Item.Status.Replicas);

    private int SizeBefore => observed is null ? 0 : observed.Spec.Replicas ?? 1;

    public void Scale(int size, Deployment deployment) =>
        Item = Revisions.NoteSize(Item with { Spec = Item.Spec with { Replicas = size } }, deployment);

    public ReplicaSetChange ToChange() => new(Item, Size == SizeBefore
        ? null
        : $"Scaled {(Size > SizeBefore ? "up" : "down")} replica set {Item.Metadata.Name} from {SizeBefore} to {Size}");
}

/// <summary>The working state of one plan: owned by the planner's one call, and left behind when the plan is made.</summary>
internal sealed class RolloutDraft(Deployment deployment, IReadOnlyList<ReplicaSet> sets)
{
    public Deployment Deployment { get; set; } = deployment;

    public RolloutLimits Limits { get; } = new(deployment);

    /// <summary>The template's ReplicaSet.</summary>
    public DraftSet? New { get; set; } = Revisions.FindNew(deployment, sets) is { } found ? new(found, found) : null;

    /// <summary>All others, the oldest first.</summary>
    public IReadOnlyList<DraftSet> Old { get; } =
    [
        .. sets.Where(s => s != Revisions.FindNew(deployment, sets))
            .OrderBy(s => s.Metadata.CreationTimestamp).ThenBy(s => s.Metadata.Name, StringComparer.Ordinal)
            .Select(s => new DraftSet(s, s)),
    ];

    public IEnumerable<DraftSet> All => New is null ? Old : Old.Append(New);

    public IEnumerable<DraftSet> Active => All.Where(s => s.Size > 0);

    /// <summary>How many pods the ReplicaSets are asked to have together.</summary>
    public int TotalSize => All.Sum(s => s.Size);

    public List<ReplicaSet> Delete { get; } = [];

    public void Scale(DraftSet set, int size)
    {
        if (set.Size != size)
        {
            set.Scale(size, Deployment);
        }
    }
}

using Coppice.Scheduler.Configuration;

namespace Coppice.Scheduler;

/// <summary>How the pods are scheduled that ask for one scheduler: what keeps them off nodes, and what draws them to some. The default is Kubernetes'.</summary>
public sealed record SchedulerProfile
{
    /// <summary>Of pods that name no scheduler.</summary>
    public const string DefaultName = "default-scheduler";

    public static readonly SchedulerProfile Default = Plugin.Profile(DefaultName, new(), new());

    /// <summary>What the pods ask for in <c>schedulerName</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Of so many nodes on which a pod fits, in percent, the best is taken; null for a share that falls from 50 to 5 as nodes get more.</summary>
    public int? NodesPercent { get; init; }

    /// <summary>In the order of asking; the first that objects speaks for the node.</summary>
    internal IReadOnlyList<IFilter> Filters { get; init; } = [];

    internal IReadOnlyList<WeightedScore> Scores { get; init; } = [];

    /// <summary>How pods get the places of less important ones; null if they don't.</summary>
    internal CandidateNodes? Preemption { get; init; }

    /// <summary>How long a pod waits for its claims to be bound on its node before it is tried anew.</summary>
    internal TimeSpan BindTimeout { get; init; }

    /// <summary>How long a pod waits for its devices to be made ready before its claims get others.</summary>
    internal TimeSpan DeviceTimeout { get; init; }

    /// <summary>Null if pods are put where there is no room.</summary>
    internal ResourcesFilter? Resources => Filters.OfType<ResourcesFilter>().FirstOrDefault();

    /// <summary>Pods get the devices that they claim.</summary>
    internal bool AllocatesDevices => Filters.OfType<DevicesFilter>().Any();

    /// <summary>Pods wait for their claims to be bound on their nodes.</summary>
    internal bool BindsVolumes => Filters.OfType<VolumeBindingFilter>().Any();
}

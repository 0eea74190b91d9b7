using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

/// <summary>Keeps one pod of a template on every node that the template fits.</summary>
public sealed partial record DaemonSet : KubernetesObject
{
    /// <summary>What should run on the nodes.</summary>
    [Field(2)]
    public DaemonSetSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How far the nodes have got.</summary>
    [Field(3)]
    public DaemonSetStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a DaemonSet should run, and how it changes over.</summary>
public sealed partial record DaemonSetSpec
{
    /// <summary>Which pods are its own; must match the template's labels and cannot be changed.</summary>
    [Field(1, Required = true)]
    public LabelSelector? Selector { get; init; }

    /// <summary>What its pods are made from.</summary>
    [Field(2, Required = true)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();

    /// <summary>How pods of an older template are replaced.</summary>
    [Field(3)]
    public DaemonSetUpdateStrategy UpdateStrategy { get; init => field = value ?? new(); } = new();

    /// <summary>Seconds that a new pod must stay ready to count as available; 0 by default.</summary>
    [Field(4)]
    public int MinReadySeconds { get; init; }

    /// <summary>How many former templates are kept to go back to; 10 by default.</summary>
    [Field(6)]
    public int? RevisionHistoryLimit { get; init; }
}

/// <summary>How pods of an older template are replaced.</summary>
public sealed partial record DaemonSetUpdateStrategy
{
    /// <summary>RollingUpdate (the default), or OnDelete, which waits for someone to delete them.</summary>
    [Field(1)]
    public string? Type { get; init; }

    /// <summary>The pace, where type is RollingUpdate.</summary>
    [Field(2)]
    public RollingUpdateDaemonSet? RollingUpdate { get; init; }
}

/// <summary>The values of DaemonSetUpdateStrategyType.</summary>
public static class DaemonSetUpdateStrategyType
{
    public const string RollingUpdate = "RollingUpdate";
    public const string OnDelete = "OnDelete";
}

/// <summary>How many nodes may be changed over at once.</summary>
public sealed partial record RollingUpdateDaemonSet
{
    /// <summary>Pods that may be down at a time, as a number or a share of all (rounded up); 1 by default.</summary>
    [Field(1)]
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Nodes that may run the new pod beside the old, as a number or a share (rounded up); 0 by default.</summary>
    [Field(2)]
    public IntOrString? MaxSurge { get; init; }
}

/// <summary>How far a DaemonSet has got.</summary>
public sealed partial record DaemonSetStatus
{
    /// <summary>Nodes that should run a pod and do.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int CurrentNumberScheduled { get; init; }

    /// <summary>Nodes that run a pod and should not.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int NumberMisscheduled { get; init; }

    /// <summary>Nodes that should run a pod.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int DesiredNumberScheduled { get; init; }

    /// <summary>Nodes whose pod is ready.</summary>
    [Field(4, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int NumberReady { get; init; }

    /// <summary>The generation that these numbers were counted for.</summary>
    [Field(5)]
    public long ObservedGeneration { get; init; }

    /// <summary>Nodes that run a pod of the newest template.</summary>
    [Field(6)]
    public int UpdatedNumberScheduled { get; init; }

    /// <summary>Nodes whose pod has been ready for minReadySeconds.</summary>
    [Field(7)]
    public int NumberAvailable { get; init; }

    /// <summary>Nodes that should have an available pod and have not.</summary>
    [Field(8)]
    public int NumberUnavailable { get; init; }

    /// <summary>How often the name of a revision was taken already; part of the next name's hash.</summary>
    [Field(9)]
    public int? CollisionCount { get; init; }

    /// <summary>What else is known of the state.</summary>
    [Field(10, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<DaemonSetCondition> Conditions { get; init; }
}

/// <summary>One thing that can be said of a DaemonSet's state.</summary>
public sealed partial record DaemonSetCondition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When status last changed.</summary>
    [Field(3)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(5)]
    public string? Message { get; init; }
}

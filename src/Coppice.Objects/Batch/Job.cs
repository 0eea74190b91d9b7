using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Batch;

/// <summary>Runs pods until enough of them have ended well.</summary>
public sealed partial record Job : KubernetesObject
{
    /// <summary>What should run, and how often.</summary>
    [Field(2)]
    public JobSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How far it has got.</summary>
    [Field(3)]
    public JobStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a Job should run, and when it is over.</summary>
public sealed partial record JobSpec
{
    /// <summary>How many pods may run at a time; 1 by default.</summary>
    [Field(1)]
    public int? Parallelism { get; init; }

    /// <summary>How many pods must end well; without it, one does, and then no other is started.</summary>
    [Field(2)]
    public int? Completions { get; init; }

    /// <summary>Seconds that the Job may take in all.</summary>
    [Field(3)]
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>What a failed pod means, by how it failed.</summary>
    [Field(11)]
    public PodFailurePolicy? PodFailurePolicy { get; init; }

    /// <summary>When an indexed Job has succeeded before all of its indexes have.</summary>
    [Field(16)]
    public SuccessPolicy? SuccessPolicy { get; init; }

    /// <summary>How many failed pods are replaced before the Job has failed; 6 by default.</summary>
    [Field(7)]
    public int? BackoffLimit { get; init; }

    /// <summary>How many failed pods of one index are replaced before that index has failed.</summary>
    [Field(12)]
    public int? BackoffLimitPerIndex { get; init; }

    /// <summary>How many indexes may fail before the whole Job has.</summary>
    [Field(13)]
    public int? MaxFailedIndexes { get; init; }

    /// <summary>Which pods are its own; made by the server unless manualSelector is set.</summary>
    [Field(4)]
    public LabelSelector? Selector { get; init; }

    /// <summary>Leaves the selector and the pods' labels to whoever writes the Job.</summary>
    [Field(5)]
    public bool? ManualSelector { get; init; }

    /// <summary>What its pods are made from; their restartPolicy must be Never or OnFailure.</summary>
    [Field(6, Required = true)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();

    /// <summary>Seconds after its end when the Job is deleted; never without it.</summary>
    [Field(8)]
    public int? TtlSecondsAfterFinished { get; init; }

    /// <summary>NonIndexed (the default), or Indexed, which gives each pod a number from 0 to completions - 1.</summary>
    [Field(9, Pointer = true)]
    public string? CompletionMode { get; init; }

    /// <summary>While true, no pods run.</summary>
    [Field(10)]
    public bool? Suspend { get; init; }

    /// <summary>Whether a pod is replaced when it is on its way out (TerminatingOrFailed) or only when it has failed (Failed).</summary>
    [Field(14, Pointer = true)]
    public string? PodReplacementPolicy { get; init; }

    /// <summary>Who looks after the Job; kubernetes.io/job-controller where it is absent.</summary>
    [Field(15, Pointer = true)]
    public string? ManagedBy { get; init; }
}

/// <summary>What a failed pod means.</summary>
public sealed partial record PodFailurePolicy
{
    /// <summary>Looked at in this order; the first that fits counts, and without one the pod counts as failed.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<PodFailurePolicyRule> Rules { get; init; }
}

/// <summary>What a pod that failed in one way means.</summary>
public sealed partial record PodFailurePolicyRule
{
    /// <summary>FailJob, FailIndex, Ignore or Count.</summary>
    [Field(1, Required = true)]
    public string Action { get; init => field = value ?? ""; } = "";

    /// <summary>Fits pods by how their containers ended.</summary>
    [Field(2)]
    public PodFailurePolicyOnExitCodesRequirement? OnExitCodes { get; init; }

    /// <summary>Fits pods of which one of these is said.</summary>
    [Field(3)]
    public ValueList<PodFailurePolicyOnPodConditionsPattern> OnPodConditions { get; init; }
}

/// <summary>The values of PodFailurePolicyAction.</summary>
public static class PodFailurePolicyAction
{
    public const string FailJob = "FailJob";
    public const string FailIndex = "FailIndex";
    public const string Ignore = "Ignore";
    public const string Count = "Count";
}

/// <summary>Fits pods by how their containers ended.</summary>
public sealed partial record PodFailurePolicyOnExitCodesRequirement
{
    /// <summary>The container that is looked at; all of them where it is absent.</summary>
    [Field(1, Pointer = true)]
    public string? ContainerName { get; init; }

    /// <summary>In or NotIn.</summary>
    [Field(2, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    /// <summary>The exit codes that are compared with.</summary>
    [Field(3, Required = true, List = ListType.Set)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<int> Values { get; init; }
}

/// <summary>The values of PodFailurePolicyOnExitCodesOperator.</summary>
public static class PodFailurePolicyOnExitCodesOperator
{
    public const string In = "In";
    public const string NotIn = "NotIn";
}

/// <summary>Something that is said of a pod.</summary>
public sealed partial record PodFailurePolicyOnPodConditionsPattern
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds; True by default.</summary>
    [Field(2)]
    public string? Status { get; init; }
}

/// <summary>When an indexed Job has succeeded.</summary>
public sealed partial record SuccessPolicy
{
    /// <summary>The first that is met is enough.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<SuccessPolicyRule> Rules { get; init; }
}

/// <summary>Which indexes must have succeeded, or how many.</summary>
public sealed partial record SuccessPolicyRule
{
    /// <summary>The indexes that count, as in "0,2-4"; all where it is absent.</summary>
    [Field(1, Pointer = true)]
    public string? SucceededIndexes { get; init; }

    /// <summary>How many of them are enough; all where it is absent.</summary>
    [Field(2)]
    public int? SucceededCount { get; init; }
}

/// <summary>The values of CompletionMode.</summary>
public static class CompletionMode
{
    public const string NonIndexed = "NonIndexed";
    public const string Indexed = "Indexed";
}

/// <summary>The values of PodReplacementPolicy.</summary>
public static class PodReplacementPolicy
{
    public const string TerminatingOrFailed = "TerminatingOrFailed";
    public const string Failed = "Failed";
}

/// <summary>How far a Job has got.</summary>
public sealed partial record JobStatus
{
    /// <summary>Whether it is over, and how it ended.</summary>
    [Field(1, MergeKey = "type")]
    public ValueList<JobCondition> Conditions { get; init; }

    /// <summary>When it was first looked after, or last resumed.</summary>
    [Field(2, Pointer = true)]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When it had succeeded.</summary>
    [Field(3, Pointer = true)]
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>Its pods that run or wait, and are not on their way out.</summary>
    [Field(4)]
    public int Active { get; init; }

    /// <summary>Its pods that ended well.</summary>
    [Field(5)]
    public int Succeeded { get; init; }

    /// <summary>Its pods that failed.</summary>
    [Field(6)]
    public int Failed { get; init; }

    /// <summary>Its pods that are on their way out.</summary>
    [Field(11)]
    public int? Terminating { get; init; }

    /// <summary>The indexes that have succeeded, as in "0,2-4".</summary>
    [Field(7)]
    public string? CompletedIndexes { get; init; }

    /// <summary>The indexes that have failed for good, as in "0,2-4".</summary>
    [Field(10, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? FailedIndexes { get; init; }

    /// <summary>Pods that have ended and are not in the counts yet.</summary>
    [Field(8)]
    public UncountedTerminatedPods? UncountedTerminatedPods { get; init; }

    /// <summary>Its active pods that are ready.</summary>
    [Field(9)]
    public int? Ready { get; init; }
}

/// <summary>One thing that can be said of a Job's state.</summary>
public sealed partial record JobCondition
{
    /// <summary>What is said: Suspended, Complete, Failed, FailureTarget or SuccessCriteriaMet.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When it was last looked at.</summary>
    [Field(3)]
    public DateTimeOffset? LastProbeTime { get; init; }

    /// <summary>When status last changed.</summary>
    [Field(4)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(5)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(6)]
    public string? Message { get; init; }
}

/// <summary>The values of JobConditionType.</summary>
public static class JobConditionType
{
    public const string Suspended = "Suspended";
    public const string Complete = "Complete";
    public const string Failed = "Failed";
    public const string FailureTarget = "FailureTarget";
    public const string SuccessCriteriaMet = "SuccessCriteriaMet";
}

/// <summary>Pods that have ended and are not in a Job's counts yet.</summary>
public sealed partial record UncountedTerminatedPods
{
    /// <summary>The uids of those that ended well.</summary>
    [Field(1, List = ListType.Set)]
    public ValueList<string> Succeeded { get; init; }

    /// <summary>The uids of those that failed.</summary>
    [Field(2, List = ListType.Set)]
    public ValueList<string> Failed { get; init; }
}

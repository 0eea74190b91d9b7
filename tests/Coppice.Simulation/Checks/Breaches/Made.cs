using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Simulation.Checks.Breaches;

/// <summary>The objects of histories that nobody lived: all in one namespace, each with its name for its uid.</summary>
internal static class Made
{
    public const string Space = "default";

    public static readonly ValueMap<string> Labels = ValueMap.Of(("app", "web"));

    public static ObjectMeta Named(string name) => new() { Namespace = Space, Name = name, Uid = name, CreationTimestamp = Breach.Long };

    public static ObjectMeta Of(this ObjectMeta meta, string kind, string owner) =>
        meta with { OwnerReferences = [new() { Kind = kind, Name = owner, Uid = owner, Controller = true }] };

    public static Pod Pod(string name, string phase = PodPhase.Running, string? node = null, int millis = 100) => new()
    {
        Metadata = Named(name) with { Labels = Labels, CreationTimestamp = Breach.Long.AddMinutes(1) },
        Spec = new()
        {
            NodeName = node,
            Containers = [new() { Name = "web", Image = "web:1", Resources = new() { Requests = ValueMap.Of((ResourceName.Cpu, Quantity.FromMillis(millis))), Limits = ValueMap.Of((ResourceName.Cpu, Quantity.FromMillis(millis))) } }],
        },
        Status = new() { Phase = phase },
    };

    public static Pod Ready(this Pod pod) => pod.Said(PodConditionType.Ready, null);

    /// <summary>Something has become true of it.</summary>
    public static Pod Said(this Pod pod, string type, string? reason) =>
        pod with { Status = pod.Status.With(new PodCondition { Type = type, Status = ConditionStatus.True, Reason = reason }) };

    /// <summary>It is to go.</summary>
    public static Pod Leaving(this Pod pod) => pod with { Metadata = pod.Metadata with { DeletionTimestamp = Breach.Long.AddMinutes(2) } };

    public static Job Over(this Job job, string how) =>
        job with { Status = job.Status with { Conditions = [new() { Type = how, Status = ConditionStatus.True }] } };
}

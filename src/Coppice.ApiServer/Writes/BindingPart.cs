using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Writes;

/// <summary>Which node a pod is assigned to: said once, and before its end.</summary>
internal sealed class BindingPart : WritePart
{
    private static readonly GroupResource Resource = new("", "pods/binding");

    public override bool IsView => true;

    public override Tracking Tracks => Tracking.Nothing;

    public override ExpectedObject Takes(Kind kind) => UnstoredKinds.Binding;

    public override WriteRequest Open(WriteRequest request, WriteChange change)
    {
        var binding = (Binding)((WriteChange.Body)change).Item;
        Scoping.RequireName(request.Key.Name, binding.Metadata.Name);
        return string.IsNullOrEmpty(binding.Target.Name)
            ? throw ApiErrors.Invalid("", "Binding", request.Key.Name, FieldError.Required(FieldPath.Of("target", "name")))
            : request;
    }

    public override KubernetesObject? Before(PendingWrite write) => null;

    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item)
    {
        var (binding, pod) = ((Binding)item!, (Pod)write.Old);
        RequireUnbound(write.Request.Resource, pod, binding);
        var scheduled = new PodCondition
        {
            Type = "PodScheduled",
            Status = "True",
            LastTransitionTime = write.Now,
            ObservedGeneration = pod.Metadata.Generation,
        };
        return pod with
        {
            Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.With(binding.Metadata.Annotations) },
            Spec = pod.Spec with { NodeName = binding.Target.Name },
            Status = pod.Status.With(scheduled) with { NominatedNodeName = null },
        };
    }

    /// <summary>The pod was valid; all that is new is the server's own.</summary>
    public override Findings<FieldError> Validate(PendingWrite write, KubernetesObject item) => [];

    private static void RequireUnbound(GroupResource pods, Pod pod, Binding binding)
    {
        var name = pod.Metadata.Name!;
        if (!string.IsNullOrEmpty(binding.Metadata.Uid) && binding.Metadata.Uid != pod.Metadata.Uid)
        {
            throw ApiErrors.Conflict(
                pods, name, $"Precondition failed: UID in precondition: {binding.Metadata.Uid}, UID in object meta: {pod.Metadata.Uid}");
        }

        if (pod.Metadata.DeletionTimestamp is not null)
        {
            throw ApiErrors.Conflict(Resource, name, $"pod {name} is being deleted, cannot be assigned to a host");
        }

        if (!string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            throw ApiErrors.Conflict(Resource, name, $"pod {name} is already assigned to node \"{pod.Spec.NodeName}\"");
        }
    }
}

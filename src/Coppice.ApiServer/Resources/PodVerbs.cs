
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Policy;
namespace Coppice.ApiServer.Resources;

/// <summary>What can be done to a pod beyond writing it: bind it to a node, ask it to leave.</summary>
internal sealed class PodVerbs(UpdateVerb update, DeleteVerb delete, TimeProvider time)
{
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    /// <summary>Assigns a pod to a node, once.</summary>
    public async ValueTask BindAsync(WriteScope scope, Binding binding, CancellationToken stop)
    {
        var name = binding.Metadata.Name ?? "";
        var node = binding.Target.Name;
        if (string.IsNullOrEmpty(node))
        {
            throw ApiErrors.Invalid("", "Binding", name, FieldError.Required(FieldPath.Of("target", "name")));
        }

        await update.RunAsync(scope with { Served = PodKind.Served }, name, form => Bind((Pod)form.Item, binding, node), UpdatePart.Internal, stop);
    }

    /// <summary>Deletes a pod as a guest who may be asked to stay; disruption budgets will have their say here.</summary>
    public async ValueTask EvictAsync(WriteScope scope, string name, Eviction eviction, CancellationToken stop) =>
        await delete.RunAsync(scope with { Served = PodKind.Served }, name, eviction.DeleteOptions ?? new DeleteOptions(), stop);

    private Pod Bind(Pod pod, Binding binding, string node)
    {
        var name = pod.Metadata.Name!;
        if (!string.IsNullOrEmpty(binding.Metadata.Uid) && binding.Metadata.Uid != pod.Metadata.Uid)
        {
            throw ApiErrors.Conflict(
                Pods, name, $"Precondition failed: UID in precondition: {binding.Metadata.Uid}, UID in object meta: {pod.Metadata.Uid}");
        }

        if (pod.Metadata.DeletionTimestamp is not null)
        {
            throw ApiErrors.Conflict(new GroupResource("", "pods/binding"), name, $"pod {name} is being deleted, cannot be assigned to a host");
        }

        if (!string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            throw ApiErrors.Conflict(new GroupResource("", "pods/binding"), name, $"pod {name} is already assigned to node \"{pod.Spec.NodeName}\"");
        }

        var scheduled = new PodCondition
        {
            Type = "PodScheduled",
            Status = "True",
            LastTransitionTime = ApiTime.Truncate(time.GetUtcNow()),
            ObservedGeneration = pod.Metadata.Generation,
        };
        return pod with
        {
            Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.With(binding.Metadata.Annotations) },
            Spec = pod.Spec with { NodeName = node },
            Status = pod.Status with
            {
                Conditions = pod.Status.Conditions.Where(c => c.Type != scheduled.Type).Append(scheduled).ToValueList(),
            },
        };
    }
}

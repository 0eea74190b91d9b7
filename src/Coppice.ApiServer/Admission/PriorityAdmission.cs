using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Scheduling;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// What Kubernetes' Priority admission does: a pod's priority is that of its class and no other, at most one class is that of everybody
/// who names none, and the two that every cluster has are there from the first pod on and for ever.
/// </summary>
internal sealed class PriorityAdmission(LiveObjects<PriorityClass> classes) : IMutatingAdmission, IValidatingAdmission
{
    private static readonly PriorityClass Nameless = new() { PreemptionPolicy = PreemptionPolicy.PreemptLowerPriority };

    public string Name => "Priority";

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update or WriteOperation.Delete;

    public IReadOnlyList<Type>? Records => [typeof(Pod), typeof(PriorityClass)];

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        item is not Pod pod || request.Subresource.Length > 0 ? item
        : old is Pod before ? Keep(pod, before)
        : Decide(request, pod, await ClassOfAsync(request, pod, stop));

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (request.Operation == WriteOperation.Delete)
        {
            if (old is PriorityClass && SystemPriorities.Find(request.Key.Name) is not null)
            {
                throw ApiErrors.Forbidden(request.Resource, request.Key.Name, "this is a system priority class and cannot be deleted");
            }
        }
        else if (item is PriorityClass { GlobalDefault: true } made
            && await DefaultAsync(stop) is { } other
            && (request.Operation == WriteOperation.Create || other.Metadata.Name != made.Metadata.Name))
        {
            throw ApiErrors.Forbidden(
                request.Resource, made.Metadata.Name ?? "", $"PriorityClass {other.Metadata.Name} is already marked as default. Only one default can exist");
        }
    }

    /// <summary>Who replaces a pod by what is in a file need not say what was decided about it.</summary>
    private static Pod Keep(Pod pod, Pod old) => pod.Spec.PriorityClassName == old.Spec.PriorityClassName
        ? pod with
        {
            Spec = pod.Spec with
            {
                Priority = pod.Spec.Priority ?? old.Spec.Priority,
                PreemptionPolicy = pod.Spec.PreemptionPolicy ?? old.Spec.PreemptionPolicy,
            },
        }
        : pod;

    private async ValueTask<PriorityClass> ClassOfAsync(WriteRequest request, Pod pod, CancellationToken stop) =>
        string.IsNullOrEmpty(pod.Spec.PriorityClassName)
            ? await DefaultAsync(stop) ?? Nameless
            : (await classes.NowAsync(stop)).GetValueOrDefault(new("", pod.Spec.PriorityClassName))
                ?? SystemPriorities.Find(pod.Spec.PriorityClassName)
                ?? throw Forbidden(request, pod, $"no PriorityClass with name {pod.Spec.PriorityClassName} was found");

    /// <summary>Two writers at the same time may have made two: then the one of the least priority counts.</summary>
    private async ValueTask<PriorityClass?> DefaultAsync(CancellationToken stop)
    {
        PriorityClass? found = null;
        foreach (var (_, one) in await classes.NowAsync(stop))
        {
            if (one.GlobalDefault && (found is null || one.Value < found.Value))
            {
                found = one;
            }
        }

        return found;
    }

    private static Pod Decide(WriteRequest request, Pod pod, PriorityClass its)
    {
        var spec = pod.Spec;
        if (spec.Priority is { } given && given != its.Value)
        {
            throw Forbidden(
                request,
                pod,
                $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {its.Value} from the given PriorityClass name");
        }

        if (spec.PreemptionPolicy is { } policy && its.PreemptionPolicy is { } decided && policy != decided)
        {
            throw Forbidden(
                request,
                pod,
                $"the string value of PreemptionPolicy ({policy}) must not be provided in pod spec; priority admission controller computed {decided} from the given PriorityClass name");
        }

        return pod with
        {
            Spec = spec with
            {
                PriorityClassName = its.Metadata.Name ?? spec.PriorityClassName,
                Priority = its.Value,
                PreemptionPolicy = its.PreemptionPolicy ?? spec.PreemptionPolicy,
            },
        };
    }

    private static ApiError Forbidden(WriteRequest request, Pod pod, string why) => ApiErrors.Forbidden(request.Resource, pod.Metadata.Name ?? "", why);
}

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// What Kubernetes' Priority admission does: a pod's priority is that of its class and no other. There are the two classes that every
/// cluster has, and none for everybody else.
/// </summary>
internal sealed class PriorityAdmission : IMutatingAdmission
{
    private static readonly Dictionary<string, int> Classes = new(StringComparer.Ordinal)
    {
        ["system-cluster-critical"] = 2_000_000_000,
        ["system-node-critical"] = 2_000_001_000,
    };

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update;

    public ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        new(item is not Pod pod || request.Subresource.Length > 0 ? item : old is Pod before ? Keep(pod, before) : Decide(request, pod));

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

    private static Pod Decide(WriteRequest request, Pod pod)
    {
        var spec = pod.Spec;
        var priority = 0;
        if (!string.IsNullOrEmpty(spec.PriorityClassName) && !Classes.TryGetValue(spec.PriorityClassName, out priority))
        {
            throw Forbidden($"no PriorityClass with name {spec.PriorityClassName} was found");
        }

        if (spec.Priority is { } given && given != priority)
        {
            throw Forbidden(
                $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name");
        }

        const string Policy = PreemptionPolicy.PreemptLowerPriority;
        if (spec.PreemptionPolicy is { } policy && policy != Policy)
        {
            throw Forbidden(
                $"the string value of PreemptionPolicy ({policy}) must not be provided in pod spec; priority admission controller computed {Policy} from the given PriorityClass name");
        }

        return pod with { Spec = spec with { Priority = priority, PreemptionPolicy = Policy } };

        ApiError Forbidden(string why) => ApiErrors.Forbidden(request.Resource, pod.Metadata.Name ?? "", why);
    }
}

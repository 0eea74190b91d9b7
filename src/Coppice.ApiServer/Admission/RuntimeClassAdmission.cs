using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Node;

namespace Coppice.ApiServer.Admission;

/// <summary>What Kubernetes' RuntimeClass admission does: a pod takes and tolerates what its class of runtime says, and no class is made up.</summary>
internal sealed class RuntimeClassAdmission(ObjectStorage storage) : IMutatingAdmission, IValidatingAdmission
{
    private static readonly Kind Classes = BuiltInKinds.Of<RuntimeClass>();

    public string Name => "RuntimeClass";

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public IReadOnlyList<Type>? Records => [typeof(Pod)];

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        item is Pod pod && request.Subresource.Length == 0 && await ClassOfAsync(request, pod, stop) is { } its
            ? Schedule(request, Weigh(request, pod, its), its.Scheduling)
            : item;

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is Pod { Spec.Overhead.IsEmpty: false } pod && request.Subresource.Length == 0)
        {
            if (await ClassOfAsync(request, pod, stop) is not { Overhead: not null } its)
            {
                throw Forbidden(request, pod, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }

            Weigh(request, pod, its);
        }
    }

    private async ValueTask<RuntimeClass?> ClassOfAsync(WriteRequest request, Pod pod, CancellationToken stop)
    {
        if (pod.Spec.RuntimeClassName is not { } name)
        {
            return null;
        }

        return await storage.FindAsync(Classes, new("", name), stop) is { Item: RuntimeClass found }
            ? found
            : throw Forbidden(request, pod, $"pod rejected: RuntimeClass {QuotedText.Of(name)} not found");
    }

    private static Pod Weigh(WriteRequest request, Pod pod, RuntimeClass its) => its.Overhead is not { PodFixed: var overhead } ? pod
        : pod.Spec.Overhead.IsEmpty || pod.Spec.Overhead == overhead ? pod with { Spec = pod.Spec with { Overhead = overhead } }
        : throw Forbidden(request, pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");

    private static Pod Schedule(WriteRequest request, Pod pod, Scheduling? scheduling)
    {
        if (scheduling is null)
        {
            return pod;
        }

        foreach (var (key, wanted) in scheduling.NodeSelector)
        {
            if (pod.Spec.NodeSelector.TryGetValue(key, out var own) && own != wanted)
            {
                throw Forbidden(
                    request, pod, $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {wanted}; pod.spec.nodeSelector[{key}] = {own}");
            }
        }

        return pod with
        {
            Spec = pod.Spec with
            {
                NodeSelector = pod.Spec.NodeSelector.With(scheduling.NodeSelector),
                Tolerations = [.. pod.Spec.Tolerations, .. scheduling.Tolerations.Where(one => !pod.Spec.Tolerations.Contains(one))],
            },
        };
    }

    private static ApiError Forbidden(WriteRequest request, Pod pod, string why) => ApiErrors.Forbidden(request.Resource, pod.Metadata.Name ?? "", why);
}

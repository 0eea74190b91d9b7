using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// What Kubernetes' admission of that name does to pods: some patience with a node that is not ready or cannot be reached. Also when a
/// pod is replaced, as by somebody who sends all the tolerations that he knows of.
/// </summary>
/// <param name="patience">With a node, where a pod does not say.</param>
internal sealed class DefaultTolerationSeconds(Func<DefaultTolerations> patience) : IMutatingAdmission
{
    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update;

    public IReadOnlyList<Type>? Records => [typeof(Pod)];

    public ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        new(item is Pod pod && request.Subresource.Length == 0 ? Tolerate(pod, patience()) : item);

    private static Pod Tolerate(Pod pod, DefaultTolerations patience)
    {
        var tolerations = pod.Spec.Tolerations;
        foreach (var (key, seconds) in (ReadOnlySpan<(string, long)>)[("node.kubernetes.io/not-ready", patience.NotReadySeconds), ("node.kubernetes.io/unreachable", patience.UnreachableSeconds)])
        {
            if (!IsTolerated(tolerations, key))
            {
                tolerations = tolerations.Add(new Toleration
                {
                    Key = key,
                    Operator = "Exists",
                    Effect = "NoExecute",
                    TolerationSeconds = seconds,
                });
            }
        }

        return tolerations.Count == pod.Spec.Tolerations.Count ? pod : pod with { Spec = pod.Spec with { Tolerations = tolerations } };
    }

    private static bool IsTolerated(ValueList<Toleration> tolerations, string key)
    {
        foreach (var toleration in tolerations)
        {
            if (Covers(toleration, key))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Covers(Toleration toleration, string key) =>
        (string.IsNullOrEmpty(toleration.Key) || toleration.Key == key) && (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == "NoExecute");
}

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

    public ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        new(item is Pod pod && request.Subresource.Length == 0 ? pod with { Spec = Tolerate(pod.Spec, patience()) } : item);

    private static PodSpec Tolerate(PodSpec spec, DefaultTolerations patience)
    {
        foreach (var (key, seconds) in (ReadOnlySpan<(string, long)>)[("node.kubernetes.io/not-ready", patience.NotReadySeconds), ("node.kubernetes.io/unreachable", patience.UnreachableSeconds)])
        {
            if (!spec.Tolerations.Any(t => Covers(t, key)))
            {
                spec = spec with
                {
                    Tolerations = spec.Tolerations.Add(new Toleration
                    {
                        Key = key,
                        Operator = "Exists",
                        Effect = "NoExecute",
                        TolerationSeconds = seconds,
                    }),
                };
            }
        }

        return spec;
    }

    private static bool Covers(Toleration toleration, string key) =>
        (string.IsNullOrEmpty(toleration.Key) || toleration.Key == key) && (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == "NoExecute");
}

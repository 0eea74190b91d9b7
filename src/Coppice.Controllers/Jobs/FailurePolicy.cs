using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>What a failed pod means to its Job.</summary>
/// <param name="Action">One of <see cref="PodFailurePolicyAction"/>.</param>
/// <param name="Message">Why, in Kubernetes' words, where the whole Job is to fail.</param>
internal readonly record struct FailureMeaning(string Action, string? Message)
{
    public static readonly FailureMeaning Counts = new(PodFailurePolicyAction.Count, null);
}

/// <summary>Looks a failed pod up in the rules of its Job.</summary>
internal static class FailurePolicy
{
    public static FailureMeaning Of(Job job, Pod pod)
    {
        // Of a pod that merely goes nobody knows yet how it ends.
        if (job.Spec.PodFailurePolicy is not { } policy || pod.Status.Phase != PodPhase.Failed)
        {
            return FailureMeaning.Counts;
        }

        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var rule = policy.Rules[i];
            if (Match(rule, pod) is { } what)
            {
                return new(rule.Action, $"{what} matching {rule.Action} rule at index {i}");
            }
        }

        return FailureMeaning.Counts;
    }

    private static string? Match(PodFailurePolicyRule rule, Pod pod)
    {
        var name = $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
        if (rule.OnExitCodes is { } codes)
        {
            foreach (var status in pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses))
            {
                if ((codes.ContainerName is null || codes.ContainerName == status.Name)
                    && status.State.Terminated is { ExitCode: not 0 and var code }
                    && codes.Values.Contains(code) == (codes.Operator == PodFailurePolicyOnExitCodesOperator.In))
                {
                    return $"Container {status.Name} for pod {name} failed with exit code {code}";
                }
            }
        }

        foreach (var pattern in rule.OnPodConditions)
        {
            if (PodConditions.Find(pod.Status, pattern.Type)?.Status == (pattern.Status ?? ConditionStatus.True))
            {
                return $"Pod {name} has condition {pattern.Type}";
            }
        }

        return null;
    }
}

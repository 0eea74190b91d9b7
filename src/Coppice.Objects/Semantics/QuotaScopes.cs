using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>Which objects a quota counts.</summary>
public static class QuotaScopes
{
    /// <summary>Scopes are of pods and claims; what is neither is counted by quotas without scopes only.</summary>
    public static bool Count(ResourceQuotaSpec quota, KubernetesObject item) =>
        (quota.Scopes.IsEmpty && quota.ScopeSelector is not { MatchExpressions.IsEmpty: false }) || Requirements(quota).All(one => Matches(one, item));

    /// <summary>Everything that a quota asks of what it counts, however it is written.</summary>
    private static IEnumerable<ScopedResourceSelectorRequirement> Requirements(ResourceQuotaSpec quota) =>
        quota.Scopes
            .Select(scope => new ScopedResourceSelectorRequirement { ScopeName = scope, Operator = ScopeSelectorOperator.Exists })
            .Concat(quota.ScopeSelector?.MatchExpressions ?? default);

    private static bool Matches(ScopedResourceSelectorRequirement asked, KubernetesObject item) => (item, asked.ScopeName) switch
    {
        (Pod pod, ResourceQuotaScope.Terminating) => pod.Spec.ActiveDeadlineSeconds >= 0,
        (Pod pod, ResourceQuotaScope.NotTerminating) => !(pod.Spec.ActiveDeadlineSeconds >= 0),
        (Pod pod, ResourceQuotaScope.BestEffort) => IsBestEffort(pod),
        (Pod pod, ResourceQuotaScope.NotBestEffort) => !IsBestEffort(pod),
        (Pod pod, ResourceQuotaScope.PriorityClass) => Matches(asked, pod.Spec.PriorityClassName),
        (Pod pod, ResourceQuotaScope.CrossNamespacePodAffinity) => LooksBeyondItsNamespace(pod.Spec.Affinity),
        (PersistentVolumeClaim claim, ResourceQuotaScope.VolumeAttributesClass) => Matches(asked, ClassesOf(claim)),
        _ => false,
    };

    private static bool IsBestEffort(Pod pod) => (pod.Status.QosClass ?? PodQos.Of(pod.Spec)) == PodQOSClass.BestEffort;

    private static bool Matches(ScopedResourceSelectorRequirement asked, params IEnumerable<string?> names)
    {
        var given = names.Where(name => !string.IsNullOrEmpty(name)).ToList();
        return asked.Operator switch
        {
            ScopeSelectorOperator.In => given.Any(name => asked.Values.Contains(name!)),
            ScopeSelectorOperator.NotIn => !given.Any(name => asked.Values.Contains(name!)),
            ScopeSelectorOperator.Exists => given.Count > 0,
            _ => given.Count == 0,
        };
    }

    /// <summary>A claim counts for the class it has, the one it is to have, and the one it is on its way to.</summary>
    private static IEnumerable<string?> ClassesOf(PersistentVolumeClaim claim) =>
    [
        claim.Spec.VolumeAttributesClassName,
        claim.Status.CurrentVolumeAttributesClassName,
        claim.Status.ModifyVolumeStatus?.TargetVolumeAttributesClassName,
    ];

    private static bool LooksBeyondItsNamespace(Affinity? affinity)
    {
        var (with, apart) = (affinity?.PodAffinity, affinity?.PodAntiAffinity);
        IEnumerable<PodAffinityTerm> terms =
        [
            .. with?.RequiredDuringSchedulingIgnoredDuringExecution ?? default,
            .. apart?.RequiredDuringSchedulingIgnoredDuringExecution ?? default,
            .. (with?.PreferredDuringSchedulingIgnoredDuringExecution ?? default).Select(one => one.PodAffinityTerm),
            .. (apart?.PreferredDuringSchedulingIgnoredDuringExecution ?? default).Select(one => one.PodAffinityTerm),
        ];
        return terms.Any(term => !term.Namespaces.IsEmpty || term.NamespaceSelector is not null);
    }
}

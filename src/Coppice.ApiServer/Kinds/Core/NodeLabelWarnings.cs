using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Labels by which pods choose their nodes and neighbours: those of the past, and choices of nobody.</summary>
internal static class NodeLabelWarnings
{
    private static readonly Dictionary<string, string> Old = new(StringComparer.Ordinal)
    {
        ["beta.kubernetes.io/arch"] = "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        ["beta.kubernetes.io/os"] = "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        ["failure-domain.beta.kubernetes.io/region"] = "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        ["failure-domain.beta.kubernetes.io/zone"] = "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        ["beta.kubernetes.io/instance-type"] = "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    };

    /// <param name="path">Of the pod's spec.</param>
    public static IEnumerable<string> Of(FieldPath path, PodSpec spec)
    {
        foreach (var key in spec.NodeSelector.Select(one => one.Key).Where(Old.ContainsKey))
        {
            yield return $"{path.Child("nodeSelector").Key(key)}: {Old[key]}";
        }

        foreach (var warning in spec.Affinity?.NodeAffinity is { } near ? Terms(path.Child("affinity", "nodeAffinity"), near) : [])
        {
            yield return warning;
        }

        for (var i = 0; i < spec.TopologySpreadConstraints.Count; i++)
        {
            var (at, one) = (path.Child("topologySpreadConstraints").Index(i), spec.TopologySpreadConstraints[i]);
            if (Old.TryGetValue(one.TopologyKey, out var instead))
            {
                yield return $"{at.Child("topologyKey")}: {one.TopologyKey} is {instead}";
            }

            if (one.LabelSelector is null)
            {
                yield return NobodyAt(at.Child("labelSelector"));
            }
        }
    }

    /// <summary>Neighbours that no pod can be: an absent selector chooses none.</summary>
    public static IEnumerable<string> Nobody(FieldPath path, PodSpec spec)
    {
        var affinity = path.Child("affinity");
        return
        [
            .. spec.Affinity?.PodAffinity is { } near
                ? Nobody(affinity.Child("podAffinity"), near.RequiredDuringSchedulingIgnoredDuringExecution, near.PreferredDuringSchedulingIgnoredDuringExecution)
                : [],
            .. spec.Affinity?.PodAntiAffinity is { } apart
                ? Nobody(affinity.Child("podAntiAffinity"), apart.RequiredDuringSchedulingIgnoredDuringExecution, apart.PreferredDuringSchedulingIgnoredDuringExecution)
                : [],
        ];
    }

    private static IEnumerable<string> Nobody(FieldPath path, ValueList<PodAffinityTerm> required, ValueList<WeightedPodAffinityTerm> preferred) =>
    [
        .. required.Index().Where(one => one.Item.LabelSelector is null)
            .Select(one => NobodyAt(path.Child("requiredDuringSchedulingIgnoredDuringExecution").Index(one.Index).Child("labelSelector"))),
        .. preferred.Index().Where(one => one.Item.PodAffinityTerm.LabelSelector is null)
            .Select(one => NobodyAt(path.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(one.Index).Child("podAffinityTerm", "labelSelector"))),
    ];

    private static string NobodyAt(FieldPath path) => $"{path}: a null labelSelector results in matching no pod";

    private static IEnumerable<string> Terms(FieldPath path, NodeAffinity affinity)
    {
        var required = path.Child("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
        var preferred = path.Child("preferredDuringSchedulingIgnoredDuringExecution");
        return
        [
            .. (affinity.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? default).Index().SelectMany(one => Term(required.Index(one.Index), one.Item)),
            .. affinity.PreferredDuringSchedulingIgnoredDuringExecution.Index().SelectMany(one => Term(preferred.Index(one.Index).Child("preference"), one.Item.Preference)),
        ];
    }

    private static IEnumerable<string> Term(FieldPath path, NodeSelectorTerm term) => term.MatchExpressions.Index()
        .Where(one => Old.ContainsKey(one.Item.Key))
        .Select(one => $"{path.Child("matchExpressions").Index(one.Index).Child("key")}: {one.Item.Key} is {Old[one.Item.Key]}");
}

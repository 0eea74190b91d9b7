using System.Globalization;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.StatefulSets;

/// <summary>What makes a pod the one of its number: its name, its labels and its claims.</summary>
internal static class StatefulIdentity
{
    /// <summary>Bears the name of the revision that a pod was made from.</summary>
    public const string RevisionLabel = "controller-revision-hash";

    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    public static int First(StatefulSet set) => set.Spec.Ordinals?.Start ?? 0;

    public static string NameOf(StatefulSet set, int ordinal) => $"{set.Metadata.Name}-{Text(ordinal)}";

    /// <summary>The number in a pod's name; null for a pod that is called otherwise than those of a set of this name.</summary>
    public static int? OrdinalOf(StatefulSet set, Pod pod)
    {
        var (prefix, name) = ($"{set.Metadata.Name}-", pod.Metadata.Name ?? "");
        return name.StartsWith(prefix, StringComparison.Ordinal)
            && name.AsSpan(prefix.Length) is { IsEmpty: false } digits
            && !digits.ContainsAnyExceptInRange('0', '9')
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
                ? ordinal
                : null;
    }

    public static string RevisionOf(Pod pod) => pod.Metadata.Labels.Find(RevisionLabel) ?? "";

    public static Pod Make(StatefulSet set, PodTemplateSpec template, string revision, int ordinal)
    {
        var name = NameOf(set, ordinal);
        var pod = PodFromTemplate.Make(template, set);
        return WithIdentity(set, ordinal, pod with
        {
            Metadata = pod.Metadata with { Name = name, Labels = pod.Metadata.Labels.With(RevisionLabel, revision) },
            Spec = pod.Spec with { Hostname = name, Subdomain = set.Spec.ServiceName, Volumes = WithClaims(set, ordinal, pod.Spec.Volumes) },
        });
    }

    /// <summary>The labels by which a pod can be found by its name and number, which somebody may have taken off.</summary>
    public static Pod WithIdentity(StatefulSet set, int ordinal, Pod pod)
    {
        var labels = pod.Metadata.Labels.With(NameLabel, NameOf(set, ordinal)).With(IndexLabel, Text(ordinal));
        return labels == pod.Metadata.Labels ? pod : pod with { Metadata = pod.Metadata with { Labels = labels } };
    }

    /// <summary>The claims of the pod of a number, as they are to be made.</summary>
    public static IEnumerable<PersistentVolumeClaim> ClaimsOf(StatefulSet set, int ordinal) => set.Spec.VolumeClaimTemplates.Select(template => template with
    {
        Metadata = template.Metadata with
        {
            Name = ClaimName(set, template, ordinal),
            Namespace = set.Metadata.Namespace,
            Labels = template.Metadata.Labels.With(set.Spec.Selector?.MatchLabels ?? default),
        },
        Status = new(),
    });

    /// <summary>A volume of the template's gives way to the claim of its name.</summary>
    private static ValueList<Volume> WithClaims(StatefulSet set, int ordinal, ValueList<Volume> volumes)
    {
        var claims = set.Spec.VolumeClaimTemplates;
        return
        [
            .. claims.Select(claim => new Volume
            {
                Name = claim.Metadata.Name ?? "",
                PersistentVolumeClaim = new() { ClaimName = ClaimName(set, claim, ordinal) },
            }),
            .. volumes.Where(volume => claims.All(claim => claim.Metadata.Name != volume.Name)),
        ];
    }

    private static string ClaimName(StatefulSet set, PersistentVolumeClaim template, int ordinal) => $"{template.Metadata.Name}-{NameOf(set, ordinal)}";

    private static string Text(int ordinal) => ordinal.ToString(CultureInfo.InvariantCulture);
}

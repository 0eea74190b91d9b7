using System.Globalization;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Deployments;

/// <summary>Which ReplicaSet is the template's, and the annotations by which kubectl reads a Deployment's history.</summary>
internal static class Revisions
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string History = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";
    public const string HashLabel = "pod-template-hash";

    /// <summary>Annotations that are a ReplicaSet's own, or the Deployment's alone.</summary>
    private static readonly HashSet<string> NotCopied = new(StringComparer.Ordinal)
    {
        "kubectl.kubernetes.io/last-applied-configuration", Revision, History, DesiredReplicas, MaxReplicas, "deprecated.deployment.rollback.to",
    };

    public static long Of(ReplicaSet set) =>
        long.TryParse(set.Metadata.Annotations.Find(Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    /// <summary>The ReplicaSet whose template is the Deployment's; the oldest if there are several.</summary>
    public static ReplicaSet? FindNew(Deployment deployment, IEnumerable<ReplicaSet> sets)
    {
        var template = WithoutHash(deployment.Spec.Template);
        return sets.Where(s => WithoutHash(s.Spec.Template) == template)
            .OrderBy(s => s.Metadata.CreationTimestamp).ThenBy(s => s.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    /// <summary>The ReplicaSet of the Deployment's template, with no replicas and no history yet.</summary>
    public static ReplicaSet Make(Deployment deployment)
    {
        var hash = TemplateHash.Of(deployment.Spec.Template, deployment.Status.CollisionCount);
        var template = deployment.Spec.Template;
        var labels = template.Metadata.Labels.With(HashLabel, hash);
        var selector = deployment.Spec.Selector ?? new();
        return new()
        {
            ApiVersion = "apps/v1",
            Kind = "ReplicaSet",
            Metadata = new()
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                Namespace = deployment.Metadata.Namespace,
                Labels = labels,
                OwnerReferences = [ControllerRef.To(deployment)],
            },
            Spec = new()
            {
                Replicas = 0,
                MinReadySeconds = deployment.Spec.MinReadySeconds,
                Selector = selector with { MatchLabels = selector.MatchLabels.With(HashLabel, hash) },
                Template = template with { Metadata = template.Metadata with { Labels = labels } },
            },
        };
    }

    /// <summary>The Deployment's annotations on its newest ReplicaSet, which also gets the newest revision number.</summary>
    public static ReplicaSet Annotate(ReplicaSet set, Deployment deployment, long revision)
    {
        var annotations = set.Metadata.Annotations.With(deployment.Metadata.Annotations.Where(a => !NotCopied.Contains(a.Key)));
        var old = Of(set);
        if (old < revision)
        {
            annotations = annotations.With(Revision, Text(revision));
            if (old > 0)
            {
                var history = annotations.Find(History);
                annotations = annotations.With(History, string.IsNullOrEmpty(history) ? Text(old) : $"{history},{Text(old)}");
            }
        }

        return set with { Metadata = set.Metadata with { Annotations = annotations } };
    }

    /// <summary>Notes on a ReplicaSet how large the Deployment was when it was scaled: what later scaling is in proportion to.</summary>
    public static ReplicaSet NoteSize(ReplicaSet set, Deployment deployment)
    {
        var size = new RolloutLimits(deployment);
        var annotations = set.Metadata.Annotations
            .With(DesiredReplicas, Text(size.Desired))
            .With(MaxReplicas, Text(size.Desired + size.MaxSurge));
        return set with { Metadata = set.Metadata with { Annotations = annotations } };
    }

    public static int? Number(ReplicaSet set, string annotation) =>
        int.TryParse(set.Metadata.Annotations.Find(annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static PodTemplateSpec WithoutHash(PodTemplateSpec template) =>
        template with { Metadata = template.Metadata with { Labels = template.Metadata.Labels.Without(HashLabel) } };
}

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Validation;
using Coppice.ApiServer.Validation.Definitions;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Writes;

/// <summary>How objects go: at once, or marked while their pod ends or their finalizers are at work.</summary>
internal static class Deletion
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";
    private const string OptionsKind = "DeleteOptions";

    private static readonly CustomResourceDefinitionCondition Pending = new()
    {
        Type = CustomResourceDefinitionConditionType.Terminating,
        Status = ConditionStatus.True,
        Reason = "InstanceDeletionPending",
        Message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
    };

    /// <summary>Checks the options, whichever door they came by.</summary>
    /// <returns>The request, a dry run if they ask for one.</returns>
    public static WriteRequest Open(WriteRequest request, DeleteOptions options) =>
        IsDryRun(options) && !request.Options.DryRun ? request with { Options = request.Options with { DryRun = true } } : request;

    /// <summary>The object as it waits for its end; null if it goes at once.</summary>
    /// <exception cref="ApiError">Conflict: another object is meant, or another version of it.</exception>
    public static KubernetesObject? Begin(PendingWrite write, DeleteOptions options)
    {
        if (write.Old is Namespace)
        {
            RequireNamespacePreconditions(write.Request, options.Preconditions, write.Old.Metadata);
        }
        else
        {
            RequirePreconditions(write.Request, options.Preconditions, write.Old.Metadata);
        }

        return Mark(write.Old, options, write.Now);
    }

    private static KubernetesObject? Mark(KubernetesObject item, DeleteOptions options, DateTimeOffset now)
    {
        var finalizers = FinalizersFor(item, options);
        var grace = GraceOf(item, options);
        if (grace == 0 && finalizers.IsEmpty && item is not Namespace { Spec.Finalizers.IsEmpty: false })
        {
            return null;
        }

        if (item is CustomResourceDefinition { Metadata.DeletionTimestamp: null } definition)
        {
            item = DefinitionConditions.With(definition, Pending, now);
        }

        if (item is Namespace space)
        {
            // The namespace controller empties it first, and then lets go of it.
            item = space with { Status = space.Status with { Phase = NamespacePhase.Terminating } };
        }

        var meta = item.Metadata;
        var already = meta.DeletionTimestamp;
        if (already is not null && meta.DeletionGracePeriodSeconds <= grace && meta.Finalizers == finalizers)
        {
            return item;
        }

        // A second deletion may only bring the end nearer.
        var start = already is { } at ? at.After(-Spans.Seconds(meta.DeletionGracePeriodSeconds ?? 0)) : now;
        var shorter = already is null ? grace : Math.Min(grace, meta.DeletionGracePeriodSeconds ?? 0);
        return item with
        {
            Metadata = meta with
            {
                DeletionTimestamp = start.After(Spans.Seconds(shorter)),
                DeletionGracePeriodSeconds = shorter,
                Finalizers = finalizers,
                Generation = already is null && meta.Generation > 0 ? meta.Generation + 1 : meta.Generation,
            },
        };
    }

    /// <summary>Only pods end by and by: one that no node has, or that has ended, goes at once.</summary>
    private static long GraceOf(KubernetesObject item, DeleteOptions options)
    {
        if (item is not Pod pod || string.IsNullOrEmpty(pod.Spec.NodeName) || pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed)
        {
            return 0;
        }

        // As in Kubernetes, less than nothing is a second.
        var asked = options.GracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30;
        return asked < 0 ? 1 : asked;
    }

    private static ValueList<string> FinalizersFor(KubernetesObject item, DeleteOptions options)
    {
        var asked = AskedFinalizers(item, options);

        // The objects of a definition go before it, whoever deletes it and however.
        return item is CustomResourceDefinition { Metadata.DeletionTimestamp: null } && !asked.Contains(CustomResourceDefinitionFinalizer.Cleanup)
            ? asked.Add(CustomResourceDefinitionFinalizer.Cleanup)
            : asked;
    }

    private static ValueList<string> AskedFinalizers(KubernetesObject item, DeleteOptions options)
    {
        // As in Kubernetes a job and a replication controller leave their pods behind unless somebody says otherwise.
        var leaves = options.OrphanDependents ?? (item is Job or ReplicationController && !item.Metadata.Finalizers.Contains(Foreground));
        var policy = options.PropagationPolicy ?? (leaves ? "Orphan" : null);
        if (policy is null)
        {
            return item.Metadata.Finalizers;
        }

        var others = item.Metadata.Finalizers.Where(f => f is not (Foreground or Orphan));
        return policy switch
        {
            "Foreground" => [.. others, Foreground],
            "Orphan" => [.. others, Orphan],
            _ => others.ToValueList(),
        };
    }

    private static bool IsDryRun(DeleteOptions options)
    {
        var policy = FieldPath.Of("propagationPolicy");
        Findings<FieldError> errors =
        [
            .. FieldRules.If(
                options is { OrphanDependents: not null, PropagationPolicy: not null },
                () => FieldError.Invalid(policy, options.PropagationPolicy, "orphanDependents and deletionPropagation cannot be both set")),
            .. FieldRules.If(
                options.PropagationPolicy is not (null or "Foreground" or "Background" or "Orphan"),
                () => FieldError.NotSupported(policy, options.PropagationPolicy, "Foreground", "Background", "Orphan", "nil")),
        ];
        return errors.Count == 0
            ? QueryParameters.IsDryRun(options.DryRun, OptionsKind)
            : throw ApiErrors.Invalid("meta.k8s.io", OptionsKind, "", errors);
    }

    private static void RequirePreconditions(WriteRequest request, Preconditions? wanted, ObjectMeta actual)
    {
        // Here, unlike elsewhere, Kubernetes names the kind in the place of the resource.
        var kind = new GroupResource(request.Kind.Group, request.Kind.Name);
        if (wanted?.Uid is { } uid && uid != actual.Uid)
        {
            throw ApiErrors.Conflict(
                kind,
                request.Key.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({actual.Uid}). The object might have been deleted and then recreated");
        }

        if (wanted?.ResourceVersion is { } version && version != actual.ResourceVersion)
        {
            throw ApiErrors.Conflict(
                kind,
                request.Key.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({actual.ResourceVersion}). The object might have been modified");
        }
    }

    // Namespaces have a deletion of their own in Kubernetes, and with it words of their own.
    private static void RequireNamespacePreconditions(WriteRequest request, Preconditions? wanted, ObjectMeta actual)
    {
        if (wanted?.Uid is { } uid && uid != actual.Uid)
        {
            throw ApiErrors.Conflict(request.Resource, request.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {actual.Uid}");
        }

        if (wanted?.ResourceVersion is { } version && version != actual.ResourceVersion)
        {
            throw ApiErrors.Conflict(
                request.Resource,
                request.Key.Name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {actual.ResourceVersion}");
        }
    }
}

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Resources;

/// <param name="Form">The object as it was last, or as it waits for its end.</param>
/// <param name="Gone">False while something still has to happen before it goes: a grace period, a finalizer.</param>
internal sealed record DeleteResult(ObjectForm Form, bool Gone);

/// <summary>Deletes an object: at once, or by marking it while its pod ends or its finalizers are at work.</summary>
internal sealed class DeleteVerb(ObjectStorage storage, Turns turns, TimeProvider time)
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";
    private const string OptionsKind = "DeleteOptions";

    // Kubernetes' list: the rest of the cluster takes it for granted that these are there.
    private static readonly string[] Lasting = ["default", "kube-system", "kube-public"];

    public async ValueTask<DeleteResult> RunAsync(WriteScope scope, string name, DeleteOptions options, CancellationToken stop)
    {
        var dryRun = RequireValid(options) || scope.DryRun;
        if (scope.Kind.Name == "Namespace" && Lasting.Contains(name))
        {
            throw ApiErrors.Forbidden(scope.Resource, name, "this namespace may not be deleted");
        }

        using var turn = await turns.TakeAsync(ObjectStorage.KeyOf(scope.Kind, scope.Key(name)));
        var current = await storage.GetAsync(scope.Kind, scope.Key(name), stop);
        RequirePreconditions(scope, name, options.Preconditions, current.Item.Metadata);
        var marked = Mark(current.Item, options, time.GetUtcNow());
        if (dryRun)
        {
            return new(marked is null ? current : ObjectForm.Detached(marked), marked is null);
        }

        if (marked is not null && marked.Equals(current.Item))
        {
            return new(current, Gone: false);
        }

        var form = marked is null
            ? await storage.DeleteAsync(scope.Kind, scope.Key(name), current.Revision, stop)
            : await storage.UpdateAsync(scope.Kind, marked, current.Revision, stop);

        // Every verb that changes an object waits for its turn, so that nobody else can have been quicker.
        return new(form ?? throw ApiErrors.Conflict(scope.Resource, name), marked is null);
    }

    /// <summary>The object as it waits for its end; null if it goes at once.</summary>
    internal static KubernetesObject? Mark(KubernetesObject item, DeleteOptions options, DateTimeOffset now)
    {
        var finalizers = FinalizersFor(item, options);
        var grace = GraceOf(item, options);
        if (grace == 0 && finalizers.IsEmpty && item is not Namespace { Spec.Finalizers.IsEmpty: false })
        {
            return null;
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
        var start = already is { } at ? at.After(-Spans.Seconds(meta.DeletionGracePeriodSeconds ?? 0)) : ApiTime.Truncate(now);
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
        var policy = options.PropagationPolicy ?? (options.OrphanDependents == true ? "Orphan" : null);
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

    /// <summary>Whichever door the options came by. True if they ask for a dry run.</summary>
    private static bool RequireValid(DeleteOptions options)
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

    private static void RequirePreconditions(WriteScope scope, string name, Preconditions? wanted, ObjectMeta actual)
    {
        if (scope.Kind.Name == "Namespace")
        {
            RequireNamespacePreconditions(scope, name, wanted, actual);
            return;
        }

        // Here, unlike elsewhere, Kubernetes names the kind in the place of the resource.
        var kind = new GroupResource(scope.Kind.Group, scope.Kind.Name);
        if (wanted?.Uid is { } uid && uid != actual.Uid)
        {
            throw ApiErrors.Conflict(
                kind,
                name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({actual.Uid}). The object might have been deleted and then recreated");
        }

        if (wanted?.ResourceVersion is { } version && version != actual.ResourceVersion)
        {
            throw ApiErrors.Conflict(
                kind,
                name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({actual.ResourceVersion}). The object might have been modified");
        }
    }

    // Namespaces have a deletion of their own in Kubernetes, and with it words of their own.
    private static void RequireNamespacePreconditions(WriteScope scope, string name, Preconditions? wanted, ObjectMeta actual)
    {
        if (wanted?.Uid is { } uid && uid != actual.Uid)
        {
            throw ApiErrors.Conflict(scope.Resource, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {actual.Uid}");
        }

        if (wanted?.ResourceVersion is { } version && version != actual.ResourceVersion)
        {
            throw ApiErrors.Conflict(
                scope.Resource,
                name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {actual.ResourceVersion}");
        }
    }
}

using System.Globalization;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Store;

namespace Coppice.ApiServer.Resources;

/// <summary>Which part of an object an update may touch.</summary>
internal enum UpdatePart
{
    Main,
    Status,

    /// <summary>A namespace's own finalizers: its status is kept from the old version.</summary>
    Finalizers,

    /// <summary>A pod's ephemeral containers: everything else is kept from the old version.</summary>
    EphemeralContainers,

    /// <summary>What a pod's containers may use: everything else is kept from the old version.</summary>
    Resources,

    /// <summary>What the server itself decides, such as a pod's node: nothing is kept from the old version and nothing checked again.</summary>
    Internal,
}

/// <summary>Replaces an object, or its status: by a whole new version, or by what a function makes of the newest one (a patch).</summary>
internal sealed class UpdateVerb(ObjectStorage storage, Turns turns, IReadOnlyList<IAdmission> admissions)
{
    /// <summary>Replaces the object with a given version.</summary>
    public ValueTask<ObjectForm> RunAsync(WriteScope scope, string name, KubernetesObject item, UpdatePart part, CancellationToken stop)
    {
        return RunAsync(
            scope,
            name,
            current =>
            {
                RequireUid(scope, name, item.Metadata.Uid, current);
                return item;
            },
            part,
            stop);
    }

    /// <summary>Replaces the object with what <paramref name="change"/> makes of the newest version.</summary>
    public async ValueTask<ObjectForm> RunAsync(
        WriteScope scope, string name, Func<ObjectForm, KubernetesObject> change, UpdatePart part, CancellationToken stop)
    {
        using var turn = await turns.TakeAsync(ObjectStorage.KeyOf(scope.Kind, scope.Key(name)));
        var current = await storage.GetAsync(scope.Kind, scope.Key(name), stop);
        var wanted = change(current);
        Scoping.RequireName(name, wanted.Metadata.Name);
        RequireSame(scope, name, wanted.Metadata, current);
        var prepared = await PrepareAsync(scope, Carry(scope, wanted, current.Item), current.Item, part, stop);
        if (scope.DryRun)
        {
            return ObjectForm.Detached(prepared);
        }

        var form = IsGone(prepared)
            ? await storage.DeleteAsync(scope.Kind, scope.Key(name), current.Revision, stop)
            : current.IsSame(prepared)
                ? current
                : await storage.UpdateAsync(scope.Kind, prepared, current.Revision, stop);

        // Every verb that changes an object waits for its turn, so that nobody else can have been quicker.
        return form ?? throw ApiErrors.Conflict(scope.Resource, name);
    }

    /// <summary>A whole new version is for the object of its uid. The words are those of Kubernetes' storage, with its key.</summary>
    private static void RequireUid(WriteScope scope, string name, string? wanted, ObjectForm current)
    {
        var uid = current.Item.Metadata.Uid;
        if (!string.IsNullOrEmpty(wanted) && wanted != uid)
        {
            var key = $"/registry/{ObjectStorage.KeyOf(scope.Kind, scope.Key(name))}";
            throw ApiErrors.Conflict(
                scope.Resource,
                name,
                $"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}");
        }
    }

    /// <summary>Refuses a new version that is meant for one version only, and that is not the newest.</summary>
    private static void RequireSame(WriteScope scope, string name, ObjectMeta wanted, ObjectForm current)
    {
        if (!string.IsNullOrEmpty(wanted.Uid) && wanted.Uid != current.Item.Metadata.Uid)
        {
            throw ApiErrors.Invalid(scope.Kind, name, FieldError.Invalid(FieldPath.Of("metadata", "uid"), wanted.Uid, "field is immutable"));
        }

        if (string.IsNullOrEmpty(wanted.ResourceVersion) || wanted.ResourceVersion == "0")
        {
            return;
        }

        if (!long.TryParse(wanted.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw ApiErrors.Invalid(
                scope.Kind,
                name,
                FieldError.Invalid(FieldPath.Of("metadata", "resourceVersion"), wanted.ResourceVersion, "must be a number"));
        }

        if (new Revision(version) != current.Revision)
        {
            throw ApiErrors.Conflict(scope.Resource, name);
        }
    }

    /// <summary>The metadata that no update changes.</summary>
    private static KubernetesObject Carry(WriteScope scope, KubernetesObject wanted, KubernetesObject current) => wanted with
    {
        ApiVersion = scope.Kind.ApiVersion,
        Kind = scope.Kind.Name,
        Metadata = wanted.Metadata with
        {
            Name = current.Metadata.Name,
            Namespace = Scoping.NamespaceOf(scope, wanted.Metadata.Namespace),
            GenerateName = current.Metadata.GenerateName,
            Uid = current.Metadata.Uid,
            ResourceVersion = current.Metadata.ResourceVersion,
            CreationTimestamp = current.Metadata.CreationTimestamp,
            DeletionTimestamp = current.Metadata.DeletionTimestamp,
            DeletionGracePeriodSeconds = current.Metadata.DeletionGracePeriodSeconds,
            SelfLink = null,
            ManagedFields = default,
        },
    };

    private async ValueTask<KubernetesObject> PrepareAsync(
        WriteScope scope, KubernetesObject item, KubernetesObject old, UpdatePart part, CancellationToken stop)
    {
        var strategy = scope.Served.Strategy;
        if (part == UpdatePart.Internal)
        {
            return item;
        }

        var prepared = strategy.Default(item);
        prepared = part switch
        {
            UpdatePart.Status => strategy.PrepareForStatusUpdate(prepared, old),
            UpdatePart.Finalizers => NamespaceStrategy.WithFinalizers((Objects.Core.Namespace)prepared, (Objects.Core.Namespace)old),
            UpdatePart.EphemeralContainers => PodStrategy.WithEphemeralContainers((Objects.Core.Pod)prepared, (Objects.Core.Pod)old),
            UpdatePart.Resources => PodStrategy.WithResources((Objects.Core.Pod)prepared, (Objects.Core.Pod)old),
            _ => strategy.PrepareForUpdate(prepared, old),
        };
        foreach (var admission in admissions)
        {
            prepared = await admission.AdmitAsync(scope, prepared, old, stop);
        }

        Findings<FieldError> errors =
        [
            .. ObjectMetaValidation.ValidateUpdate(prepared.Metadata, old.Metadata, scope.Kind),
            .. part switch
            {
                UpdatePart.Status => strategy.ValidateStatusUpdate(prepared, old),
                UpdatePart.Resources => PodStrategy.ValidateResize((Objects.Core.Pod)prepared, (Objects.Core.Pod)old),
                _ => strategy.ValidateUpdate(prepared, old),
            },
        ];
        return errors.Count == 0 ? prepared : throw ApiErrors.Invalid(scope.Kind, prepared.Metadata.Name ?? "", errors);
    }

    /// <summary>An object that waits for its deletion goes with its last finalizer, unless it is a pod that its node still ends.</summary>
    private static bool IsGone(KubernetesObject item) =>
        item.Metadata is { DeletionTimestamp: not null, Finalizers.IsEmpty: true, DeletionGracePeriodSeconds: null or 0 }
        && item is not Objects.Core.Namespace { Spec.Finalizers.IsEmpty: false };
}

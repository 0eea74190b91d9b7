using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Quotas;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Writes;

/// <summary>The one way of every write, from top to bottom: what is created, updated, patched, scaled, bound, evicted, finalized, deleted.</summary>
internal sealed class WritePipeline(
    ObjectStorage storage, AdmissionChain admissions, ServiceAllocation services, QuotaLedger quotas, TimeProvider time, Random random)
{
    // A generated name that is taken is made up anew, and an object that was written meanwhile is looked at anew, as often as in Kubernetes.
    private const int NameTries = 8;
    private const int VersionTries = 5;

    private readonly Turns _turns = new();
    private readonly WriteIdentity _identity = new(random);

    /// <exception cref="ApiError">It is refused, and nothing has happened.</exception>
    public async ValueTask<WriteResult> RunAsync(WriteRequest request, WriteChange change, CancellationToken stop)
    {
        var part = WriteParts.Of(request);
        request = part.Open(request, change);

        // Who changes the same object comes one after another, in order, so that nobody tries for ever. What is new has nobody before it.
        using var turn = IsNew(request) ? null : await _turns.TakeAsync(ObjectStorage.KeyOf(request.Kind, request.Key));
        request = turn is null ? request : request with { LetOthersIn = turn.Dispose };
        for (var attempt = 1; ; attempt++)
        {
            // 1. The newest version of what is there.
            var write = await ReadAsync(request, change, stop);

            // 2. What is asked for: a body, or what a patch makes of that version; a scale, a binding, an eviction; nothing, for a deletion.
            var asked = change.Apply(write, part, stop);

            // 3. The metadata that only the server gives and that no write changes.
            var item = RepeatedOwners.Drop(request, _identity.Give(write, part, asked), isMutated: false);

            // 4. What the client left to us.
            item = WithDefaults(write, part, item);

            // 5. Who sets which field; what is added from here on is nobody's.
            item = FieldOwnership.Note(write, part, asked, item);

            // 6. What the cluster's rules add, and what that leaves to us.
            var admitted = await admissions.MutateAsync(write.Request, item, part.Before(write), stop);
            item = ReferenceEquals(admitted, item) ? item : WithDefaults(write, part, RepeatedOwners.Drop(request, admitted, isMutated: true));

            // 7. The object as it would be stored: only this part of it is written. From what all services share, it gets its own.
            var prepared = part.Prepare(write, item);
            prepared = FieldOwnership.Keep(write, part, (asked, item), prepared);
            prepared = await services.AllocateAsync(write.Request, prepared, write.Current?.Item, stop);

            // 8. Whether that is right.
            RequireValid(write, part, prepared);

            // 9. Whether the cluster's rules allow it. What it takes of its namespace's quotas is set aside until it is stored.
            await admissions.ValidateAsync(write.Request, part.IsView ? item : prepared, part.Before(write), stop);
            using var held = await quotas.HoldAsync(write.Request, prepared, write.Current?.Item, stop);

            // 10. It is stored, or goes, or was the same before, or was only tried; or somebody else was quicker, and all begins anew.
            if (await StoreAsync(write, prepared, stop) is { } form)
            {
                return new WriteResult(Answer(write, prepared, form), IsGone(prepared), part, write, asked, prepared);
            }

            RequireAnotherTry(write, asked, prepared, (IsNew(request), attempt));
        }
    }

    private static bool IsNew(WriteRequest request) => request is { Operation: WriteOperation.Create, Subresource: "" };

    private async ValueTask<PendingWrite> ReadAsync(WriteRequest request, WriteChange change, CancellationToken stop)
    {
        var isUpdate = !IsNew(request);
        if (request.Operation == WriteOperation.Update && change is WriteChange.Body { Item.Metadata: var meant })
        {
            // Which object is meant is clear before it is looked for.
            Scoping.NamespaceOf(request, meant.Namespace);
            Scoping.RequireOwnName(request.Key.Name, meant.Name);
        }

        var current = isUpdate ? await storage.FindAsync(request.Kind, request.Key, stop) : null;
        if (current is null && isUpdate)
        {
            request = change.MayCreate(request.Served) && request.Subresource.Length == 0
                ? request with { Operation = WriteOperation.Create }
                : throw ApiErrors.NotFound(request.Resource, request.Key.Name);
            await (request.RequireMayCreate?.Invoke(stop) ?? ValueTask.CompletedTask);
        }

        return new PendingWrite(request, current, ApiTime.Truncate(time.GetUtcNow())) { IsMeantAsUpdate = isUpdate };
    }

    private static KubernetesObject? WithDefaults(PendingWrite write, WritePart part, KubernetesObject? item) =>
        item is null || part.IsView ? item : write.Strategy.Default(item);

    private static void RequireValid(PendingWrite write, WritePart part, KubernetesObject? prepared)
    {
        if (prepared is not null && part.Validate(write, prepared) is { Count: > 0 } errors)
        {
            throw ApiErrors.Invalid(write.Request.Kind, prepared.Metadata.Name ?? "", errors);
        }
    }

    /// <summary>Null if somebody else was quicker.</summary>
    private ValueTask<ObjectForm?> StoreAsync(PendingWrite write, KubernetesObject? prepared, CancellationToken stop)
    {
        var (request, current) = (write.Request, write.Current);
        return request.Options.DryRun ? TryAsync(request.Kind, current, prepared, stop)
            : current is null ? storage.CreateAsync(request.Kind, prepared!, stop)
            : IsGone(prepared) ? storage.DeleteAsync(request.Kind, request.Key, current.Revision, stop)
            : storage.UpdateAsync(request.Kind, prepared!, current, stop);
    }

    /// <summary>What would come of it; null if somebody else was quicker.</summary>
    private async ValueTask<ObjectForm?> TryAsync(Kind kind, ObjectForm? current, KubernetesObject? prepared, CancellationToken stop)
    {
        var isTaken = current is null && await storage.FindAsync(kind, ObjectKey.Of(prepared!), stop) is not null;
        return isTaken ? null : prepared is null ? current : ObjectForm.Detached(prepared);
    }

    /// <summary>Who takes the last finalizer is answered with what he has written, though that is stored nowhere; others with what is or was stored.</summary>
    private static ObjectForm Answer(PendingWrite write, KubernetesObject? prepared, ObjectForm form) =>
        write.Request.Operation == WriteOperation.Update && prepared is not null && IsGone(prepared) ? ObjectForm.Detached(prepared) : form;

    /// <summary>An object that waits for its deletion goes with its last finalizer, unless it is a pod that its node still ends.</summary>
    private static bool IsGone(KubernetesObject? item) => item is null
        || (item.Metadata is { DeletionTimestamp: not null, Finalizers.IsEmpty: true, DeletionGracePeriodSeconds: null or 0 }
            && item is not Namespace { Spec.Finalizers.IsEmpty: false });

    /// <exception cref="ApiError">AlreadyExists or Conflict: it makes no sense to try again, or it was tried often enough.</exception>
    /// <param name="tries">Whether nothing was to be there before, and how many there were.</param>
    private static void RequireAnotherTry(PendingWrite write, Asked asked, KubernetesObject? prepared, (bool OfNew, int Made) tries)
    {
        var resource = write.Request.Resource;
        if (!tries.OfNew)
        {
            if (tries.Made == VersionTries)
            {
                throw ApiErrors.Conflict(resource, write.Request.Key.Name);
            }
        }
        else if (!WriteIdentity.IsToBeNamed(asked.Item!.Metadata))
        {
            throw ApiErrors.AlreadyExists(resource, prepared!.Metadata.Name!);
        }
        else if (tries.Made == NameTries)
        {
            throw ApiErrors.GenerateNameConflict(resource, prepared!.Metadata.Name!);
        }
    }
}

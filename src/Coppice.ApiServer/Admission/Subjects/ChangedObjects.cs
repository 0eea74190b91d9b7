using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission.Subjects;

/// <summary>What those who change an object see of it, and what of their change is taken.</summary>
internal static class ChangedObjects
{
    /// <summary>What is new is shown as it was sent: what only the server gives it comes afterwards.</summary>
    public static KubernetesObject? AsSent(WriteRequest request, KubernetesObject? item) => item is null || !IsNew(request) ? item : item with
    {
        Metadata = item.Metadata with
        {
            Name = request.Key.Name.Length == 0 ? null : item.Metadata.Name,
            Uid = null,
            CreationTimestamp = null,
        },
    };

    /// <param name="json">The object as it is wanted, in the version that was shown.</param>
    /// <param name="subject">With the object as it was.</param>
    /// <exception cref="ApiError">InternalError: it is none of its kind. BadRequest: it is in another namespace.</exception>
    public static async ValueTask<KubernetesObject> TakeAsync(
        AdmissionSubject subject, AdmissionTarget shown, ReadOnlyMemory<byte> json, CancellationToken stop, FieldValidation mode = FieldValidation.Strict)
    {
        var (request, asked) = (subject.Request, subject.Target);
        KubernetesObject changed;
        try
        {
            changed = ObjectDecoder.DecodePatched(json, KindOf(shown), mode, []).Item;
        }
        catch (ApiError e)
        {
            throw ApiErrors.InternalError(e.Message);
        }

        changed = await ShownObjects.InAsync(shown, asked, changed, stop);
        RequireNamespace(request, changed);
        changed = Made(request, changed, subject.Item!);
        return asked.Object == KindName.Of(asked.Kind) ? request.Served.Strategy.Default(changed) : changed;
    }

    /// <summary>The kind of the object that is sent: of the resource, or of a part of it.</summary>
    public static Kind KindOf(AdmissionTarget target) => target.Object == KindName.Of(target.Kind)
        ? target.Kind
        : UnstoredKinds.Find(target.Object.Group, target.Object.Kind)
            ?? throw new InvalidOperationException($"there is no kind {target.Object}, which {target.Kind.Resource}/{target.Subresource} takes");

    /// <summary>What only the server gives, nobody else does.</summary>
    private static KubernetesObject Made(WriteRequest request, KubernetesObject changed, KubernetesObject before)
    {
        var (meta, given) = (changed.Metadata, before.Metadata);
        return changed with
        {
            Metadata = meta with
            {
                Name = IsNew(request) ? meta.Name ?? given.Name : meta.Name,
                Uid = IsNew(request) ? given.Uid : meta.Uid,
                CreationTimestamp = given.CreationTimestamp,
                DeletionTimestamp = given.DeletionTimestamp,
                DeletionGracePeriodSeconds = given.DeletionGracePeriodSeconds,
                Generation = given.Generation,
                SelfLink = null,
            },
        };
    }

    private static bool IsNew(WriteRequest request) => request is { Operation: WriteOperation.Create, Subresource: "" };

    private static void RequireNamespace(WriteRequest request, KubernetesObject item)
    {
        if (request.Kind.Namespaced && (item.Metadata.Namespace ?? "") != request.Key.Namespace)
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }
}

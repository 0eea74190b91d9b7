using System.Globalization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Store;

namespace Coppice.ApiServer.Writes;

/// <summary>The metadata that only the server gives and that no write changes, whatever the client wrote there.</summary>
internal sealed class WriteIdentity(Random random)
{
    /// <exception cref="ApiError">BadRequest, Invalid, or Conflict: another object is meant, or another version of it.</exception>
    public KubernetesObject? Give(PendingWrite write, WritePart part, Asked asked)
    {
        if (asked.Item is not { } item)
        {
            return null;
        }

        if (part.IsView)
        {
            Scoping.RequireName(write.Request.Key.Name, item.Metadata.Name);
            Scoping.NamespaceOf(write.Request, item.Metadata.Namespace);
            return item;
        }

        return write.Current is { } current ? Carry(write, asked.IsWhole, item, current.Item.Metadata) : Make(write, asked.IsWhole, item);
    }

    /// <param name="isWhole">The client has sent all of it; a patch is of the version that is there.</param>
    /// <exception cref="ApiError">Conflict: a version is named that is not the newest. Invalid: none is, where one must be.</exception>
    public static void RequireVersion(PendingWrite write, string? wanted, bool isWhole)
    {
        if (string.IsNullOrEmpty(wanted) || wanted == "0")
        {
            if (isWhole && write.Request.Served.NeedsVersion)
            {
                // Kubernetes names the resource here, and not the kind.
                throw ApiErrors.Invalid(
                    write.Request.Kind.Group, write.Request.Kind.Resource, write.Request.Key.Name,
                    FieldError.Invalid(FieldPath.Of("metadata", "resourceVersion"), 0, "must be specified for an update"));
            }

            return;
        }

        var (request, name) = (write.Request, write.Request.Key.Name);
        if (!long.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw ApiErrors.Invalid(request.Kind, name, FieldError.Invalid(FieldPath.Of("metadata", "resourceVersion"), wanted, "must be a number"));
        }

        if (new Revision(version) != write.Current?.Revision)
        {
            throw ApiErrors.Conflict(request.Resource, name);
        }
    }

    private KubernetesObject Make(PendingWrite write, bool isWhole, KubernetesObject item)
    {
        var given = item.Metadata;
        if (isWhole && write.IsMeantAsUpdate)
        {
            // An update of what is not there: the version that it is of is none, and the object that it means must be none.
            RequireUid(write.Request, isWhole, given.Uid, "");
            Scoping.RequireName(write.Request.Key.Name, given.Name);
            given = given with { Name = write.Request.Key.Name };
        }
        else if (!string.IsNullOrEmpty(given.ResourceVersion))
        {
            throw ApiErrors.BadRequest("resourceVersion should not be set on objects to be created");
        }

        return item with
        {
            ApiVersion = write.Request.Kind.ApiVersion,
            Kind = write.Request.Kind.Name,
            Metadata = given with
            {
                ResourceVersion = null,
                Name = IsToBeNamed(given) ? RandomNames.Generate(given.GenerateName!, random) : given.Name,
                Namespace = Scoping.NamespaceOf(write.Request, given.Namespace),
                Uid = Uuids.Next(random),
                CreationTimestamp = write.Now,
                DeletionTimestamp = null,
                DeletionGracePeriodSeconds = null,
                SelfLink = null,
            },
        };
    }

    /// <summary>The server makes up the name.</summary>
    public static bool IsToBeNamed(ObjectMeta given) => string.IsNullOrEmpty(given.Name) && !string.IsNullOrEmpty(given.GenerateName);

    private static KubernetesObject Carry(PendingWrite write, bool isWhole, KubernetesObject wanted, ObjectMeta current)
    {
        RequireUid(write.Request, isWhole, wanted.Metadata.Uid, current.Uid!);
        Scoping.RequireOwnName(write.Request.Key.Name, wanted.Metadata.Name);
        RequireVersion(write, wanted.Metadata.ResourceVersion, isWhole);
        return wanted with
        {
            ApiVersion = write.Request.Kind.ApiVersion,
            Kind = write.Request.Kind.Name,
            Metadata = wanted.Metadata with
            {
                Name = current.Name,
                Namespace = Scoping.NamespaceOf(write.Request, wanted.Metadata.Namespace),
                GenerateName = current.GenerateName,
                Uid = current.Uid,
                ResourceVersion = current.ResourceVersion,
                Generation = current.Generation,
                CreationTimestamp = current.CreationTimestamp,
                DeletionTimestamp = current.DeletionTimestamp,
                DeletionGracePeriodSeconds = current.DeletionGracePeriodSeconds,
                SelfLink = null,
            },
        };
    }

    /// <summary>A whole version is for the object of its uid, in the words of Kubernetes' storage, with its key; a patch must not change it.</summary>
    private static void RequireUid(WriteRequest request, bool isWhole, string? wanted, string actual)
    {
        if (string.IsNullOrEmpty(wanted) || wanted == actual)
        {
            return;
        }

        var name = request.Key.Name;
        if (!isWhole)
        {
            throw ApiErrors.Invalid(request.Kind, name, FieldError.Invalid(FieldPath.Of("metadata", "uid"), wanted, "field is immutable"));
        }

        var key = $"/registry/{ObjectStorage.KeyOf(request.Kind, request.Key)}";
        throw ApiErrors.Conflict(
            request.Resource,
            name,
            $"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {wanted}, UID in object meta: {actual}");
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using Coppice.ApiServer.Ownership;
using Coppice.ApiServer.Protobuf;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Writes;

/// <summary>Who has set which field of an object: metadata.managedFields, which every write keeps true.</summary>
internal static class FieldOwnership
{
    private static readonly ConditionalWeakTable<Kind, EmptyObject> Empties = [];

    /// <summary>The one who writes, at this door.</summary>
    public static Manager ManagerOf(WriteRequest request, string operation)
    {
        var name = request.Options.FieldManager ?? request.Options.Program;
        return new(name.Length == 0 ? "unknown" : name, operation, request.Kind.ApiVersion, request.Subresource);
    }

    /// <summary>What an object of a kind is with nothing said: what of it is there by itself, nobody has set.</summary>
    public static JsonElement EmptyOf(Kind kind) => Empties.GetValue(kind, static kind => new(JsonBuilding.Parse(JsonOf(Bare(kind.Format.Read("{}"u8)))))).Json;

    /// <summary>What a definition gives an object by default is set by who makes it.</summary>
    private static KubernetesObject Bare(KubernetesObject item) => item is CustomObject custom ? custom with { Fields = default } : item;

    /// <summary>
    /// Notes that what is asked for is asked for by this client, before anybody adds to it: what admission adds and what the server
    /// itself sets is nobody's.
    /// </summary>
    public static KubernetesObject? Note(PendingWrite write, WritePart part, Asked asked, KubernetesObject? item)
    {
        if (item is null || asked.IsOwned || part.Tracks != Tracking.WhatIsAsked)
        {
            return item;
        }

        var live = write.Current?.Item.Metadata.ManagedFields ?? default;
        return With(item, Changed(write, OwnersBefore(write, item, live), item, live));
    }

    /// <summary>The same for a door that writes so little that only the object as it would be stored tells what is changed.</summary>
    /// <param name="noted">What is asked for, with its owners.</param>
    public static KubernetesObject? Keep(PendingWrite write, WritePart part, (Asked Asked, KubernetesObject? Item) noted, KubernetesObject? prepared)
    {
        if (prepared is null || part.Tracks == Tracking.Nothing)
        {
            return prepared;
        }

        var live = write.Current?.Item.Metadata.ManagedFields ?? default;
        var entries = noted.Asked.IsOwned || part.Tracks == Tracking.WhatIsAsked
            ? noted.Item!.Metadata.ManagedFields
            : Changed(write, Owners.Read(live) ?? Owners.None, prepared, live);
        var kept = With(prepared, entries);
        return write.Current is { } current && AreTheSameButForTime(entries, live) && With(kept, live) is var same && same.Equals(current.Item) ? same : kept;
    }

    /// <summary>A client may change who owns what, or have it forgotten; one that says nothing of it, or nothing sensible, leaves it as it is.</summary>
    private static Owners OwnersBefore(PendingWrite write, KubernetesObject item, ValueList<ManagedFieldsEntry> live)
    {
        var given = item.Metadata.ManagedFields;
        if (write.Request.Subresource.Length == 0 && !given.IsEmpty && given != live)
        {
            if (given == ManagedFieldsEntry.Reset)
            {
                return Owners.None;
            }

            if (Owners.Read(given) is { AreNone: false } owners)
            {
                return owners;
            }
        }

        return Owners.Read(live) ?? Owners.None;
    }

    private static ValueList<ManagedFieldsEntry> Changed(PendingWrite write, Owners owners, KubernetesObject item, ValueList<ManagedFieldsEntry> live)
    {
        if (!write.IsNew && owners.AreNone)
        {
            // Somebody wanted nobody to own anything. It stays so until something is applied.
            return default;
        }

        var made = write.IsNew ? Make(write, item) : Compare(write, item);
        var manager = ManagerOf(write.Request, ManagedFieldsOperationType.Update);
        return OwnershipChange.Update(owners, manager, made, write.Now).Write(live);
    }

    /// <summary>Of a new object all that is not there by itself is added.</summary>
    private static FieldComparison Make(PendingWrite write, KubernetesObject item)
    {
        var json = EncodingScratch.JsonOf(ObjectForm.Unversioned(With(item, default)));
        var added = NewObjectFields.Find(write.Request.Kind, json.Span, static made => OwnershipChange.Ownable(Compare(made.Write, made.Json)), (Write: write, Json: json));
        return new(added, FieldSet.Empty, FieldSet.Empty);
    }

    private static FieldComparison Compare(PendingWrite write, ReadOnlyMemory<byte> json)
    {
        using var after = JsonDocument.Parse(json);
        return Compare(write, EmptyOf(write.Request.Kind), after.RootElement);
    }

    private static FieldComparison Compare(PendingWrite write, KubernetesObject item)
    {
        var current = write.Current!;
        if (!current.IsExact || item is CustomObject || current.Item.GetType() != item.GetType())
        {
            using var stored = JsonDocument.Parse(current.StoredJson);
            using var asked = JsonDocument.Parse(JsonOf(item));
            return Compare(write, stored.RootElement, asked.RootElement);
        }

        // Nobody asks for what this door does not write.
        var reset = ResetFields.Of(write.Request.Served, write.Request.Subresource);
        var (old, now) = VersionDifference.Write(
            ObjectForm.Unversioned(current.Item), ObjectForm.Unversioned(With(item, default)), name => reset.Find(PathElement.Field(name)).IsMember);
        using var before = JsonDocument.Parse(old);
        using var after = JsonDocument.Parse(now);
        return Compare(write, before.RootElement, after.RootElement);
    }

    private static FieldComparison Compare(PendingWrite write, JsonElement before, JsonElement after) =>
        FieldComparison.Of(before, after, MergeShape.Of(write.Request.Kind.Schema)).Without(ResetFields.Of(write.Request.Served, write.Request.Subresource));

    private static byte[] JsonOf(KubernetesObject item) => ObjectForm.ToStore(With(item, default));

    private static KubernetesObject With(KubernetesObject item, ValueList<ManagedFieldsEntry> entries) =>
        item.Metadata.ManagedFields == entries ? item : item with { Metadata = item.Metadata with { ManagedFields = entries } };

    private static bool AreTheSameButForTime(ValueList<ManagedFieldsEntry> one, ValueList<ManagedFieldsEntry> other)
    {
        if (one.Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < one.Count; i++)
        {
            if (one[i] != other[i] && one[i] with { Time = other[i].Time } != other[i])
            {
                return false;
            }
        }

        return true;
    }

    private sealed record EmptyObject(JsonElement Json);
}

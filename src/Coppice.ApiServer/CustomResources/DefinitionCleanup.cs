using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation.Definitions;
using Coppice.ApiServer.Writes;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Store;

namespace Coppice.ApiServer.CustomResources;

/// <summary>Takes away the objects of a definition that is to go, and then lets go of it.</summary>
internal sealed class DefinitionCleanup(ObjectStorage storage, WritePipeline writes)
{
    private const string Finalizer = CustomResourceDefinitionFinalizer.Cleanup;

    /// <summary>The definition waits for us.</summary>
    public static bool IsDue(CustomResourceDefinition item) =>
        item.Metadata.DeletionTimestamp is not null && item.Metadata.Finalizers.Contains(Finalizer);

    /// <param name="served">What was served of it; null if it never was.</param>
    /// <returns>The definition as it should be now: without our finalizer when all of its objects are gone.</returns>
    public async ValueTask<CustomResourceDefinition> ContinueAsync(
        CustomResourceDefinition item, CustomKinds? served, DateTimeOffset now, CancellationToken stop)
    {
        if (served is null)
        {
            return Released(item, "NeverEstablished", "resource was never established", now);
        }

        try
        {
            return await AreGoneAsync(served, stop)
                ? Released(item, "InstanceDeletionCompleted", "removed all instances", now)
                : With(item, ConditionStatus.True, "InstanceDeletionInProgress", "CustomResource deletion is in progress", now);
        }
        catch (ApiError e)
        {
            return With(item, ConditionStatus.True, "InstanceDeletionFailed", $"could not issue all deletes: {e.Message}", now);
        }
    }

    /// <summary>Asks every object to go that was not asked yet.</summary>
    private async ValueTask<bool> AreGoneAsync(CustomKinds served, CancellationToken stop)
    {
        var prefix = ObjectStorage.Prefix(served.Stored, null);
        var kind = served.Served.FirstOrDefault(one => one.Kind == served.Stored)
            ?? new ServedKind(served.Stored, served.Served[0].Strategy, served.Served[0].Table);
        var range = await storage.RangeAsync(new RangeQuery(prefix), stop);
        foreach (var entry in range.Entries)
        {
            var item = ObjectStorage.FormOf(served.Stored, entry).Item;
            if (item.Metadata.DeletionTimestamp is null)
            {
                await DeleteAsync(kind, ObjectKey.Of(item), stop);
            }
        }

        return (await storage.RangeAsync(new RangeQuery(prefix, Limit: 1), stop)).Entries.Count == 0;
    }

    private async ValueTask DeleteAsync(ServedKind kind, ObjectKey key, CancellationToken stop)
    {
        try
        {
            var request = new WriteRequest(WriteOperation.Delete, kind, key, Users.Component("system:apiserver"));
            await writes.RunAsync(request, new WriteChange.Removal(), stop);
        }
        catch (ApiError e) when (e.IsNotFound)
        {
            // Somebody else deleted it first: what is wanted is so.
        }
    }

    private static CustomResourceDefinition Released(CustomResourceDefinition item, string reason, string message, DateTimeOffset now)
    {
        var released = With(item, ConditionStatus.False, reason, message, now);
        return released with { Metadata = released.Metadata with { Finalizers = [.. released.Metadata.Finalizers.Where(one => one != Finalizer)] } };
    }

    private static CustomResourceDefinition With(CustomResourceDefinition item, string status, string reason, string message, DateTimeOffset now) =>
        DefinitionConditions.With(
            item, new() { Type = CustomResourceDefinitionConditionType.Terminating, Status = status, Reason = reason, Message = message }, now);
}

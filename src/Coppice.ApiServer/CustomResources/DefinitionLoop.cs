using System.Collections.Immutable;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Apiextensions;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation.Definitions;
using Coppice.ApiServer.Writes;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Store;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer.CustomResources;

/// <summary>
/// Keeps what the API serves as the definitions of custom resources have it. A kind is served before its definition says so, and no
/// longer when its definition is gone; the objects of a definition that is deleted go first.
/// </summary>
public sealed partial class DefinitionLoop
{
    // How soon it is looked again whether the objects of a definition are gone: their finalizers take what time they take.
    private static readonly TimeSpan CleanupPause = TimeSpan.FromMilliseconds(250);

    private static readonly Kind Definitions = BuiltInKinds.Of<CustomResourceDefinition>();

    private readonly ObjectStorage _storage;
    private readonly WritePipeline _writes;
    private readonly KindRegistry _registry;
    private readonly CustomConversions _conversions;
    private readonly TimeProvider _time;
    private readonly LiveObjects<CustomResourceDefinition> _definitions;
    private readonly DefinitionCleanup _cleanup;
    private ImmutableSortedDictionary<string, CustomKinds> _served = ImmutableSortedDictionary.Create<string, CustomKinds>(StringComparer.Ordinal);

    internal DefinitionLoop(ObjectStorage storage, WritePipeline writes, KindRegistry registry, CustomConversions conversions, TimeProvider time)
    {
        (_storage, _writes, _registry, _conversions, _time) = (storage, writes, registry, conversions, time);
        _definitions = new(storage);
        _cleanup = new(storage, writes);
    }

    /// <summary>Serves what is defined. To be called before anybody asks, so that nobody is told that a kind is not there which is.</summary>
    /// <returns>True if something is on its way that no change of a definition will tell of.</returns>
    public async ValueTask<bool> FollowAsync(CancellationToken stop)
    {
        // 1. What is defined.
        var definitions = (await _definitions.NowAsync(stop)).Values;

        // 2. What should be said of it.
        var planned = DefinitionPlanner.Plan(definitions, _time.GetUtcNow());

        // 3. It is served, then said, and what is to go goes.
        Serve(planned);
        foreach (var (before, after) in definitions.Join(planned, one => one.Metadata.Uid, one => one.Metadata.Uid, (before, after) => (before, after)))
        {
            if (!ReferenceEquals(before, after))
            {
                await SayAsync(after, stop);
            }
        }

        var isPending = false;
        foreach (var ending in planned.Where(DefinitionCleanup.IsDue))
        {
            var after = await _cleanup.ContinueAsync(ending, _served.GetValueOrDefault(ending.Metadata.Name!), _time.GetUtcNow(), stop);
            isPending |= DefinitionCleanup.IsDue(after);
            if (!ReferenceEquals(ending, after))
            {
                await SayAsync(after, stop);
            }
        }

        return isPending;
    }

    /// <summary>Follows the definitions until stopped.</summary>
    public async Task RunAsync(ILogger log, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var changes = _storage.Watch(Definitions, null, _storage.Current);
                while (true)
                {
                    var isPending = await FollowAsync(stop);
                    await WaitAsync(changes, isPending, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogFailed(log, e);
                await Task.Delay(CleanupPause, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Until a definition changes, or it is time to look whether objects are gone.</summary>
    private async ValueTask WaitAsync(IStoreWatch changes, bool isPending, CancellationToken stop)
    {
        if (!isPending)
        {
            await changes.NextAsync(stop);
            return;
        }

        await Task.Delay(CleanupPause, _time, stop);
        while (changes.Take().Count > 0)
        {
            // What has changed is looked at anyway.
        }
    }

    private void Serve(IReadOnlyList<CustomResourceDefinition> definitions)
    {
        var served = definitions
            .Where(one => DefinitionConditions.IsTrue(one, CustomResourceDefinitionConditionType.Established))
            .ToImmutableSortedDictionary(
                one => one.Metadata.Name!, one => CustomKinds.Of(one, _served.GetValueOrDefault(one.Metadata.Name!), _conversions), StringComparer.Ordinal);
        var (before, after) = (KindsOf(_served), KindsOf(served));
        _served = served;
        if (!before.SequenceEqual(after))
        {
            _registry.Replace(before, after);
        }
    }

    private static List<ServedKind> KindsOf(ImmutableSortedDictionary<string, CustomKinds> served) => [.. served.Values.SelectMany(one => one.Served)];

    /// <summary>Writes a status, as the API server itself. If somebody was quicker, his change wakes us again.</summary>
    private async ValueTask SayAsync(CustomResourceDefinition item, CancellationToken stop)
    {
        var request = new WriteRequest(
            WriteOperation.Update, CustomResourceDefinitionKind.Served, ObjectKey.Of(item), Users.Component("system:apiserver")) { Subresource = "status" };
        try
        {
            await _writes.RunAsync(request, new WriteChange.Body(item), stop);
        }
        catch (ApiError e) when (e.IsNotFound || e.IsConflict)
        {
            // There is another version to look at, or none.
        }
    }

    [LoggerMessage(2003, LogLevel.Warning, "Definitions of custom resources could not be followed; they are looked at again")]
    private static partial void LogFailed(ILogger log, Exception e);
}

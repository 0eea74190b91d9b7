using Coppice.Client;
using Coppice.Objects;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// Deletions that were asked for and that the cache does not show yet. A deletion returns no revision to wait for, so these objects
/// are counted as going from the moment of asking.
/// </summary>
internal sealed class Deletions<T> where T : KubernetesObject
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly ObjectCache<T> _cache;

    public Deletions(ObjectCache<T> cache)
    {
        _cache = cache;
        cache.Subscribe(OnChange);
    }

    public bool IsGoing(T item) => item.Metadata.DeletionTimestamp is not null || Contains(item.Metadata.Uid!);

    /// <summary>Deletes an object if it is still the very same. That it is gone already is as good.</summary>
    /// <returns>False if it was gone.</returns>
    public ValueTask<bool> DeleteAsync(IApiClient api, T item, CancellationToken stop) => DeleteAsync(api, item, null, stop);

    /// <param name="propagation">What becomes of its dependents; null for what is usual.</param>
    /// <inheritdoc cref="DeleteAsync(IApiClient, T, CancellationToken)"/>
    public async ValueTask<bool> DeleteAsync(IApiClient api, T item, string? propagation, CancellationToken stop)
    {
        var uid = item.Metadata.Uid!;
        Add(uid);
        try
        {
            await api.DeleteAsync<T>(ObjectKey.Of(item), new() { PropagationPolicy = propagation, Preconditions = new() { Uid = uid } }, stop);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or another object of the same name. The cache will tell, unless it has done so before we asked.
            if (_cache.Find(ObjectKey.Of(item))?.Metadata.Uid != uid)
            {
                Remove(uid);
            }

            return false;
        }
        catch
        {
            Remove(uid);
            throw;
        }
    }

    private void OnChange(ObjectChange<T> change)
    {
        if (change.New is null || change.New.Metadata.DeletionTimestamp is not null)
        {
            Remove(change.Item.Metadata.Uid ?? "");
        }
    }

    private bool Contains(string uid)
    {
        lock (_gate)
        {
            return _asked.Contains(uid);
        }
    }

    private void Add(string uid)
    {
        lock (_gate)
        {
            _asked.Add(uid);
        }
    }

    private void Remove(string uid)
    {
        lock (_gate)
        {
            _asked.Remove(uid);
        }
    }
}

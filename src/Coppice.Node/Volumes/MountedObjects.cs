using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Volumes;

/// <summary>
/// Watches the objects that volumes of this node are filled from, each by its name: a node reads nothing that its pods don't use.
/// Called by one loop alone.
/// </summary>
/// <param name="changed">Told of every change, and of each object once it is watched. Comes from the watches' loops.</param>
internal sealed class MountedObjects(IApiClient api, Action<VolumeObject> changed, TimeProvider time, ILogger log)
{
    private readonly SortedDictionary<VolumeObject, (CancellationTokenSource End, Task Running)> _watched = [];
    private readonly List<Task> _ending = [];

    /// <summary>Begins to watch an object, or lets go of it; that it is so already is as good.</summary>
    public void Follow(VolumeObject one, bool isWanted, CancellationToken stop)
    {
        if (isWanted && !_watched.ContainsKey(one))
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _watched[one] = (end, one.Kind == nameof(Secret) ? WatchAsync<Secret>(one, end.Token) : WatchAsync<ConfigMap>(one, end.Token));
        }
        else if (!isWanted)
        {
            LetGo(one);
        }
    }

    /// <summary>Lets go of all; completes when every watch has ended.</summary>
    public async Task EndAsync()
    {
        foreach (var one in _watched.Keys.ToList())
        {
            LetGo(one);
        }

        await Task.WhenAll(_ending);
    }

    private void LetGo(VolumeObject one)
    {
        _ending.RemoveAll(ended => ended.IsCompleted);
        if (_watched.Remove(one, out var watch))
        {
            watch.End.Cancel();
            _ending.Add(EndedAsync(watch.End, watch.Running));
        }
    }

    private Task WatchAsync<T>(VolumeObject one, CancellationToken stop) where T : KubernetesObject
    {
        var cache = new ObjectCache<T>(api, new ListQuery(one.Key.Namespace, "metadata.name=" + one.Key.Name), time, log);
        cache.Subscribe(change => changed(one with { Key = ObjectKey.Of(change.Item) }));
        return cache.RunAsync(stop);
    }

    private static async Task EndedAsync(CancellationTokenSource end, Task running)
    {
        await running;
        end.Dispose();
    }
}

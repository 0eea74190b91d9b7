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

    /// <summary>Begins to watch what is new among the wanted, and lets go of what is not wanted any more.</summary>
    public void Follow(IReadOnlySet<VolumeObject> wanted, CancellationToken stop)
    {
        _ending.RemoveAll(one => one.IsCompleted);
        foreach (var gone in _watched.Keys.Where(one => !wanted.Contains(one)).ToList())
        {
            var (end, running) = _watched[gone];
            _watched.Remove(gone);
            end.Cancel();
            _ending.Add(EndedAsync(end, running));
        }

        foreach (var added in wanted.Where(one => !_watched.ContainsKey(one)))
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _watched[added] = (end, added.Kind == nameof(Secret) ? WatchAsync<Secret>(added, end.Token) : WatchAsync<ConfigMap>(added, end.Token));
        }
    }

    /// <summary>Lets go of all; completes when every watch has ended.</summary>
    public async Task EndAsync()
    {
        Follow(new SortedSet<VolumeObject>(), CancellationToken.None);
        await Task.WhenAll(_ending);
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

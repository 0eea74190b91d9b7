using System.Globalization;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Testing;

/// <summary>
/// Stands in for the API where a test needs it to fail on command: objects in a table, watches over a log, and faults. It validates
/// and defaults nothing; whatever can be tested against the real server is.
/// </summary>
public sealed class StandInApi : IApiClient
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Kind, ObjectKey Key), KubernetesObject> _items = [];
    private readonly List<(long Revision, WatchEventType Type, KubernetesObject Item)> _log = [];
    private TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision;
    private long _compacted;

    /// <summary>Called before every request with its verb ("create", "watch", …) and what it is about; may throw.</summary>
    public Action<string, object> Fault { get; set; } = (_, _) => { };

    public IReadOnlyList<T> All<T>() where T : KubernetesObject
    {
        lock (_gate)
        {
            return [.. _items.Values.OfType<T>()];
        }
    }

    /// <summary>Forgets the history: watches that are not at its end expire.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _compacted = _revision;
            _log.Clear();
        }
    }

    public ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken stop) where T : KubernetesObject
    {
        Fault("get", key);
        lock (_gate)
        {
            return ValueTask.FromResult((T?)_items.GetValueOrDefault((typeof(T).Name, key)));
        }
    }

    public ValueTask<ObjectList<T>> ListAsync<T>(ListQuery query, CancellationToken stop) where T : KubernetesObject
    {
        Fault("list", typeof(T));
        lock (_gate)
        {
            return ValueTask.FromResult(new ObjectList<T>([.. _items.Values.OfType<T>()], Write(_revision)));
        }
    }

    public IObjectWatch<T> Watch<T>(ListQuery query, string afterRevision) where T : KubernetesObject =>
        new LogWatch<T>(this, long.Parse(afterRevision, CultureInfo.InvariantCulture));

    public ValueTask<T> CreateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject
    {
        Fault("create", item);
        lock (_gate)
        {
            if (_items.ContainsKey((typeof(T).Name, ObjectKey.Of(item))))
            {
                throw Refusal(409, "AlreadyExists", $"{ObjectKey.Of(item)} already exists");
            }

            var uid = item.Metadata.Uid ?? $"uid-{_revision + 1}";
            return ValueTask.FromResult(Store(WatchEventType.Added, item with { Metadata = item.Metadata with { Uid = uid } }));
        }
    }

    public ValueTask<T> UpdateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject
    {
        Fault("update", item);
        lock (_gate)
        {
            var old = Demand(item);
            return ValueTask.FromResult(Store(WatchEventType.Modified, item with { Metadata = item.Metadata with { Uid = old.Metadata.Uid } }));
        }
    }

    public ValueTask<T> UpdateStatusAsync<T>(T item, CancellationToken stop) where T : KubernetesObject => UpdateAsync(item, stop);

    public ValueTask DeleteAsync<T>(ObjectKey key, DeleteOptions? options, CancellationToken stop) where T : KubernetesObject
    {
        Fault("delete", key);
        lock (_gate)
        {
            if (!_items.Remove((typeof(T).Name, key), out var gone))
            {
                throw Refusal(404, "NotFound", $"{key} not found");
            }

            Append(WatchEventType.Deleted, gone with { Metadata = gone.Metadata with { ResourceVersion = Write(_revision + 1) } });
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask BindAsync(Binding binding, CancellationToken stop)
    {
        Fault("bind", binding);
        lock (_gate)
        {
            var pod = (Pod)Demand(new Pod { Metadata = binding.Metadata });
            Store(WatchEventType.Modified, pod with { Spec = pod.Spec with { NodeName = binding.Target.Name } });
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<Namespace> FinalizeAsync(Namespace item, CancellationToken stop) => UpdateAsync(item, stop);

    public ValueTask<TokenRequest> CreateTokenAsync(ObjectKey serviceAccount, TokenRequest request, CancellationToken stop) =>
        throw new NotSupportedException("the stand-in makes no tokens");

    private KubernetesObject Demand(KubernetesObject item)
    {
        var old = _items.GetValueOrDefault((item.GetType().Name, ObjectKey.Of(item))) ?? throw Refusal(404, "NotFound", $"{ObjectKey.Of(item)} not found");
        return item.Metadata.ResourceVersion is { } expected && expected != old.Metadata.ResourceVersion
            ? throw Refusal(409, "Conflict", $"{ObjectKey.Of(item)} has been modified")
            : old;
    }

    private T Store<T>(WatchEventType type, T item) where T : KubernetesObject
    {
        item = item with { Metadata = item.Metadata with { ResourceVersion = Write(_revision + 1) } };
        _items[(item.GetType().Name, ObjectKey.Of(item))] = item;
        Append(type, item);
        return item;
    }

    private void Append(WatchEventType type, KubernetesObject item)
    {
        _log.Add((++_revision, type, item));
        Pulse();
    }

    private void Pulse()
    {
        lock (_gate)
        {
            var written = _written;
            _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            written.SetResult();
        }
    }

    private static ApiException Refusal(int code, string reason, string message) => new(new() { Code = code, Reason = reason, Message = message });

    private static string Write(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    private sealed class LogWatch<T>(StandInApi api, long after) : IObjectWatch<T> where T : KubernetesObject
    {
        private long _after = after;

        public string Revision => Write(_after);

        public async ValueTask<IReadOnlyList<WatchEvent<T>>> NextAsync(CancellationToken stop)
        {
            await using var onStop = stop.Register(api.Pulse);
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                api.Fault("watch", typeof(T));
                Task written;
                lock (api._gate)
                {
                    if (_after < api._compacted)
                    {
                        throw Refusal(410, "Expired", "too old resource version");
                    }

                    var news = api._log.Where(e => e.Revision > _after && e.Item is T).Select(e => new WatchEvent<T>(e.Type, (T)e.Item)).ToList();
                    _after = api._revision;
                    if (news.Count > 0)
                    {
                        return news;
                    }

                    written = api._written.Task;
                }

                await written;
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

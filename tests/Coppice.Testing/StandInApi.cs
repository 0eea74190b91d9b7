using System.Globalization;
using Coppice.Client;
using Coppice.Objects;
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

    public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, CancellationToken stop)
    {
        Fault("get", key);
        lock (_gate)
        {
            return ValueTask.FromResult(_items.GetValueOrDefault((kind.Name, key)));
        }
    }

    public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop)
    {
        Fault("list", kind);
        lock (_gate)
        {
            return ValueTask.FromResult(new ObjectList<KubernetesObject>([.. _items.Values.Where(one => BuiltInKinds.Of(one) == kind)], Write(_revision)));
        }
    }

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
        new LogWatch(this, kind, long.Parse(afterRevision, CultureInfo.InvariantCulture));

    public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop) => ValueTask.FromResult(write switch
    {
        ObjectWrite.Create { Item: Binding binding } => Bind(binding),
        ObjectWrite.Create create => Create(create.Item),
        ObjectWrite.Update update => Update(update.Item),
        _ => throw new NotSupportedException("the stand-in applies no patches"),
    });

    public ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop)
    {
        Fault("delete", key);
        lock (_gate)
        {
            if (!_items.Remove((kind.Name, key), out var gone))
            {
                throw Refusal(404, "NotFound", $"{key} not found");
            }

            Append(WatchEventType.Deleted, gone with { Metadata = gone.Metadata with { ResourceVersion = Write(_revision + 1) } });
            return ValueTask.CompletedTask;
        }
    }

    private KubernetesObject Create(KubernetesObject item)
    {
        Fault("create", item);
        lock (_gate)
        {
            if (_items.ContainsKey((item.GetType().Name, ObjectKey.Of(item))))
            {
                throw Refusal(409, "AlreadyExists", $"{ObjectKey.Of(item)} already exists");
            }

            var uid = item.Metadata.Uid ?? $"uid-{_revision + 1}";
            return Store(WatchEventType.Added, item with { Metadata = item.Metadata with { Uid = uid } });
        }
    }

    private KubernetesObject Update(KubernetesObject item)
    {
        Fault("update", item);
        lock (_gate)
        {
            var old = Demand(item);
            return Store(WatchEventType.Modified, item with { Metadata = item.Metadata with { Uid = old.Metadata.Uid } });
        }
    }

    private Binding Bind(Binding binding)
    {
        Fault("bind", binding);
        lock (_gate)
        {
            var pod = (Pod)Demand(new Pod { Metadata = binding.Metadata });
            Store(WatchEventType.Modified, pod with { Spec = pod.Spec with { NodeName = binding.Target.Name } });
            return binding;
        }
    }

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

    private sealed class LogWatch(StandInApi api, Kind kind, long after) : IObjectWatch<KubernetesObject>
    {
        private long _after = after;

        public string Revision => Write(_after);

        public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
        {
            await using var onStop = stop.Register(api.Pulse);
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                api.Fault("watch", kind);
                Task written;
                lock (api._gate)
                {
                    if (_after < api._compacted)
                    {
                        throw Refusal(410, "Expired", "too old resource version");
                    }

                    var news = api._log.Where(e => e.Revision > _after && BuiltInKinds.Of(e.Item) == kind).Select(e => new WatchEvent<KubernetesObject>(e.Type, e.Item)).ToList();
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

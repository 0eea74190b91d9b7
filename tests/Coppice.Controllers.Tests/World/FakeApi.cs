using System.Globalization;

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
namespace Coppice.Controllers.Tests.World;

/// <summary>
/// The API in one dictionary: names, uids, revisions, generations, conflicts, finalizers and graceful deletion as controllers meet
/// them; no defaults, no validation. Single-threaded.
/// </summary>
internal sealed class FakeApi(TimeProvider time) : IApiClient
{
    private readonly SortedDictionary<(string Kind, ObjectKey Key), KubernetesObject> objects = [];
    private readonly List<(long Revision, WatchEventType Type, KubernetesObject Item)> history = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision;
    private int _names;

    /// <summary>Refuses what it returns a message for.</summary>
    public Func<KubernetesObject, string?> Refuse { get; set; } = _ => null;

    /// <summary>How many objects were written or deleted.</summary>
    public int Writes => history.Count;

    public IReadOnlyList<T> All<T>() where T : KubernetesObject => [.. objects.Values.OfType<T>()];

    public T Get<T>(string name, string ns = "default") where T : KubernetesObject => (T)objects[(BuiltInKinds.Of<T>().QualifiedResource, new(ns, name))];

    public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        ValueTask.FromResult(objects.GetValueOrDefault((kind.QualifiedResource, key)));

    public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop) =>
        ValueTask.FromResult(new ObjectList<KubernetesObject>(
            [.. objects.Values.Where(i => BuiltInKinds.Of(i) == kind && (string.IsNullOrEmpty(query.Namespace) || i.Metadata.Namespace == query.Namespace))], Text(_revision)));

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
        new FakeWatch(this, kind, long.Parse(afterRevision, CultureInfo.InvariantCulture));

    public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop) => ValueTask.FromResult(write switch
    {
        ObjectWrite.Create { Subresource: null } create => Create(kind, create.Item),
        ObjectWrite.Update { Subresource: null } update => Update(update.Item),
        ObjectWrite.Update { Subresource: "status" } update => UpdateStatus(update.Item),
        ObjectWrite.Update { Subresource: "finalize", Item: Namespace item } => Finalize(item),
        _ => throw new NotSupportedException(),
    });

    private KubernetesObject Create(Kind kind, KubernetesObject item)
    {
        if (Refuse(item) is { } why)
        {
            throw Refusal("Forbidden", 403, why);
        }

        var metadata = item.Metadata;
        metadata = metadata with
        {
            Name = metadata.Name ?? $"{metadata.GenerateName}{++_names:d5}",
            Uid = $"uid-{++_names:d5}",
            Generation = 1,
            CreationTimestamp = ApiTime.Truncate(time.GetUtcNow()),
        };
        var key = new ObjectKey(metadata.Namespace ?? "", metadata.Name);
        return objects.ContainsKey((kind.QualifiedResource, key))
            ? throw Refusal("AlreadyExists", 409, $"{kind.QualifiedResource} \"{metadata.Name}\" already exists")
            : Store(WatchEventType.Added, item with { Metadata = metadata });
    }

    private KubernetesObject Update(KubernetesObject item)
    {
        var current = Current(item);
        var isSpecNew = Spec(current) != Spec(item);
        var metadata = item.Metadata with
        {
            Generation = current.Metadata.Generation + (isSpecNew ? 1 : 0),
            DeletionTimestamp = current.Metadata.DeletionTimestamp,
        };
        var updated = Status(item with { Metadata = metadata }, current);
        if (updated.Metadata.DeletionTimestamp is not null && updated.Metadata.Finalizers.IsEmpty && updated is not Pod)
        {
            return Remove(updated);
        }

        var isSame = updated with { Metadata = updated.Metadata with { ResourceVersion = current.Metadata.ResourceVersion } } == current;
        return isSame ? current : Store(WatchEventType.Modified, updated);
    }

    private KubernetesObject UpdateStatus(KubernetesObject item)
    {
        var current = Current(item);
        var metadata = current.Metadata with { Annotations = item.Metadata.Annotations };
        return Store(WatchEventType.Modified, Status(current with { Metadata = metadata }, item));
    }

    /// <summary>A pod with a node goes only when its node agent says so (<see cref="FinishPod"/>), an object with finalizers when they are gone.</summary>
    public ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop)
    {
        if (objects.GetValueOrDefault((kind.QualifiedResource, key)) is not { } current)
        {
            throw Refusal("NotFound", 404, $"{kind.QualifiedResource} \"{key.Name}\" not found");
        }

        if (options?.Preconditions?.Uid is { } uid && uid != current.Metadata.Uid)
        {
            throw Refusal("Conflict", 409, "uid mismatch");
        }

        var finalizer = options?.PropagationPolicy switch { "Foreground" => "foregroundDeletion", "Orphan" => "orphan", _ => null };
        var finalizers = finalizer is null || current.Metadata.Finalizers.Contains(finalizer) ? current.Metadata.Finalizers : current.Metadata.Finalizers.Add(finalizer);
        var lingers = !finalizers.IsEmpty || current is Pod { Spec.NodeName: not null } || current is Namespace { Spec.Finalizers.IsEmpty: false };
        if (!lingers || options?.GracePeriodSeconds == 0 && finalizers.IsEmpty)
        {
            Remove(current);
        }
        else if (current.Metadata.DeletionTimestamp is null)
        {
            var item = current with { Metadata = current.Metadata with { DeletionTimestamp = ApiTime.Truncate(time.GetUtcNow()), Finalizers = finalizers } };
            Store(WatchEventType.Modified, item is Namespace ns ? ns with { Status = ns.Status with { Phase = NamespacePhase.Terminating } } : item);
        }

        return ValueTask.CompletedTask;
    }

    private KubernetesObject Finalize(Namespace item)
    {
        var current = (Namespace)Current(item);
        var updated = current with { Spec = item.Spec };
        return updated.Spec.Finalizers.IsEmpty && updated.Metadata.DeletionTimestamp is not null
            ? Remove(updated)
            : Store(WatchEventType.Modified, updated);
    }

    /// <summary>The node agent's part: the pod's containers have ended and it is taken off the books.</summary>
    public void FinishPod(Pod pod) => Remove(objects[(typeof(Pod).FullName!, ObjectKey.Of(pod))]);

    /// <summary>The node agent's part: writes a pod as it is given.</summary>
    public void SetPod(string name, Func<Pod, Pod> change)
    {
        var pod = Get<Pod>(name);
        Store(WatchEventType.Modified, change(pod));
    }

    /// <summary>Writes a status as whoever it belongs to.</summary>
    public void SetStatus<T>(string name, Func<T, T> change, string ns = "") where T : KubernetesObject =>
        Store(WatchEventType.Modified, change(Get<T>(name, ns)));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static ApiException Refusal(string reason, int code, string message) => new(new() { Status = "Failure", Reason = reason, Code = code, Message = message });

    private static object? Spec(KubernetesObject item) => item.GetType().GetProperty("Spec")?.GetValue(item);

    /// <summary>The object with the other's status, by the kind's JSON: the fake knows no kind by name.</summary>
    private static KubernetesObject Status(KubernetesObject item, KubernetesObject other)
    {
        if (item.GetType().GetProperty("Status") is not { } property)
        {
            return item;
        }

        var copy = item with { };
        property.SetValue(copy, property.GetValue(other));
        return copy;
    }

    private KubernetesObject Current(KubernetesObject item)
    {
        var current = objects.GetValueOrDefault((BuiltInKinds.Of(item).QualifiedResource, ObjectKey.Of(item)));
        if (current is null)
        {
            throw Refusal("NotFound", 404, $"{ObjectKey.Of(item)} not found");
        }

        return item.Metadata.ResourceVersion is { } expected && expected != current.Metadata.ResourceVersion
            ? throw Refusal("Conflict", 409, "the object has been modified; please apply your changes to the latest version and try again")
            : current;
    }

    private KubernetesObject Store(WatchEventType type, KubernetesObject item)
    {
        item = item with { Metadata = item.Metadata with { ResourceVersion = Text(++_revision) } };
        objects[(BuiltInKinds.Of(item).QualifiedResource, ObjectKey.Of(item))] = item;
        Note(type, item);
        return item;
    }

    private KubernetesObject Remove(KubernetesObject item)
    {
        item = item with { Metadata = item.Metadata with { ResourceVersion = Text(++_revision) } };
        objects.Remove((BuiltInKinds.Of(item).QualifiedResource, ObjectKey.Of(item)));
        Note(WatchEventType.Deleted, item);
        return item;
    }

    private void Note(WatchEventType type, KubernetesObject item)
    {
        history.Add((_revision, type, item));
        var told = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        told.TrySetResult();
    }

    private sealed class FakeWatch(FakeApi api, Kind kind, long seen) : IObjectWatch<KubernetesObject>
    {
        public string Revision => Text(seen);

        public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
        {
            while (true)
            {
                using var stopping = stop.Register(() => api._changed.TrySetResult());
                stop.ThrowIfCancellationRequested();
                var events = api.history.Where(h => h.Revision > seen && BuiltInKinds.Of(h.Item) == kind).Select(h => new WatchEvent<KubernetesObject>(h.Type, h.Item)).ToList();
                var wait = api._changed.Task;
                if (events.Count > 0)
                {
                    seen = api._revision;
                    return events;
                }

                await wait;
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

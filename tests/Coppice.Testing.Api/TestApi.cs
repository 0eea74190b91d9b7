using System.Globalization;
using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Store;
using Coppice.Store.InMemory;

namespace Coppice.Testing;

/// <summary>
/// The API of tests: the real verbs on the store in memory, which fail on command. Every call but a watch's wait completes at once on
/// the calling thread.
/// </summary>
public sealed class TestApi : IApiClient
{
    private readonly InMemoryRevisionStore _store = new();
    private readonly InProcessClient _inner;

    /// <param name="namespaces">Those that there are from the start, each with the service account that pods run as.</param>
    public TestApi(TimeProvider time, params IReadOnlyList<string> namespaces)
    {
        Verbs = new ApiVerbs(_store, ServiceAllocationOptions.Default, null, time, new Random(1));
        _inner = new InProcessClient(Verbs, "system:test");
        foreach (var name in namespaces)
        {
            Complete(_inner.CreateAsync(new Namespace { Metadata = new() { Name = name } }, default));
            Complete(_inner.CreateAsync(new ServiceAccount { Metadata = new() { Name = "default", Namespace = name } }, default));
        }
    }

    public ApiVerbs Verbs { get; }

    /// <summary>How many writes there were.</summary>
    public long Writes => _store.Current.Value;

    /// <summary>Called before every request with its verb ("create", "watch", …) and what it is about; may throw.</summary>
    public Action<string, object> Fault { get; set; } = (_, _) => { };

    /// <summary>Seen past every fault, in the order of their keys.</summary>
    public IReadOnlyList<T> All<T>() where T : KubernetesObject => Complete(_inner.ListAsync<T>(ListQuery.All, default)).Items;

    /// <summary>Makes an object, past every fault, with the status that it is given.</summary>
    public T Create<T>(T item) where T : KubernetesObject
    {
        var created = Complete(_inner.CreateAsync(item, default));
        if (typeof(T).GetProperty("Status") is not { } status || Equals(status.GetValue(item), Activator.CreateInstance(status.PropertyType)))
        {
            return created;
        }

        var reported = created with { };
        status.SetValue(reported, status.GetValue(item));
        return Complete(_inner.UpdateStatusAsync((T)reported, default));
    }

    /// <summary>Forgets the history: watches that are not at its end expire.</summary>
    public void Compact() => Complete(_store.CompactAsync(_store.Current, default));

    public async ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, CancellationToken stop)
    {
        Fault("get", key);
        return await _inner.FindAsync(kind, key, stop);
    }

    public async ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop)
    {
        Fault("list", kind);
        return await _inner.ListAsync(kind, query, stop);
    }

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
        new FaultyWatch(_inner.Watch(kind, query, afterRevision), () => Fault("watch", kind));

    public async ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
    {
        switch (write)
        {
            case ObjectWrite.Create { Item: Binding binding }:
                Fault("bind", binding);
                break;
            case ObjectWrite.Create create:
                Fault("create", create.Item);
                break;
            case ObjectWrite.Update update:
                Fault("update", update.Item);
                break;
            default:
                Fault("patch", write.Key);
                break;
        }

        return await _inner.WriteAsync(kind, write, stop);
    }

    public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop)
    {
        Fault("delete", key);
        await _inner.DeleteAsync(kind, key, options, stop);
    }

    private static T Complete<T>(ValueTask<T> request) => request.AsTask() is { IsCompleted: true } done
        ? done.GetAwaiter().GetResult()
        : throw new InvalidOperationException("the store in memory answers at once");

    private static void Complete(ValueTask request) => request.AsTask().GetAwaiter().GetResult();

    /// <summary>What came while the connection was away was told to nobody.</summary>
    private sealed class FaultyWatch(IObjectWatch<KubernetesObject> inner, Action fault) : IObjectWatch<KubernetesObject>
    {
        public string Revision => inner.Revision;

        public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
        {
            fault();
            var events = await inner.NextAsync(stop);
            fault();
            return events;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

using System.Net;
using Coppice.ApiServer;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
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
    private readonly WatchedClient _own;

    /// <param name="namespaces">Those that there are from the start, each with the service account that pods run as.</param>
    public TestApi(TimeProvider time, params IReadOnlyList<string> namespaces)
    {
        // Services that do not say are of IPv4, as usual.
        var services = ServiceAllocationOptions.Default with { Ranges = [ClusterRanges.Default.Services, IPNetwork.Parse("fd00:96::/112")] };
        Verbs = new ApiVerbs(_store, services, null, time, new Random(1));
        _inner = new InProcessClient(Verbs, "system:test");
        _own = new WatchedClient(this, _inner);
        foreach (var name in namespaces)
        {
            Complete(_inner.CreateAsync(new Namespace { Metadata = new() { Name = name } }, default));
            Complete(_inner.CreateAsync(new ServiceAccount { Metadata = new() { Name = "default", Namespace = name } }, default));
        }
    }

    public ApiVerbs Verbs { get; }

    /// <summary>How many writes there were.</summary>
    public long Writes => _store.Current.Value;

    /// <summary>Called with what is said to a user of <see cref="As"/> who has no right to something.</summary>
    public Action<string> Denied { get; set; } = _ => { };

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

    /// <summary>The roles that every cluster has from the start, and the namespaces that they need.</summary>
    public void GrantDefaultRoles()
    {
        foreach (var name in (string[])["kube-system", "kube-public"])
        {
            _inner.CreateIfAbsentAsync(new Namespace { Metadata = new() { Name = name } }, default).GetAwaiter().GetResult();
        }

        BootstrapPolicy.EnsureAsync(_inner, default).GetAwaiter().GetResult();
    }

    /// <summary>A client for somebody with the rights that roles give and no more; it fails on the same commands.</summary>
    public IApiClient As(UserInfo user) => new WatchedClient(this, new InProcessClient(Verbs, user));

    public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop) => _own.FindAsync(kind, key, subresource, stop);

    public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop) => _own.ListAsync(kind, query, stop);

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) => _own.Watch(kind, query, afterRevision);

    public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop) => _own.WriteAsync(kind, write, stop);

    public ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) => _own.DeleteAsync(kind, key, options, stop);

    private static T Complete<T>(ValueTask<T> request) => request.AsTask() is { IsCompleted: true } done
        ? done.GetAwaiter().GetResult()
        : throw new InvalidOperationException("the store in memory answers at once");

    private static void Complete(ValueTask request) => request.AsTask().GetAwaiter().GetResult();

    /// <summary>Fails on command before it asks, and tells of rights that are missing.</summary>
    private sealed class WatchedClient(TestApi api, InProcessClient inner) : IApiClient
    {
        public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop) =>
            AskAsync("get", key, () => inner.FindAsync(kind, key, subresource, stop));

        public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop) =>
            AskAsync("list", kind, () => inner.ListAsync(kind, query, stop));

        public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
            new FaultyWatch(inner.Watch(kind, query, afterRevision), () => api.Fault("watch", kind));

        public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
        {
            var (verb, about) = write switch
            {
                ObjectWrite.Create { Item: Binding binding } => ("bind", binding),
                ObjectWrite.Create create => ("create", create.Item),
                ObjectWrite.Update update => ("update", update.Item),
                _ => ("patch", (object)write.Key),
            };
            return AskAsync(verb, about, () => inner.WriteAsync(kind, write, stop));
        }

        public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) =>
            await AskAsync("delete", key, async () =>
            {
                await inner.DeleteAsync(kind, key, options, stop);
                return true;
            });

        private async ValueTask<T> AskAsync<T>(string verb, object about, Func<ValueTask<T>> ask)
        {
            api.Fault(verb, about);
            try
            {
                return await ask();
            }
            catch (ApiException e) when (e.Code == (int)HttpStatusCode.Forbidden && e.Message.Contains(" cannot ", StringComparison.Ordinal))
            {
                api.Denied(e.Message);
                throw;
            }
        }
    }

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

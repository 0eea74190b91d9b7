using System.Globalization;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Watching;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Store;

namespace Coppice.ApiServer.InProcess;

/// <summary>
/// The API for components of the same process: the verbs without HTTP and JSON, under the component's own name. Objects are shared,
/// not copied.
/// </summary>
public sealed class InProcessClient(ApiVerbs verbs, string component) : IApiClient
{
    private readonly Requester _user = Requester.Component(component);

    public async ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken stop) where T : KubernetesObject =>
        (T?)(await verbs.FindAsync(BuiltInKinds.Of<T>(), key, stop))?.Item;

    public async ValueTask<ObjectList<T>> ListAsync<T>(ListQuery query, CancellationToken stop) where T : KubernetesObject
    {
        var page = await verbs.List.RunAsync(Parse<T>(query), new ListPaging(), stop);
        return new([.. page.Items.Select(f => (T)f.Item)], page.At.ToString());
    }

    public IObjectWatch<T> Watch<T>(ListQuery query, string afterRevision) where T : KubernetesObject =>
        new TypedWatch<T>(() => verbs.Watch(Parse<T>(query), new Revision(long.Parse(afterRevision, CultureInfo.InvariantCulture))), afterRevision);

    public async ValueTask<T> CreateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject =>
        (T)(await verbs.Create.RunAsync(ScopeOf(item), item, stop)).Item;

    public async ValueTask<T> UpdateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject =>
        (T)(await verbs.Update.RunAsync(ScopeOf(item), item.Metadata.Name!, item, UpdatePart.Main, stop)).Item;

    public async ValueTask<T> UpdateStatusAsync<T>(T item, CancellationToken stop) where T : KubernetesObject =>
        (T)(await verbs.Update.RunAsync(ScopeOf(item), item.Metadata.Name!, item, UpdatePart.Status, stop)).Item;

    public async ValueTask DeleteAsync<T>(ObjectKey key, DeleteOptions? options, CancellationToken stop) where T : KubernetesObject =>
        await verbs.Delete.RunAsync(new(Served<T>(), key.Namespace, _user), key.Name, options ?? new DeleteOptions(), stop);

    public ValueTask BindAsync(Binding binding, CancellationToken stop) =>
        verbs.Pods.BindAsync(new(Served<Pod>(), binding.Metadata.Namespace ?? "", _user), binding, stop);

    public async ValueTask<Namespace> FinalizeAsync(Namespace item, CancellationToken stop) =>
        (Namespace)(await verbs.Update.RunAsync(ScopeOf(item), item.Metadata.Name!, item, UpdatePart.Finalizers, stop)).Item;

    public ValueTask<TokenRequest> CreateTokenAsync(ObjectKey serviceAccount, TokenRequest request, CancellationToken stop) =>
        verbs.Tokens.CreateAsync(serviceAccount, request, stop);

    private ObjectQuery Parse<T>(ListQuery query) where T : KubernetesObject =>
        ObjectQuery.Parse(Served<T>(), query.Namespace, query.LabelSelector, query.FieldSelector);

    private ServedKind Served<T>() where T : KubernetesObject => verbs.Kinds.Of(BuiltInKinds.Of<T>());

    private WriteScope ScopeOf(KubernetesObject item) => new(verbs.Kinds.Of(BuiltInKinds.Of(item)), item.Metadata.Namespace ?? "", _user);

    /// <summary>Opened by the first wait, which is where refusals are told, as over HTTP.</summary>
    private sealed class TypedWatch<T>(Func<ObjectWatch> open, string after) : IObjectWatch<T> where T : KubernetesObject
    {
        private ObjectWatch? _watch;

        public string Revision => _watch?.Progress.ToString() ?? after;

        public async ValueTask<IReadOnlyList<WatchEvent<T>>> NextAsync(CancellationToken stop)
        {
            _watch ??= open();
            return [.. (await _watch.NextAsync(stop)).Select(e => new WatchEvent<T>(e.Type, (T)e.Form.Item))];
        }

        public ValueTask DisposeAsync()
        {
            _watch?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

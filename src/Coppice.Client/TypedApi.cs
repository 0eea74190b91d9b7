using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Client;

/// <summary>The door to the API for kinds that have a record: the record says which kind is meant.</summary>
public static class TypedApi
{
    /// <summary>One object, or null if there is none of that name.</summary>
    public static ValueTask<KubernetesObject?> FindAsync(this IApiClient api, Kind kind, ObjectKey key, CancellationToken stop) =>
        api.FindAsync(kind, key, null, stop);

    /// <summary>One object, or null if there is none of that name.</summary>
    public static async ValueTask<T?> FindAsync<T>(this IApiClient api, ObjectKey key, CancellationToken stop) where T : KubernetesObject =>
        (T?)await api.FindAsync(BuiltInKinds.Of<T>(), key, stop);

    public static async ValueTask<ObjectList<T>> ListAsync<T>(this IApiClient api, ListQuery query, CancellationToken stop) where T : KubernetesObject
    {
        var list = await api.ListAsync(BuiltInKinds.Of<T>(), query, stop);
        return new([.. list.Items.Cast<T>()], list.Revision);
    }

    /// <summary>What happens to the objects of a query after a revision (a list's).</summary>
    public static IObjectWatch<T> Watch<T>(this IApiClient api, ListQuery query, string afterRevision) where T : KubernetesObject =>
        new TypedWatch<T>(api.Watch(BuiltInKinds.Of<T>(), query, afterRevision));

    public static ValueTask<T> CreateAsync<T>(this IApiClient api, T item, CancellationToken stop) where T : KubernetesObject =>
        WriteAsync(api, item, new ObjectWrite.Create(item), stop);

    /// <returns>False if there was such an object already; it is left as it is.</returns>
    public static async Task<bool> CreateIfAbsentAsync<T>(this IApiClient api, T item, CancellationToken stop) where T : KubernetesObject
    {
        if (await api.FindAsync<T>(ObjectKey.Of(item), stop) is not null)
        {
            return false;
        }

        await api.CreateAsync(item, stop);
        return true;
    }

    /// <summary>Replaces an object. With a resourceVersion in its metadata, only if that is still the newest (else a Conflict).</summary>
    public static ValueTask<T> UpdateAsync<T>(this IApiClient api, T item, CancellationToken stop) where T : KubernetesObject =>
        WriteAsync(api, item, new ObjectWrite.Update(item), stop);

    /// <summary>Replaces an object's status; everything else is left as it is.</summary>
    public static ValueTask<T> UpdateStatusAsync<T>(this IApiClient api, T item, CancellationToken stop) where T : KubernetesObject =>
        WriteAsync(api, item, new ObjectWrite.Update(item, "status"), stop);

    public static ValueTask DeleteAsync<T>(this IApiClient api, ObjectKey key, DeleteOptions? options, CancellationToken stop) where T : KubernetesObject =>
        api.DeleteAsync(BuiltInKinds.Of<T>(), key, options, stop);

    /// <summary>Assigns a pod to a node.</summary>
    public static async ValueTask BindAsync(this IApiClient api, Binding binding, CancellationToken stop) =>
        await api.WriteAsync(BuiltInKinds.Of<Pod>(), new ObjectWrite.Create(ObjectKey.Of(binding), binding, "binding"), stop);

    /// <summary>Writes a namespace's finalizers, which no other verb does; with none left, the namespace goes.</summary>
    public static ValueTask<Namespace> FinalizeAsync(this IApiClient api, Namespace item, CancellationToken stop) =>
        WriteAsync(api, item, new ObjectWrite.Update(item, "finalize"), stop);

    /// <summary>A token for a service account, as its namespace's pods mount it.</summary>
    public static async ValueTask<TokenRequest> CreateTokenAsync(
        this IApiClient api, ObjectKey serviceAccount, TokenRequest request, CancellationToken stop) =>
        (TokenRequest)await api.WriteAsync(BuiltInKinds.Of<ServiceAccount>(), new ObjectWrite.Create(serviceAccount, request, "token"), stop);

    // Of the kind that the item is, whatever it is declared as.
    private static async ValueTask<T> WriteAsync<T>(IApiClient api, T item, ObjectWrite write, CancellationToken stop) where T : KubernetesObject =>
        (T)await api.WriteAsync(BuiltInKinds.Of(item), write, stop);

    private sealed class TypedWatch<T>(IObjectWatch<KubernetesObject> inner) : IObjectWatch<T> where T : KubernetesObject
    {
        public string Revision => inner.Revision;

        public async ValueTask<IReadOnlyList<WatchEvent<T>>> NextAsync(CancellationToken stop) =>
            [.. (await inner.NextAsync(stop)).Select(e => new WatchEvent<T>(e.Type, (T)e.Item))];

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Client;

/// <summary>
/// The one door to the API, for every component: in the API server's process it calls the verbs directly and shares their immutable
/// objects, elsewhere it speaks HTTP. Refusals are <see cref="ApiException"/>s, the same by either way.
/// </summary>
public interface IApiClient
{
    /// <summary>One object, or null if there is none of that name.</summary>
    ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken stop) where T : KubernetesObject;

    ValueTask<ObjectList<T>> ListAsync<T>(ListQuery query, CancellationToken stop) where T : KubernetesObject;

    /// <summary>What happens to the objects of a query after a revision (a list's).</summary>
    IObjectWatch<T> Watch<T>(ListQuery query, string afterRevision) where T : KubernetesObject;

    ValueTask<T> CreateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject;

    /// <summary>Replaces an object. With a resourceVersion in its metadata, only if that is still the newest (else a Conflict).</summary>
    ValueTask<T> UpdateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject;

    /// <summary>Replaces an object's status; everything else is left as it is.</summary>
    ValueTask<T> UpdateStatusAsync<T>(T item, CancellationToken stop) where T : KubernetesObject;

    ValueTask DeleteAsync<T>(ObjectKey key, DeleteOptions? options, CancellationToken stop) where T : KubernetesObject;

    /// <summary>Assigns a pod to a node.</summary>
    ValueTask BindAsync(Binding binding, CancellationToken stop);

    /// <summary>Writes a namespace's finalizers, which no other verb does; with none left, the namespace goes.</summary>
    ValueTask<Namespace> FinalizeAsync(Namespace item, CancellationToken stop);

    /// <summary>A token for a service account, as its namespace's pods mount it.</summary>
    ValueTask<Objects.Authentication.TokenRequest> CreateTokenAsync(
        ObjectKey serviceAccount, Objects.Authentication.TokenRequest request, CancellationToken stop);
}

/// <summary>Which objects to list or watch.</summary>
/// <param name="Namespace">Null or empty for all.</param>
/// <param name="FieldSelector">As in a URL: "spec.nodeName=n1".</param>
/// <param name="LabelSelector">As in a URL: "app=web".</param>
public sealed record ListQuery(string? Namespace = null, string? FieldSelector = null, string? LabelSelector = null)
{
    public static readonly ListQuery All = new();
}

/// <param name="Revision">What to watch from.</param>
public sealed record ObjectList<T>(IReadOnlyList<T> Items, string Revision);

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,
}

/// <param name="Item">The object; for a deletion as it was last.</param>
public sealed record WatchEvent<T>(WatchEventType Type, T Item);

/// <summary>A place in the history of a query's objects. Used by one reader at a time.</summary>
public interface IObjectWatch<T> : IAsyncDisposable
{
    /// <summary>Waits for events, then returns all there are.</summary>
    /// <exception cref="ApiException">With reason Expired: the place is too old; list again.</exception>
    ValueTask<IReadOnlyList<WatchEvent<T>>> NextAsync(CancellationToken stop);

    /// <summary>Everything up to this revision was returned.</summary>
    string Revision { get; }
}

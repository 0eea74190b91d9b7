using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.Client;

/// <summary>
/// The one door to the API, for every component: in the API server's process it calls the verbs directly and shares their immutable
/// objects, elsewhere it speaks HTTP. Refusals are <see cref="ApiException"/>s, the same by either way. Kinds are told by value, so that
/// one that is known only at run time is asked for like any other; <see cref="TypedApi"/> has the short ways for those with a record.
/// </summary>
public interface IApiClient
{
    /// <summary>One object, or a part of it that is a subresource of its own ("scale"); null if there is none of that name.</summary>
    /// <param name="subresource">Null for the object itself.</param>
    ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop);

    ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop);

    /// <summary>What happens to the objects of a query after a revision (a list's).</summary>
    IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision);

    /// <summary>Makes, replaces or patches an object of this kind, or writes to one of its subresources.</summary>
    /// <returns>What was written as it is now: of a subresource that is a kind of its own (a Scale, a TokenRequest), that.</returns>
    ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop);

    ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop);
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

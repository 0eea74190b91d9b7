using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>What controllers find objects by. Each is one function, so that all who ask a cache for it share one index.</summary>
internal static class Indexes
{
    /// <summary>The uids of all that an object names among its owners.</summary>
    public static readonly Func<KubernetesObject, IEnumerable<string>> ByOwner = item => item.Metadata.OwnerReferences.Select(r => r.Uid);

    public static readonly Func<KubernetesObject, IEnumerable<string>> ByNamespace = item => [item.Metadata.Namespace ?? ""];

    /// <summary>The namespaces of objects that no controller owns.</summary>
    public static readonly Func<KubernetesObject, IEnumerable<string>> Orphans =
        item => ControllerRef.Of(item) is null ? [item.Metadata.Namespace ?? ""] : [];

    /// <summary>The keys, as text, of the claims that a pod uses.</summary>
    public static readonly Func<Pod, IEnumerable<string>> ByClaim = pod => PodClaims.Of(pod).Select(claim => claim.ToString());

    public static readonly Func<Pod, IEnumerable<string>> ByNode = pod => pod.Spec.NodeName is { Length: > 0 } node ? [node] : [];
}

/// <summary>The objects of a kind by their controllers.</summary>
internal sealed class ControllerIndex<T>(ObjectCache<T> cache)
    where T : KubernetesObject
{
    private readonly CacheIndex<T> _byOwner = cache.AddIndex(Indexes.ByOwner);
    private readonly CacheIndex<T> _orphans = cache.AddIndex(Indexes.Orphans);

    /// <summary>The objects whose controller has this uid.</summary>
    public IReadOnlyList<T> ControlledBy(string? uid) =>
        uid is null ? [] : [.. _byOwner.Find(uid).Where(i => ControllerRef.Of(i)?.Uid == uid)];

    /// <summary>The objects of a namespace that no controller owns.</summary>
    public IReadOnlyList<T> Orphans(string? ns) => _orphans.Find(ns ?? "");
}

using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.PodCollection;

/// <summary>
/// Removes pods that nobody else removes: of very many that have ended the oldest, those that go and never had a node, and those that go
/// on a node that is out of service.
/// </summary>
internal sealed class PodCollector(IApiClient api, CacheSet caches, int endedMax) : IDeclaredReconciler
{
    private const string OutOfService = "node.kubernetes.io/out-of-service";

    /// <summary>Stands for all that have ended.</summary>
    private static readonly ObjectKey Ended = new("", "");

    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();
    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();
    private readonly CacheIndex<Pod> _byNode = caches.Of<Pod>().AddIndex(Indexes.ByNode);

    // Written by the cache's handlers, which run one after another.
    private volatile int _ended;

    public Controller Declare(Controller controller) => controller
        .WokenBy(_pods, OfPod)
        .WokenBy(_nodes, change => change.New is { } node && IsOutOfService(node)
            ? _byNode.Find(node.Metadata.Name!).Where(pod => pod.Metadata.DeletionTimestamp is not null).Select(ObjectKey.Of)
            : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (key == Ended)
        {
            foreach (var pod in TooMany(_pods.Items, endedMax))
            {
                await DeleteAsync(pod, stop);
            }
        }
        else if (_pods.Find(key) is { } pod && IsLost(pod))
        {
            await EndAsync(pod, stop);
        }

        return ReconcileResult.Done;
    }

    /// <summary>Those that were evicted first, then the oldest, as in Kubernetes.</summary>
    internal static IReadOnlyList<Pod> TooMany(IReadOnlyList<Pod> pods, int endedMax)
    {
        var ended = pods.Where(PodState.IsTerminal).ToList();
        return
        [
            .. ended
                .OrderBy(pod => pod.Status.Reason != "Evicted")
                .ThenBy(pod => pod.Metadata.CreationTimestamp)
                .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
                .Take(Math.Max(0, ended.Count - endedMax)),
        ];
    }

    private IEnumerable<ObjectKey> OfPod(ObjectChange<Pod> change)
    {
        var hadEnded = change.Old is { } old && PodState.IsTerminal(old);
        var hasEnded = change.New is { } item && PodState.IsTerminal(item);
        _ended += (hasEnded ? 1 : 0) - (hadEnded ? 1 : 0);
        return (hasEnded && !hadEnded && _ended > endedMax, change.New is { } pod && IsLost(pod)) switch
        {
            (true, true) => [Ended, ObjectKey.Of(change.Item)],
            (true, false) => [Ended],
            (false, true) => [ObjectKey.Of(change.Item)],
            _ => [],
        };
    }

    /// <summary>It goes, and nobody will ever say that it has gone.</summary>
    private bool IsLost(Pod pod) => pod.Metadata.DeletionTimestamp is not null
        && (string.IsNullOrEmpty(pod.Spec.NodeName)
            ? !PodState.IsTerminal(pod)
            : _nodes.Find(new("", pod.Spec.NodeName)) is { } node && IsOutOfService(node));

    private static bool IsOutOfService(Node node) => !NodeConditions.IsReady(node) && node.Spec.Taints.Any(taint => taint.Key == OutOfService);

    /// <summary>Whoever keeps it by a finalizer learns that it has failed.</summary>
    private async ValueTask EndAsync(Pod pod, CancellationToken stop)
    {
        try
        {
            if (!PodState.IsTerminal(pod))
            {
                await api.SetPhaseAsync(pod, PodPhase.Failed, stop);
            }
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or another pod of its name.
            return;
        }

        await DeleteAsync(pod, stop);
    }

    private async ValueTask DeleteAsync(Pod pod, CancellationToken stop)
    {
        try
        {
            await api.DeleteAsync<Pod>(ObjectKey.Of(pod), new() { GracePeriodSeconds = 0, Preconditions = new() { Uid = pod.Metadata.Uid } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone already.
        }
    }
}

using Coppice.Client;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>Keeps the EndpointSlices of a service equal to its pods, at once and with no gathering of changes.</summary>
internal sealed class EndpointSliceReconciler : IDeclaredReconciler
{
    private const string Sharing = "sharing";

    private readonly IEventRecorder _events;
    private readonly ObjectCache<Service> _services;
    private readonly ObjectCache<Node> _nodes;
    private readonly ServicePods _pods;
    private readonly SliceWrites _slices;
    private readonly CacheIndex<Service> _sharing;
    private readonly CacheIndex<Pod> _podsByNode;

    public EndpointSliceReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time)
    {
        _events = events;
        (_services, _nodes) = (caches.Of<Service>(), caches.Of<Node>());
        (_pods, _slices) = (new(caches), new(api, caches, time));
        _podsByNode = _pods.Cache.AddIndex(Indexes.ByNode);
        _sharing = _services.AddIndex(service => ZoneHints.AreWanted(service) ? [Sharing] : []);
    }

    public Controller Declare(Controller controller) => controller
        .Watches(_services)
        .WokenBy(_pods.Cache, _pods.ServicesOf)
        .WokenBy(_nodes, change => change.Old is null || change.New is null ? ServicesOn(change.Item) : [])
        .WokenBy(_nodes, change => ZoneShares.IsChange(change.Old, change.New) ? _sharing.Find(Sharing).Select(ObjectKey.Of) : [])
        .WokenBy(_slices.Cache, change => _slices.IsOwn(change) ? [] : ServiceOf(change.Item));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // The slices of a deleted service go with their owner.
        if (_services.Find(key) is not { Metadata.DeletionTimestamp: null } service || !ServicePods.HasPods(service))
        {
            return ReconcileResult.Done;
        }

        var existing = _slices.Of(key, SlicePlanner.Controller);
        var plan = SlicePlanner.Plan(service, _pods.Of(service), n => _nodes.Find(new("", n)), existing, () => ZoneShares.Among(_nodes.Items));
        await _slices.ApplyAsync(plan, stop);
        foreach (var news in plan.News)
        {
            var (type, reason) = news.AreGiven ? ("Normal", "TopologyAwareHintsEnabled") : ("Warning", "TopologyAwareHintsDisabled");
            _events.Record(service, type, reason, news.Message);
        }

        return ReconcileResult.Done;
    }

    /// <summary>The services of the pods of a node that came or went.</summary>
    private IEnumerable<ObjectKey> ServicesOn(Node node) =>
        _podsByNode.Find(node.Metadata.Name!).SelectMany(pod => _pods.ServicesOf(new(null, pod))).Distinct();

    /// <summary>A slice of ours that somebody else changed or deleted is put right.</summary>
    private static IEnumerable<ObjectKey> ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(SlicePlanner.ManagedBy) == SlicePlanner.Controller && slice.Metadata.Labels.Find(SlicePlanner.ServiceName) is { } service
            ? [new ObjectKey(slice.Metadata.Namespace ?? "", service)]
            : [];
}

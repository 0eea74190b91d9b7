using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A volume that says by labels in which zones and regions it is, is used there. A node that says nothing of the kind is anywhere.</summary>
internal sealed class VolumeZoneFilter : IFilter
{
    /// <summary>Between the zones of a volume that is in several.</summary>
    private const string Separator = "__";

    private static readonly string[] Labels = [PlaceLabels.OldZone, PlaceLabels.OldRegion, PlaceLabels.Zone, PlaceLabels.Region];

    private static readonly Rejection Elsewhere = Rejection.Unresolvable("node(s) had no available volume zone");

    public ClusterEvents WokenBy => ClusterEvents.Storage | ClusterEvents.Claim | ClusterEvents.NodeAdded | ClusterEvents.NodeLabels;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        if (!pod.HasClaims)
        {
            return null;
        }

        var places = PodClaims.Of(pod.Pod)
            .Select(key => cluster.Storage.Claim(key)?.Spec.VolumeName is { Length: > 0 } volume ? cluster.Storage.Volume(volume) : null)
            .OfType<PersistentVolume>()
            .SelectMany(volume => Labels.Where(volume.Metadata.Labels.ContainsKey).Select(label => (Label: label, Values: volume.Metadata.Labels[label].Split(Separator))))
            .ToList();
        return places.Count == 0 ? null : node => IsAnywhere(node) || places.TrueForAll(place => IsIn(node, place.Label, place.Values)) ? null : Elsewhere;
    }

    private static bool IsAnywhere(NodeInfo node) => !Array.Exists(Labels, label => node.Labels.ContainsKey(label));

    private static bool IsIn(NodeInfo node, string label, string[] values) =>
        (node.Labels.Find(label) ?? node.Labels.Find(label switch { PlaceLabels.OldZone => PlaceLabels.Zone, PlaceLabels.OldRegion => PlaceLabels.Region, _ => label })) is { } place
        && values.Contains(place);
}

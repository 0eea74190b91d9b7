using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Simulation.Checks.Laws;

namespace Coppice.Simulation.Checks.Breaches;

internal static class VolumeBreaches
{
    private static readonly PersistentVolumeClaim Asking = Claim("claim", null);
    private static readonly PersistentVolumeClaim Bound = Claim("claim", "volume");
    private static readonly PersistentVolume Free = Volume("volume", null, PersistentVolumePhase.Available);
    private static readonly PersistentVolume Taken = Volume("volume", "claim", PersistentVolumePhase.Bound);
    private static readonly Pod User = WithClaim("pod", "node-1");

    public static IEnumerable<Breach> All =>
    [
        Of("a volume goes from one claim to another", "goes from one claim to another", new(Taken), new(Volume("volume", "other", PersistentVolumePhase.Bound))),
        Of("a volume is gone and its claim is not", "is gone, and its claim is not", new(Taken, Bound), Moment.End(Taken)),
        Of("a volume becomes smaller", "volume volume shrinks from 2Gi to 1Gi", new(Sized(Free, "2Gi")), new(Free)),
        Of("two volumes are bound to one claim", "are bound to one claim", new(Taken, Bound), new(Volume("second", "claim", PersistentVolumePhase.Bound))),
        Of("a volume is given up under its claim", "is released, and its claim is there", new(Taken, Bound), new(Volume("volume", "claim", PersistentVolumePhase.Released))),
        Of("a claim goes from one volume to another", "goes from one volume to another", new(Taken, Bound), new(Claim("claim", "second"))),
        Of("a claim loses its volume", "has lost its volume", new(Taken, Bound), new(Bound with { Status = new() { Phase = PersistentVolumeClaimPhase.Lost } })),
        Of("a claim becomes smaller", "claim default/claim shrinks from 2Gi to 1Gi", new(Sized(Taken, "2Gi"), Sized(Bound, "2Gi")), new(Sized(Bound, "1Gi"))),
        Of("a claim says more than its volume has", "which has 1Gi", new(Taken, Bound), new(Sized(Bound, "2Gi"))),
        Of("a claim is bound to a volume that names another", "is bound to volume, which names other", new(Volume("volume", "other", PersistentVolumePhase.Bound), Asking), new(Bound)),
        Of(
            "two claims are bound to one volume", "claims default/second and default/claim are bound to one volume",
            new(Taken, Bound), new(Free), new(Volume("volume", "second", PersistentVolumePhase.Bound)), new(Claim("second", "volume"))),
        Of("a claim is gone under a pod", "is gone, and pod pod uses it", new(Taken, Bound), new(User), Moment.End(Bound)),
        Of("a pod gets a node before its claim has a volume", "its claim default/claim is not bound", new(Asking), new(WithClaim("pod", null)), new(User)),
        Of("a pod gets a node where its volume is not", "is elsewhere", new(On(Taken, "node-2"), Bound, Node("node-1"), Node("node-2")), new(WithClaim("pod", null)), new(User)),
    ];

    private static Breach Of(string what, string words, params IReadOnlyList<Moment> moments) => new(what, ground => new VolumeLaw(ground.World), words, moments);

    private static PersistentVolumeClaim Claim(string name, string? volume) => new()
    {
        Metadata = Made.Named(name) with { Annotations = volume is null ? default : ValueMap.Of((VolumeBinding.Completed, "yes")) },
        Spec = new() { VolumeName = volume },
        Status = volume is null
            ? new() { Phase = PersistentVolumeClaimPhase.Pending }
            : new() { Phase = PersistentVolumeClaimPhase.Bound, Capacity = Size("1Gi") },
    };

    private static PersistentVolume Volume(string name, string? claim, string phase) => new()
    {
        Metadata = new() { Name = name, Uid = name },
        Spec = new() { Capacity = Size("1Gi"), ClaimRef = claim is null ? null : new() { Namespace = Made.Space, Name = claim, Uid = claim } },
        Status = new() { Phase = phase },
    };

    private static ValueMap<Quantity> Size(string size) => ValueMap.Of((ResourceName.Storage, Quantity.Parse(size)));

    private static PersistentVolume Sized(PersistentVolume volume, string size) => volume with { Spec = volume.Spec with { Capacity = Size(size) } };

    private static PersistentVolumeClaim Sized(PersistentVolumeClaim claim, string size) => claim with { Status = claim.Status with { Capacity = Size(size) } };

    private static PersistentVolume On(PersistentVolume volume, string node) => volume with
    {
        Spec = volume.Spec with
        {
            NodeAffinity = new()
            {
                Required = new() { NodeSelectorTerms = [new() { MatchExpressions = [new() { Key = "kubernetes.io/hostname", Operator = "In", Values = [node] }] }] },
            },
        },
    };

    private static Coppice.Objects.Core.Node Node(string name) => new()
    {
        Metadata = new() { Name = name, Uid = name, Labels = ValueMap.Of(("kubernetes.io/hostname", name)) },
    };

    private static Pod WithClaim(string name, string? node)
    {
        var pod = Made.Pod(name, PodPhase.Pending, node);
        return pod with { Spec = pod.Spec with { Volumes = [new() { Name = "data", PersistentVolumeClaim = new() { ClaimName = "claim" } }] } };
    }
}

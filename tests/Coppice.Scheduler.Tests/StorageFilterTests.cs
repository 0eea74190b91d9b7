using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class StorageFilterTests
{
    private const string NotHelpful = " preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";

    private readonly ClusterState _cluster = new();

    [Fact]
    public void A_pod_waits_for_a_claim_that_is_not_there() =>
        Assert.Equal("0/2 nodes are available: persistentvolumeclaim \"data\" not found." + NotHelpful, MessageOf(Plan("data")));

    [Fact]
    public void A_claim_that_is_bound_at_once_is_bound_before_its_pod_gets_a_node()
    {
        Class("early", waits: false);
        Claim("data", "early");
        Assert.Equal("0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims." + NotHelpful, MessageOf(Plan("data")));
    }

    [Fact]
    public void A_claim_that_is_going_or_lost_keeps_its_pod_waiting()
    {
        Claim("going", "late", claim => claim with { Metadata = claim.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } });
        Assert.StartsWith("0/2 nodes are available: persistentvolumeclaim \"going\" is being deleted.", MessageOf(Plan("going")));

        Claim("lost", "late", claim => claim with { Spec = claim.Spec with { VolumeName = "v" }, Status = new() { Phase = PersistentVolumeClaimPhase.Lost } });
        Assert.StartsWith("0/2 nodes are available: persistentvolumeclaim \"lost\" bound to non-existent persistentvolume \"v\".", MessageOf(Plan("lost")));
    }

    [Fact]
    public void A_pod_goes_where_its_volume_is_reached()
    {
        Bound("data", "v");
        Volume("v", "late", node: "b");
        Assert.Equal("b", NodeOf(Plan("data")));

        Volume("v", "late", node: "c");
        Assert.Equal("0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity." + NotHelpful, MessageOf(Plan("data")));

        Bound("other", "gone");
        Assert.StartsWith("0/2 nodes are available: 2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).", MessageOf(Plan("other")));
    }

    [Fact]
    public void A_claim_that_waits_gets_a_volume_of_the_pods_node()
    {
        Class("late", waits: true, VolumeBinding.NoProvisioner);
        Claim("data", "late");
        Assert.StartsWith("0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.", MessageOf(Plan("data")));

        Volume("v", "late", node: "b");
        Assert.Equal("b", NodeOf(Plan("data")));
        var needs = Needs("b", "data");
        Assert.Equal("data", Assert.Single(needs.Volumes).Spec.ClaimRef?.Name);
        Assert.Empty(needs.Claims);
        Assert.False(needs.AreBound);
    }

    [Fact]
    public void Two_claims_of_a_pod_get_two_volumes()
    {
        Class("late", waits: true, VolumeBinding.NoProvisioner);
        Claim("one", "late");
        Claim("two", "late");
        Volume("v", "late", node: "b");
        Assert.Null(NodeOf(Plan("one", "two")));

        Volume("w", "late", node: "b");
        Assert.Equal("b", NodeOf(Plan("one", "two")));
    }

    [Fact]
    public void Where_there_is_none_a_volume_is_made_for_the_chosen_node()
    {
        Class("late", waits: true);
        Claim("data", "late");
        Assert.Equal("a", Assert.Single(Needs("a", "data").Claims).Metadata.Annotations["volume.kubernetes.io/selected-node"]);

        Claim("data", "late", claim => claim with { Metadata = claim.Metadata with { Annotations = ValueMap.Of((VolumeBinding.SelectedNode, "b")) } });
        Assert.Equal("b", NodeOf(Plan("data")));
        Assert.Empty(Needs("b", "data").Claims);
        Assert.False(Needs("b", "data").AreBound);
    }

    [Fact]
    public void A_claim_for_one_pod_is_not_shared_on_whatever_node()
    {
        Bound("data", "v", PersistentVolumeAccessMode.ReadWriteOncePod);
        Volume("v", "late", node: null);
        Assert.NotNull(NodeOf(Plan("data")));
        Assert.StartsWith(
            "0/2 nodes are available: 2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.",
            MessageOf(World.Plan(_cluster, Using("data"), [Node("a"), Node("b")], Using("data") with { Metadata = new() { Namespace = "default", Name = "first" }, Spec = Using("data").Spec with { NodeName = "a" } })));
    }

    [Fact]
    public void A_volume_of_a_zone_is_used_there()
    {
        Bound("data", "v");
        Volume("v", "late", node: null, volume => volume with { Metadata = volume.Metadata with { Labels = ValueMap.Of((PlaceLabels.Zone, "1__2")) } });
        Node[] nodes = [Node("a", labels: (PlaceLabels.Zone, "3")), Node("b", labels: (PlaceLabels.Region, "x"))];
        Assert.StartsWith("0/2 nodes are available: 2 node(s) had no available volume zone.", MessageOf(World.Plan(_cluster, Using("data"), nodes)));
        Assert.Equal("a", NodeOf(World.Plan(_cluster, Using("data"), [Node("a", labels: (PlaceLabels.Zone, "2"))])));

        // A node that says nothing of where it is, is anywhere.
        Assert.Equal("a", NodeOf(World.Plan(_cluster, Using("data"), [Node("a")])));
        Volume("v", "late", node: null, volume => volume with { Metadata = volume.Metadata with { Labels = ValueMap.Of((PlaceLabels.OldZone, "1")) } });
        Assert.Equal("b", NodeOf(World.Plan(_cluster, Using("data"), [Node("a", labels: (PlaceLabels.Zone, "3")), Node("b", labels: (PlaceLabels.Zone, "1"))])));
    }

    [Fact]
    public void A_node_gets_no_more_volumes_of_a_driver_than_that_says()
    {
        Class("late", waits: true);
        foreach (var name in (string[])["one", "two"])
        {
            Bound(name, name);
            Volume(name, "late", node: null, volume => volume with { Spec = volume.Spec with { Csi = new() { Driver = "example.com/disks", VolumeHandle = name } } });
        }

        Claim("three", "late");
        _cluster.Storage.Learn(new Client.ObjectChange<CSINode>(null, new() { Metadata = new() { Name = "a" }, Spec = new() { Drivers = [new() { Name = "example.com/disks", Allocatable = new() { Count = 1 } }] } }));
        Node[] nodes = [Node("a")];
        var there = Using("one") with { Metadata = Pod("there").Metadata };
        there = there.With(spec => spec with { NodeName = "a" });
        Assert.Equal("a", NodeOf(World.Plan(_cluster, Using("one"), nodes, there)));
        Assert.StartsWith("0/1 nodes are available: 1 node(s) exceed max volume count.", MessageOf(World.Plan(_cluster, Using("two"), nodes, there)));
        Assert.StartsWith("0/1 nodes are available: 1 node(s) exceed max volume count.", MessageOf(World.Plan(_cluster, Using("three"), nodes, there)));
        Assert.NotNull(NodeOf(World.Plan(_cluster, Using("two"), [Node("a"), Node("b")], there)));
    }

    [Fact]
    public void A_volume_that_is_attached_without_a_pod_counts_too_and_once()
    {
        Class("late", waits: true);
        foreach (var name in (string[])["one", "two"])
        {
            Bound(name, name);
            Volume(name, "late", node: null, volume => volume with { Spec = volume.Spec with { Csi = new() { Driver = "example.com/disks", VolumeHandle = name } } });
        }

        _cluster.Storage.Learn(new Client.ObjectChange<CSINode>(null, new() { Metadata = new() { Name = "a" }, Spec = new() { Drivers = [new() { Name = "example.com/disks", Allocatable = new() { Count = 1 } }] } }));
        var attachment = new VolumeAttachment
        {
            Metadata = new() { Name = "at" },
            Spec = new() { Attacher = "example.com/disks", NodeName = "a", Source = new() { PersistentVolumeName = "one" } },
        };
        _cluster.Storage.Learn(new Client.ObjectChange<VolumeAttachment>(null, attachment));
        Assert.Equal("a", NodeOf(World.Plan(_cluster, Using("one"), [Node("a")])));
        Assert.StartsWith("0/1 nodes are available: 1 node(s) exceed max volume count.", MessageOf(World.Plan(_cluster, Using("two"), [Node("a")])));
        _cluster.Storage.Learn(new Client.ObjectChange<VolumeAttachment>(attachment, null));
        Assert.Equal("a", NodeOf(World.Plan(_cluster, Using("two"), [Node("a")])));
    }

    [Fact]
    public void A_disk_that_pods_name_is_written_to_by_one_of_a_node()
    {
        static Pod Writing(string name, string? on, bool readOnly = false) => Pod(name, on: on).With(spec => spec with
        {
            Volumes = [new Volume { Name = "d", GcePersistentDisk = new() { PdName = "disk", ReadOnly = readOnly } }],
        });
        Assert.StartsWith(
            "0/1 nodes are available: 1 node(s) had no available disk.", MessageOf(World.Plan(Writing("new", null), [Node("a")], Writing("old", "a", readOnly: true))));
        Assert.Equal("a", NodeOf(World.Plan(Writing("new", null, readOnly: true), [Node("a")], Writing("old", "a", readOnly: true))));
    }

    private static Pod Using(params string[] claims) => Pod("new").With(spec => spec with
    {
        Volumes = [.. claims.Select(claim => new Volume { Name = claim, PersistentVolumeClaim = new() { ClaimName = claim } })],
    });

    private World.Planned Plan(params string[] claims) => World.Plan(_cluster, Using(claims), [Node("a"), Node("b")]);

    private StorageNeeds Needs(string node, string claim) => PodStorage.Of(Using(claim), _cluster.Storage)!.NeedsOn(Node(node));

    private void Class(string name, bool waits, string provisioner = "example.com/disks") => _cluster.Storage.Learn(new Client.ObjectChange<StorageClass>(null, new()
    {
        Metadata = new() { Name = name },
        Provisioner = provisioner,
        VolumeBindingMode = waits ? VolumeBindingMode.WaitForFirstConsumer : VolumeBindingMode.Immediate,
    }));

    private void Bound(string name, string volume, string mode = PersistentVolumeAccessMode.ReadWriteOnce) => Claim(name, "late", claim => claim with
    {
        Metadata = claim.Metadata with { Annotations = ValueMap.Of((VolumeBinding.Completed, "yes")) },
        Spec = claim.Spec with { VolumeName = volume, AccessModes = [mode] },
        Status = new() { Phase = PersistentVolumeClaimPhase.Bound },
    });

    private void Claim(string name, string storageClass, Func<PersistentVolumeClaim, PersistentVolumeClaim>? change = null)
    {
        var claim = new PersistentVolumeClaim
        {
            Metadata = new() { Namespace = "default", Name = name },
            Spec = new()
            {
                AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) },
                StorageClassName = storageClass,
            },
        };
        _cluster.Storage.Learn(new Client.ObjectChange<PersistentVolumeClaim>(null, change?.Invoke(claim) ?? claim));
    }

    private void Volume(string name, string storageClass, string? node, Func<PersistentVolume, PersistentVolume>? change = null)
    {
        var volume = new PersistentVolume
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))),
                StorageClassName = storageClass,
                NodeAffinity = node is null ? null : new()
                {
                    Required = new()
                    {
                        NodeSelectorTerms = [new() { MatchExpressions = [new() { Key = "kubernetes.io/hostname", Operator = NodeSelectorOperator.In, Values = [node] }] }],
                    },
                },
            },
            Status = new() { Phase = PersistentVolumePhase.Available },
        };
        _cluster.Storage.Set(name, change?.Invoke(volume) ?? volume);
    }
}

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;
using Coppice.Objects.Storage;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

/// <summary>The loop and pods whose volumes are made where they go.</summary>
public sealed class VolumeSchedulingTests : SchedulingTest
{
    [Fact]
    public void A_pod_gets_its_node_when_the_claim_that_waited_for_it_is_bound_there()
    {
        var claim = ClaimThatWaitsForItsPod();
        Assert.Equal((null, "a"), (NodeOfPod("web"), FindPod("web").Status.NominatedNodeName));
        Assert.Empty(Events);

        // The node is kept for it meanwhile.
        Create(Pod("other", cpu: "1"));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("other"));

        Create(new PersistentVolume
        {
            Metadata = new() { Name = "v" },
            Spec = new()
            {
                AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))),
                HostPath = new() { Path = "/a" },
                ClaimRef = VolumeBinding.ReferenceTo(claim),
            },
        });
        Loop.Await(() => Api.UpdateAsync(
            claim with
            {
                Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.With(VolumeBinding.Completed, "yes") },
                Spec = claim.Spec with { VolumeName = "v" },
            },
            default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal(("a", null), (NodeOfPod("web"), FindPod("web").Status.NominatedNodeName));
    }

    [Fact]
    public void Volumes_are_chosen_even_where_the_pod_cannot_be_told_of_its_node()
    {
        Api.Fault = (verb, about) =>
        {
            if (verb == "update" && about is Pod)
            {
                throw new IOException("the connection was reset");
            }
        };
        ClaimThatWaitsForItsPod();
        Assert.Null(FindPod("web").Status.NominatedNodeName);
    }

    [Fact]
    public void A_pod_whose_volumes_cannot_be_chosen_is_nominated_for_nothing()
    {
        Api.Fault = (verb, about) =>
        {
            if (verb == "update" && about is PersistentVolumeClaim)
            {
                throw new IOException("the connection was reset");
            }
        };
        Create(Node("a", cpu: "1"));
        Create(Late);
        Create(Claim("data"));
        Create(Pod("web", cpu: "1").With(spec => spec with { Volumes = [new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = "data" } }] }));
        Loop.RunUntilIdle();
        Assert.Equal((null, null), (NodeOfPod("web"), FindPod("web").Status.NominatedNodeName));

        Api.Fault = (_, _) => { };
        Loop.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal("a", FindPod("web").Status.NominatedNodeName);
    }

    [Fact]
    public void A_pod_whose_volume_could_not_be_made_begins_anew()
    {
        var claim = ClaimThatWaitsForItsPod();

        Loop.Await(() => Api.UpdateAsync(claim with { Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.Without(VolumeBinding.SelectedNode) } }, default).AsTask());
        Create(Node("b", cpu: "4", memory: "80Gi"));
        Loop.RunUntilIdle();
        Assert.Contains("Warning FailedScheduling running PreBind plugin \"VolumeBinding\": binding volumes: provisioning failed for PVC \"data\"", Events);
        Assert.DoesNotContain(VolumeBinding.SelectedNode, Assert.Single(Api.All<PersistentVolumeClaim>()).Metadata.Annotations.Keys);
        Assert.Null(FindPod("web").Status.NominatedNodeName);

        // Not before its pause is over; then where it is best.
        Loop.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal("b", Assert.Single(Api.All<PersistentVolumeClaim>()).Metadata.Annotations[VolumeBinding.SelectedNode]);
        Assert.Equal("b", FindPod("web").Status.NominatedNodeName);
    }

    [Fact]
    public void A_pod_whose_claim_is_not_bound_in_time_is_told_and_tried_again()
    {
        Create(Node("a", cpu: "1"));
        Create(Late);
        Create(Claim("data"));
        Create(Pod("web", cpu: "1").With(spec => spec with { Volumes = [new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = "data" } }] }));
        Loop.RunUntilIdle();
        const string Over = "Warning FailedScheduling running PreBind plugin \"VolumeBinding\": binding volumes: context deadline exceeded";
        Loop.RunFor(TimeSpan.FromMinutes(9));
        Assert.DoesNotContain(Over, Events);

        // Meanwhile nobody else gets its room; when it was given up, it begins anew, and the claim still names the node.
        Loop.RunFor(TimeSpan.FromMinutes(2));
        Assert.Single(Events, Over);
        Loop.RunFor(TimeSpan.FromMinutes(11));
        Assert.Equal(2, Events.Count(note => note == Over));
        Assert.Equal("a", Assert.Single(Api.All<PersistentVolumeClaim>()).Metadata.Annotations[VolumeBinding.SelectedNode]);
    }

    [Fact]
    public void A_pod_whose_claim_is_for_one_pod_is_tried_when_that_one_is_gone_and_not_before()
    {
        Create(Node("a"));
        Create(OnA("data"));
        Create(ForOnePod("data"));
        Create(Using("first", "data", on: "a"));
        Create(Using("second", "data"));
        Loop.RunUntilIdle();
        var tried = Tried();
        Assert.NotEmpty(tried);

        // Others come and go, with and without claims of their own.
        Create(OnA("others"));
        Create(ForOnePod("others"));
        Create(Using("other", "others", on: "a"));
        Create(Pod("plain", on: "a"));
        Loop.RunFor(TimeSpan.FromSeconds(30));
        Delete("other");
        Delete("plain");
        Loop.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(tried, Tried());
        Assert.Null(NodeOfPod("second"));

        Delete("first");
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("second"));
    }

    [Fact]
    public void Pods_that_wait_for_their_volumes_spread_as_if_they_were_there()
    {
        string[] nodes = ["a", "b", "c"];
        foreach (var node in nodes)
        {
            Create(Node(node));
        }

        // There is less room on one of them than on the others, which counts for less than that it has none of these pods.
        Create(Pod("busy", cpu: "1", on: "a"));
        Create(Late);
        var selector = ValueMap.Of(("app", "db"));
        var set = Create(new StatefulSet
        {
            Metadata = new() { Namespace = "default", Name = "db" },
            Spec = new()
            {
                Selector = new() { MatchLabels = selector },
                ServiceName = "db",
                Template = new() { Metadata = new() { Labels = selector }, Spec = Pod("db").Spec },
            },
        });
        foreach (var name in (string[])["db-0", "db-1", "db-2"])
        {
            Create(Claim(name));
            var pod = Pod(name, labels: ("app", "db")).With(spec => spec with { Volumes = [new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = name } }] });
            Create(pod with { Metadata = pod.Metadata with { OwnerReferences = [new() { ApiVersion = "apps/v1", Kind = "StatefulSet", Name = "db", Uid = set.Metadata.Uid!, Controller = true }] } });
        }

        Loop.RunUntilIdle();
        Assert.Equal(nodes, Api.All<PersistentVolumeClaim>().Select(claim => claim.Metadata.Annotations[VolumeBinding.SelectedNode]).Order());
    }

    /// <summary>Its volumes are made where their pods go.</summary>
    private static StorageClass Late => new() { Metadata = new() { Name = "late" }, Provisioner = "example.com/disks", VolumeBindingMode = VolumeBindingMode.WaitForFirstConsumer };

    private static PersistentVolumeClaim Claim(string name) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new()
        {
            AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
            Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) },
            StorageClassName = Late.Metadata.Name,
        },
    };

    private static PersistentVolume OnA(string claim) => new()
    {
        Metadata = new() { Name = $"v-{claim}" },
        Spec = new()
        {
            AccessModes = [PersistentVolumeAccessMode.ReadWriteOncePod],
            Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))),
            HostPath = new() { Path = "/a" },
            ClaimRef = VolumeBinding.ReferenceTo(Claim(claim)),
        },
    };

    private static PersistentVolumeClaim ForOnePod(string name) => Claim(name) with
    {
        Metadata = new() { Namespace = "default", Name = name, Annotations = ValueMap.Of((VolumeBinding.Completed, "yes")) },
        Spec = Claim(name).Spec with { AccessModes = [PersistentVolumeAccessMode.ReadWriteOncePod], VolumeName = $"v-{name}" },
    };

    private static Pod Using(string name, string claim, string? on = null) =>
        Pod(name, on: on).With(spec => spec with { Volumes = [new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = claim } }] });

    /// <summary>How often pods were tried in vain, as the scheduler tells it.</summary>
    private string Tried() => Figures().Split('\n').FirstOrDefault(line => line.StartsWith("scheduler_schedule_attempts_total{", StringComparison.Ordinal) && line.Contains("unschedulable", StringComparison.Ordinal)) ?? "";

    private void Delete(string pod) => Loop.Await(async () =>
    {
        await Api.DeleteAsync<Pod>(new("default", pod), new() { GracePeriodSeconds = 0 }, default);
        return true;
    });

    /// <summary>The claim of the pod web, whose node a is chosen while its volume is still to be made.</summary>
    private PersistentVolumeClaim ClaimThatWaitsForItsPod()
    {
        Create(Node("a", cpu: "1"));
        Create(Late);
        Create(Claim("data"));
        Create(Pod("web", cpu: "1").With(spec => spec with { Volumes = [new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = "data" } }] }));
        Loop.RunUntilIdle();
        var claim = Assert.Single(Api.All<PersistentVolumeClaim>());
        Assert.Equal("a", claim.Metadata.Annotations[VolumeBinding.SelectedNode]);
        return claim;
    }
}

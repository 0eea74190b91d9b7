using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

/// <summary>Which nodes have the devices that pods claim, and which devices these are.</summary>
public sealed class DeviceFilterTests : DeviceTest
{
    private const string NotHelpful = " preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";

    [Fact]
    public void A_pod_goes_where_a_device_is_free()
    {
        Slice("b", "gpu-0");
        Claim("one");
        Claim("two");
        Assert.Equal("b", NodeOf(Plan("one")));
        var allocation = Allocate("b", "one");
        var result = Assert.Single(allocation.Devices.Results);
        Assert.Equal(("r0", Driver, "b", "gpu-0", null), (result.Request, result.Driver, result.Pool, result.Device, result.AdminAccess));
        var term = Assert.Single(Assert.Single(allocation.NodeSelector!.NodeSelectorTerms).MatchFields);
        Assert.Equal(("metadata.name", "In", "b"), (term.Key, term.Operator, Assert.Single(term.Values)));

        Assert.Equal("0/2 nodes are available: 2 cannot allocate all claims." + NotHelpful, MessageOf(Plan("two")));
    }

    [Fact]
    public void Claims_that_cannot_be_used_keep_their_pods_waiting()
    {
        Slice("b", "gpu-0");
        Assert.Equal("0/2 nodes are available: resourceclaim \"none\" not found." + NotHelpful, MessageOf(Plan("none")));

        Claim("going", change: claim => claim with { Metadata = claim.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } });
        Assert.StartsWith("0/2 nodes are available: resourceclaim \"going\" is being deleted.", MessageOf(Plan("going")));

        Claim("classless", new ExactDeviceRequest { DeviceClassName = "nothing" });
        Assert.StartsWith("0/2 nodes are available: request r0: device class nothing does not exist.", MessageOf(Plan("classless")));

        var full = Claim("full", change: claim => claim with
        {
            Status = new()
            {
                Allocation = new(),
                ReservedFor = [.. Enumerable.Range(0, 256).Select(n => new ResourceClaimConsumerReference { Resource = "pods", Name = $"p{n}", Uid = $"u{n}" })],
            },
        });
        Assert.StartsWith("0/2 nodes are available: resourceclaim in use.", MessageOf(Plan("full")));
        Learn(full with { Status = full.Status with { ReservedFor = [.. full.Status.ReservedFor.Skip(1)] } });
        Assert.NotNull(NodeOf(Plan("full")));
    }

    [Fact]
    public void A_claim_that_is_made_for_a_pod_is_waited_for()
    {
        Slice("b", "gpu-0");
        var pod = Pod("web").With(spec => spec with { ResourceClaims = [new() { Name = "gpu", ResourceClaimTemplateName = "t" }] });
        var devices = PodDevices.Of(pod, Cluster.Devices)!;
        Assert.True(devices.IsAwaited);
        Assert.Equal("pod \"default/web\": ResourceClaim not created yet", devices.Problem);

        Claim("others");
        pod = pod with { Status = new() { ResourceClaimStatuses = [new() { Name = "gpu", ResourceClaimName = "others" }] } };
        Assert.Equal("ResourceClaim default/others was not created for pod default/web (pod is not owner)", PodDevices.Of(pod, Cluster.Devices)!.Problem);

        // Where none was needed there is nothing to wait for.
        pod = pod with { Status = new() { ResourceClaimStatuses = [new() { Name = "gpu" }] } };
        Assert.Null(PodDevices.Of(pod, Cluster.Devices)!.Problem);
    }

    [Fact]
    public void A_pod_whose_devices_are_on_their_way_to_its_claim_waits_in_silence()
    {
        Slice("b", "gpu-0");
        Claim("one");
        var (user, other) = (Known("user"), Known("other"));
        Cluster.Devices.Assume(PodDevices.Of(user, Cluster.Devices)!.PlanFor(Node("b")));
        Assert.True(PodDevices.Of(user, Cluster.Devices)!.IsAwaited);
        Assert.False(PodDevices.Of(other, Cluster.Devices)!.IsAwaited);
        Assert.Equal("resource claim default/one is in the process of being allocated", PodDevices.Of(other, Cluster.Devices)!.Problem);

        static Pod Known(string name)
        {
            var pod = User("one");
            return pod with { Metadata = pod.Metadata with { Name = name, Uid = name } };
        }
    }

    [Fact]
    public void A_shared_claim_draws_its_pods_to_where_its_devices_are()
    {
        Slice("a", "gpu-0");
        Slice("b", "gpu-0");
        Claim("one");
        Allocate("b", "one");
        Assert.Equal("b", NodeOf(Plan("one")));
        Cluster.RemoveNode("b");
        Assert.Equal("0/1 nodes are available: 1 resourceclaim not available on the node. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.", MessageOf(World.Plan(Cluster, User("one"), [Node("a")])));
        Assert.Equal("one", PodDevices.Of(User("one"), Cluster.Devices)!.FindMovable([Node("a")])?.Metadata.Name);
    }

    [Fact]
    public void A_pool_is_used_only_when_all_of_its_newest_slices_are_there()
    {
        Learn(SliceOf("s1", "pool", "b", generation: 1, count: 1, "old"));
        Learn(SliceOf("s2", "pool", "b", generation: 2, count: 2, "gpu-0"));
        Claim("one");
        Assert.Null(NodeOf(Plan("one")));

        Learn(SliceOf("s3", "pool", "b", generation: 2, count: 2, "gpu-1"));
        Assert.Equal("b", NodeOf(Plan("one")));
        Assert.Equal("gpu-0", Devices(Allocate("b", "one")));
    }

    [Fact]
    public void A_pool_with_a_device_twice_is_not_used()
    {
        Learn(SliceOf("s1", "pool", "b", generation: 1, count: 2, "gpu-0"));
        Learn(SliceOf("s2", "pool", "b", generation: 1, count: 2, "gpu-0"));
        Claim("one");
        Assert.Null(NodeOf(Plan("one")));
    }

    [Fact]
    public void Devices_are_chosen_by_what_class_and_claim_say_of_them()
    {
        Learn(SliceOf("s", "b", "b", 1, 1) with { Spec = SliceOf("s", "b", "b", 1, 1).Spec with { Devices = [Gpu("small", ("memory", "8Gi")), Gpu("large", ("memory", "80Gi"))] } });
        Class("large", $"device.capacity[\"{Driver}\"].memory.isGreaterThan(quantity(\"10Gi\"))");
        Claim("one", new ExactDeviceRequest { DeviceClassName = "large" });
        Assert.Equal("large", Devices(Allocate("b", "one")));

        Claim("two", new ExactDeviceRequest { DeviceClassName = "gpus", Selectors = [Cel($"device.attributes[\"{Driver}\"].nothing == 1")] });
        Assert.Equal(
            "0/2 nodes are available: 1 cannot allocate all claims, 1 claim default/two: selector #0: CEL runtime error: no such key: nothing." + NotHelpful, MessageOf(Plan("two")));

        Claim("three", change: claim => claim with
        {
            Spec = new() { Devices = new() { Requests = [new() { Name = "r0", Exactly = Wanted(1) with { Capacity = new() { Requests = ValueMap.Of(("memory", Quantity.Parse("9Gi"))) } } }] } },
        });
        Assert.Null(NodeOf(Plan("three")));
    }

    [Fact]
    public void All_devices_are_had_or_none()
    {
        Slice("b", "gpu-0", "gpu-1", "gpu-2");
        Claim("one");
        Claim("all", new ExactDeviceRequest { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.All });
        Assert.Equal("gpu-0 gpu-1 gpu-2", Devices(PlanOn("b", "all")));

        Allocate("b", "one");
        Assert.Null(NodeOf(Plan("all")));

        // Whoever only looks after them takes them from nobody.
        Claim("admin", new ExactDeviceRequest { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.All, AdminAccess = true });
        Assert.Equal("gpu-0 gpu-1 gpu-2", Devices(Allocate("b", "admin")));
        Claim("two", Wanted(2));
        Assert.Equal("gpu-1 gpu-2", Devices(Allocate("b", "two")));
    }

    [Fact]
    public void All_devices_are_not_asked_for_while_a_pool_is_changing()
    {
        Slice("b", "gpu-0");
        Learn(SliceOf("s", "changing", "b", 1, 2, "gpu-9"));
        Claim("all", new ExactDeviceRequest { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.All });
        Assert.Contains($"claim default/all, request r0: asks for all devices, but resource pool {Driver}/changing is currently being updated", MessageOf(Plan("all")));
    }

    [Fact]
    public void The_first_choice_that_can_be_had_is_taken()
    {
        Slice("b", "gpu-0", "gpu-1");
        Class("none", "false");
        var choices = new DeviceRequest
        {
            Name = "r0",
            FirstAvailable =
            [
                new() { Name = "best", DeviceClassName = "none", AllocationMode = DeviceAllocationMode.ExactCount, Count = 1 },
                new() { Name = "many", DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.ExactCount, Count = 3 },
                new() { Name = "few", DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.ExactCount, Count = 2 },
            ],
        };
        Claim("one", change: claim => claim with
        {
            Spec = new()
            {
                Devices = new()
                {
                    Requests = [choices],
                    Config = [Configuration("r0/best"), Configuration("r0/few"), Configuration("r0")],
                },
            },
        });
        var allocation = Allocate("b", "one");
        Assert.Equal(["r0/few", "r0/few"], allocation.Devices.Results.Select(one => one.Request));
        Assert.Equal(["r0/few", "r0"], allocation.Devices.Config.Select(one => one.Requests.Single()));
    }

    [Theory]
    [InlineData(true, "gpu-1 gpu-3")]
    [InlineData(false, "gpu-0 gpu-1")]
    public void Devices_have_an_attribute_in_common_or_each_another(bool isSame, string expected)
    {
        Learn(SliceOf("s", "b", "b", 1, 1) with
        {
            Spec = SliceOf("s", "b", "b", 1, 1).Spec with { Devices = [OnNuma("gpu-0", 0), OnNuma("gpu-1", 1), Gpu("gpu-2"), OnNuma("gpu-3", 1)] },
        });
        Claim("two", change: claim => claim with
        {
            Spec = new()
            {
                Devices = new()
                {
                    Requests = [new() { Name = "r0", Exactly = Wanted(1) }, new() { Name = "r1", Exactly = Wanted(1) }],
                    Constraints = [isSame ? new() { MatchAttribute = $"{Driver}/numa" } : new() { DistinctAttribute = $"{Driver}/numa" }],
                },
            },
        });
        Assert.Equal(expected, Devices(Allocate("b", "two")));
    }

    [Fact]
    public void Classes_and_claims_say_how_devices_are_set_up()
    {
        Slice("b", "gpu-0");
        Learn(ClassOf("set-up") with { Spec = new() { Config = [new() { Opaque = new() { Driver = Driver } }] } });
        Claim("one", new ExactDeviceRequest { DeviceClassName = "set-up", AllocationMode = DeviceAllocationMode.ExactCount, Count = 1 }, claim => claim with
        {
            Spec = claim.Spec with { Devices = claim.Spec.Devices with { Config = [new() { Opaque = new() { Driver = Driver } }] } },
        });
        Assert.Equal(["FromClass r0", "FromClaim "], Allocate("b", "one").Devices.Config.Select(one => $"{one.Source} {string.Join(' ', one.Requests)}"));
    }

    [Fact]
    public void A_tainted_device_is_for_those_who_tolerate_it()
    {
        Learn(SliceOf("s", "b", "b", 1, 1) with
        {
            Spec = SliceOf("s", "b", "b", 1, 1).Spec with { Devices = [Gpu("gpu-0") with { Taints = [new() { Key = "broken", Value = "fan", Effect = DeviceTaintEffect.NoSchedule }] }] },
        });
        Claim("one");
        Assert.Null(NodeOf(Plan("one")));

        Claim("two", Wanted(1) with { Tolerations = [new() { Key = "broken", Operator = DeviceTolerationOperator.Exists }] });
        Assert.Equal("broken", Assert.Single(Assert.Single(Allocate("b", "two").Devices.Results).Tolerations).Key);
    }

    [Fact]
    public void Parts_of_a_device_are_had_as_long_as_there_is_enough_of_what_they_share()
    {
        Learn(SliceOf("counters", "b", "b", 1, 2) with
        {
            Spec = SliceOf("counters", "b", "b", 1, 2).Spec with { SharedCounters = [new() { Name = "gpu", Counters = ValueMap.Of(("memory", new Counter { Value = Quantity.Parse("40Gi") })) }] },
        });
        Learn(SliceOf("parts", "b", "b", 1, 2) with
        {
            Spec = SliceOf("parts", "b", "b", 1, 2).Spec with { Devices = [Part("half-0", "20Gi"), Part("half-1", "20Gi"), Part("whole", "40Gi"), Part("other", "1Gi", "nobodys")] },
        });
        Claim("one");
        Assert.Equal("half-0", Devices(Allocate("b", "one")));
        Claim("two", Wanted(2));
        Assert.Null(NodeOf(Plan("two")));
        Claim("three");
        Assert.Equal("half-1", Devices(Allocate("b", "three")));
        Claim("four");
        Assert.Null(NodeOf(Plan("four")));
    }

    [Fact]
    public void Devices_of_several_nodes_are_used_where_they_can_be()
    {
        var zone = new NodeSelector { NodeSelectorTerms = [new() { MatchExpressions = [new() { Key = "zone", Operator = "In", Values = ["z"] }] }] };
        Learn(SliceOf("s", "zonal", null, 1, 1, "gpu-0") with { Spec = SliceOf("s", "zonal", null, 1, 1, "gpu-0").Spec with { NodeSelector = zone } });
        Claim("one");
        Assert.Equal("zoned", NodeOf(World.Plan(Cluster, User("one"), [Node("a"), Node("zoned", labels: ("zone", "z"))])));
        Assert.Equal("zone", Assert.Single(Assert.Single(Allocate("zoned", "one").NodeSelector!.NodeSelectorTerms).MatchExpressions).Key);

        Learn(SliceOf("e", "everywhere", null, 1, 1, "gpu-0") with { Spec = SliceOf("e", "everywhere", null, 1, 1, "gpu-0").Spec with { AllNodes = true } });
        Claim("two");
        Assert.Null(Allocate("a", "two").NodeSelector);

        var each = SliceOf("p", "each", null, 1, 1).Spec with { PerDeviceNodeSelection = true, Devices = [Gpu("of-a") with { NodeName = "a" }, Gpu("of-all") with { AllNodes = true }] };
        Learn(SliceOf("p", "each", null, 1, 1) with { Spec = each });
        Claim("three", Wanted(2));
        Assert.Equal("of-a of-all", Devices(Allocate("a", "three")));
    }

    [Fact]
    public void Who_looks_after_devices_has_none_twice()
    {
        Slice("b", "gpu-0");
        Claim("admin", change: claim => claim with
        {
            Spec = new() { Devices = new() { Requests = [new() { Name = "r0", Exactly = Wanted(1) }, new() { Name = "r1", Exactly = Wanted(1) with { AdminAccess = true } }] } },
        });
        Assert.Null(NodeOf(Plan("admin")));
    }

    [Fact]
    public void Devices_that_have_to_be_made_ready_are_had_last_and_say_what_is_waited_for()
    {
        Learn(SliceOf("s1", "a-pool", null, 1, 1) with { Spec = SliceOf("s1", "a-pool", null, 1, 1).Spec with { AllNodes = true, Devices = [Attached("far")] } });
        Learn(SliceOf("s2", "z-pool", null, 1, 1, "near") with { Spec = SliceOf("s2", "z-pool", null, 1, 1, "near").Spec with { AllNodes = true } });
        Claim("one");
        var first = Allocate("b", "one");
        Assert.Equal("near", Devices(first));
        Assert.Null(first.NodeSelector);

        Claim("two");
        var second = Allocate("b", "two");
        var result = Assert.Single(second.Devices.Results);
        Assert.Equal(("far", "Attached", "Broken"), (result.Device, Assert.Single(result.BindingConditions), Assert.Single(result.BindingFailureConditions)));
        Assert.Equal("b", Assert.Single(Assert.Single(Assert.Single(second.NodeSelector!.NodeSelectorTerms).MatchFields).Values));
    }

    private static Device Attached(string name) => Gpu(name) with { BindsToNode = true, BindingConditions = ["Attached"], BindingFailureConditions = ["Broken"] };
}

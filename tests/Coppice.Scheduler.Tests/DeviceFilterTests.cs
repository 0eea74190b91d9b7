using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using static Coppice.Scheduler.Tests.World;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler.Tests;

/// <summary>Which nodes have the devices that pods claim, and which devices these are.</summary>
public sealed class DeviceFilterTests
{
    private const string Driver = "gpu.example.com";
    private const string NotHelpful = " preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";

    private readonly ClusterState _cluster = new();

    public DeviceFilterTests() => Class("gpus");

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
        var devices = PodDevices.Of(pod, _cluster.Devices)!;
        Assert.True(devices.IsAwaited);
        Assert.Equal("pod \"default/web\": ResourceClaim not created yet", devices.Problem);

        Claim("others");
        pod = pod with { Status = new() { ResourceClaimStatuses = [new() { Name = "gpu", ResourceClaimName = "others" }] } };
        Assert.Equal("ResourceClaim default/others was not created for pod default/web (pod is not owner)", PodDevices.Of(pod, _cluster.Devices)!.Problem);

        // Where none was needed there is nothing to wait for.
        pod = pod with { Status = new() { ResourceClaimStatuses = [new() { Name = "gpu" }] } };
        Assert.Null(PodDevices.Of(pod, _cluster.Devices)!.Problem);
    }

    [Fact]
    public void A_shared_claim_draws_its_pods_to_where_its_devices_are()
    {
        Slice("a", "gpu-0");
        Slice("b", "gpu-0");
        Claim("one");
        Allocate("b", "one");
        Assert.Equal("b", NodeOf(Plan("one")));
        _cluster.RemoveNode("b");
        Assert.Equal("0/1 nodes are available: 1 resourceclaim not available on the node. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.", MessageOf(World.Plan(_cluster, User("one"), [Node("a")])));
        Assert.Equal("one", PodDevices.Of(User("one"), _cluster.Devices)!.FindMovable([Node("a")])?.Metadata.Name);
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
        Assert.Equal("zoned", NodeOf(World.Plan(_cluster, User("one"), [Node("a"), Node("zoned", labels: ("zone", "z"))])));
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
    public void Claims_share_a_device_as_long_as_there_is_enough_of_it()
    {
        Learn(Shared("memory", "10Gi"));
        Claim("one", Share("6Gi"));
        Claim("two", Share("6Gi"));
        Claim("three", Share("4Gi"));
        var result = Assert.Single(Allocate("b", "one").Devices.Results);
        Assert.Equal(("gpu-0", "6Gi"), (result.Device, result.ConsumedCapacity["memory"].ToString()));
        Assert.Null(NodeOf(Plan("two")));
        var other = Assert.Single(Allocate("b", "three").Devices.Results);
        Assert.True(Guid.TryParseExact(other.ShareID, "D", out _), other.ShareID);
        Assert.NotEqual(result.ShareID, other.ShareID);

        // What one gives back, others have.
        Learn(_cluster.Devices.Claim(new("default", "one"))! with { Status = new() });
        Assert.Equal("gpu-0", Devices(PlanOn("b", "two")));
    }

    [Fact]
    public void Who_does_not_say_how_much_has_all_that_is_left_to_nobody()
    {
        Learn(Shared("memory", "10Gi"));
        Claim("one");
        Assert.Equal("10Gi", Assert.Single(Allocate("b", "one").Devices.Results).ConsumedCapacity["memory"].ToString());
        Claim("two", Share("1"));
        Assert.Null(NodeOf(Plan("two")));
    }

    [Theory]
    [InlineData(null, "2")]
    [InlineData("1", "2")]
    [InlineData("5", "6")]
    [InlineData("6", "6")]
    [InlineData("9", null)]
    public void An_amount_is_had_in_steps_between_bounds(string? wanted, string? consumed) => Assert.Equal(consumed, ConsumedBy(
        wanted,
        new() { Default = Quantity.Parse("2"), ValidRange = new() { Min = Quantity.Parse("2"), Max = Quantity.Parse("8"), Step = Quantity.Parse("2") } }));

    [Theory]
    [InlineData(null, "4")]
    [InlineData("1", "1")]
    [InlineData("2", "4")]
    [InlineData("5", null)]
    public void An_amount_is_one_of_those_that_are_given(string? wanted, string? consumed) => Assert.Equal(
        consumed, ConsumedBy(wanted, new() { Default = Quantity.Parse("4"), ValidValues = [Quantity.Parse("1"), Quantity.Parse("4")] }));

    [Fact]
    public void A_request_has_a_shared_device_once_and_other_requests_of_the_claim_have_it_too()
    {
        Learn(Shared("memory", "10Gi"));
        Claim("twice", Share("1Gi") with { Count = 2 });
        Assert.Null(NodeOf(Plan("twice")));
        Claim("each", change: claim => claim with
        {
            Spec = new() { Devices = new() { Requests = [new() { Name = "r0", Exactly = Share("6Gi") }, new() { Name = "r1", Exactly = Share("4Gi") }] } },
        });
        var results = Allocate("b", "each").Devices.Results;
        Assert.Equal(["r0 gpu-0 6Gi", "r1 gpu-0 4Gi"], results.Select(one => $"{one.Request} {one.Device} {one.ConsumedCapacity["memory"]}"));
        Assert.Equal(2, results.DistinctBy(one => one.ShareID).Count());
    }

    [Fact]
    public void A_device_that_several_share_takes_once_of_what_it_shares_with_others()
    {
        Learn(SliceOf("counters", "b", "b", 1, 2) with
        {
            Spec = SliceOf("counters", "b", "b", 1, 2).Spec with { SharedCounters = [new() { Name = "gpu", Counters = ValueMap.Of(("memory", new Counter { Value = Quantity.Parse("40Gi") })) }] },
        });
        Learn(SliceOf("parts", "b", "b", 1, 2) with
        {
            Spec = SliceOf("parts", "b", "b", 1, 2).Spec with { Devices = [Part("shared", "40Gi") with { AllowMultipleAllocations = true }, Part("half", "20Gi")] },
        });
        Claim("one");
        Assert.Equal("shared", Devices(Allocate("b", "one")));
        Claim("two");
        Assert.Equal("shared", Devices(Allocate("b", "two")));
        Claim("three", Wanted(1) with { Selectors = [Cel("!device.allowMultipleAllocations")] });
        Assert.Null(NodeOf(Plan("three")));
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

    private static ExactDeviceRequest Share(string memory) => Wanted(1) with { Capacity = new() { Requests = ValueMap.Of(("memory", Quantity.Parse(memory))) } };

    private static ResourceSlice Shared(string capacity, string value, CapacityRequestPolicy? policy = null) => SliceOf("shared", "b", "b", 1, 1) with
    {
        Spec = SliceOf("shared", "b", "b", 1, 1).Spec with
        {
            Devices = [Gpu("gpu-0") with { AllowMultipleAllocations = true, Capacity = ValueMap.Of((capacity, new DeviceCapacity { Value = Quantity.Parse(value), RequestPolicy = policy })) }],
        },
    };

    /// <returns>Null if there is no such amount.</returns>
    private string? ConsumedBy(string? wanted, CapacityRequestPolicy policy)
    {
        Learn(Shared("memory", "10", policy));
        Claim("one", wanted is null ? Wanted(1) : Share(wanted));
        return NodeOf(Plan("one")) is null ? null : Assert.Single(PlanOn("b", "one").Devices.Results).ConsumedCapacity["memory"].ToString();
    }

    private static ExactDeviceRequest Wanted(int count) => new() { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.ExactCount, Count = count };

    private static DeviceSelector Cel(string expression) => new() { Cel = new() { Expression = expression } };

    private static DeviceClaimConfiguration Configuration(string request) => new() { Requests = [request], Opaque = new() { Driver = Driver } };

    private static Device Gpu(string name, params (string Name, string Value)[] capacity) => new()
    {
        Name = name,
        Capacity = ValueMap.Of([.. capacity.Select(one => (one.Name, new DeviceCapacity { Value = Quantity.Parse(one.Value) }))]),
    };

    private static Device Part(string name, string memory, string set = "gpu") => Gpu(name) with
    {
        ConsumesCounters = [new() { CounterSet = set, Counters = ValueMap.Of(("memory", new Counter { Value = Quantity.Parse(memory) })) }],
    };

    private static Device OnNuma(string name, int numa) => Gpu(name) with { Attributes = ValueMap.Of(("numa", new DeviceAttribute { Int = numa })) };

    private static Pod User(params string[] claims) => Pod("web").With(spec => spec with
    {
        ResourceClaims = [.. claims.Select(claim => new PodResourceClaim { Name = claim, ResourceClaimName = claim })],
    });

    private static string Devices(AllocationResult allocation) => string.Join(' ', allocation.Devices.Results.Select(one => one.Device));

    private static DeviceClass ClassOf(string name) => new() { Metadata = new() { Name = name } };

    private static ResourceSlice SliceOf(string name, string pool, string? node, long generation, long count, params string[] devices) => new()
    {
        Metadata = new() { Name = name },
        Spec = new()
        {
            Driver = Driver,
            NodeName = node,
            Pool = new() { Name = pool, Generation = generation, ResourceSliceCount = count },
            Devices = [.. devices.Select(device => Gpu(device))],
        },
    };

    private Planned Plan(params string[] claims) => World.Plan(_cluster, User(claims), [Node("a"), Node("b")]);

    private AllocationResult PlanOn(string node, string claim)
    {
        _cluster.SetNode(Node("a"));
        var found = _cluster.Find(node)?.Node ?? Node(node);
        return Assert.Single(PodDevices.Of(User(claim), _cluster.Devices)!.PlanFor(found)).Claim.Status.Allocation!;
    }

    /// <summary>As when a pod that uses the claim goes to the node.</summary>
    private AllocationResult Allocate(string node, string claim)
    {
        var allocation = PlanOn(node, claim);
        Learn(_cluster.Devices.Claim(new("default", claim))! with { Status = new() { Allocation = allocation } });
        return allocation;
    }

    private void Class(string name, string? selector = null) =>
        Learn(ClassOf(name) with { Spec = new() { Selectors = selector is null ? default : [Cel(selector)] } });

    private void Slice(string node, params string[] devices) => Learn(SliceOf($"slice-of-{node}", node, node, 1, 1, devices));

    private ResourceClaim Claim(string name, ExactDeviceRequest? request = null, Func<ResourceClaim, ResourceClaim>? change = null)
    {
        var claim = new ResourceClaim
        {
            Metadata = new() { Namespace = "default", Name = name, Uid = $"uid-of-{name}" },
            Spec = new() { Devices = new() { Requests = [new() { Name = "r0", Exactly = request ?? Wanted(1) }] } },
        };
        return Learn(change?.Invoke(claim) ?? claim);
    }

    private ResourceClaim Learn(ResourceClaim claim)
    {
        _cluster.Devices.Learn(new ObjectChange<ResourceClaim>(_cluster.Devices.Claim(ObjectKey.Of(claim)), claim));
        return claim;
    }

    private void Learn(DeviceClass item) => _cluster.Devices.Learn(new ObjectChange<DeviceClass>(null, item));

    private void Learn(ResourceSlice slice) => _cluster.Devices.Learn(new ObjectChange<ResourceSlice>(null, slice));
}

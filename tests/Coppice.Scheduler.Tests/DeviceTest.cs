using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using static Coppice.Scheduler.Tests.World;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler.Tests;

/// <summary>A cluster of what is known of devices, in few words.</summary>
public abstract class DeviceTest
{
    private protected const string Driver = "gpu.example.com";

    protected DeviceTest() => Class("gpus");

    private protected ClusterState Cluster { get; } = new();

    private protected static ExactDeviceRequest Wanted(int count) => new() { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.ExactCount, Count = count };

    private protected static DeviceSelector Cel(string expression) => new() { Cel = new() { Expression = expression } };

    private protected static DeviceClaimConfiguration Configuration(string request) => new() { Requests = [request], Opaque = new() { Driver = Driver } };

    private protected static Device Gpu(string name, params (string Name, string Value)[] capacity) => new()
    {
        Name = name,
        Capacity = ValueMap.Of([.. capacity.Select(one => (one.Name, new DeviceCapacity { Value = Quantity.Parse(one.Value) }))]),
    };

    private protected static Device Part(string name, string memory, string set = "gpu") => Gpu(name) with
    {
        ConsumesCounters = [new() { CounterSet = set, Counters = ValueMap.Of(("memory", new Counter { Value = Quantity.Parse(memory) })) }],
    };

    private protected static Device OnNuma(string name, int numa) => Gpu(name) with { Attributes = ValueMap.Of(("numa", new DeviceAttribute { Int = numa })) };

    private protected static Pod User(params string[] claims) => Pod("web").With(spec => spec with
    {
        ResourceClaims = [.. claims.Select(claim => new PodResourceClaim { Name = claim, ResourceClaimName = claim })],
    });

    private protected static string Devices(AllocationResult allocation) => string.Join(' ', allocation.Devices.Results.Select(one => one.Device));

    private protected static DeviceClass ClassOf(string name) => new() { Metadata = new() { Name = name } };

    private protected static ResourceSlice SliceOf(string name, string pool, string? node, long generation, long count, params string[] devices) => new()
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

    private protected Planned Plan(params string[] claims) => World.Plan(Cluster, User(claims), [Node("a"), Node("b")]);

    private protected AllocationResult PlanOn(string node, string claim)
    {
        Cluster.SetNode(Node("a"));
        var found = Cluster.Find(node)?.Node ?? Node(node);
        return Assert.Single(PodDevices.Of(User(claim), Cluster.Devices)!.PlanFor(found)).Claim.Status.Allocation!;
    }

    /// <summary>As when a pod that uses the claim goes to the node.</summary>
    private protected AllocationResult Allocate(string node, string claim)
    {
        var allocation = PlanOn(node, claim);
        Learn(Cluster.Devices.Claim(new("default", claim))! with { Status = new() { Allocation = allocation } });
        return allocation;
    }

    private protected void Class(string name, string? selector = null) =>
        Learn(ClassOf(name) with { Spec = new() { Selectors = selector is null ? default : [Cel(selector)] } });

    private protected void Slice(string node, params string[] devices) => Learn(SliceOf($"slice-of-{node}", node, node, 1, 1, devices));

    private protected ResourceClaim Claim(string name, ExactDeviceRequest? request = null, Func<ResourceClaim, ResourceClaim>? change = null)
    {
        var claim = new ResourceClaim
        {
            Metadata = new() { Namespace = "default", Name = name, Uid = $"uid-of-{name}" },
            Spec = new() { Devices = new() { Requests = [new() { Name = "r0", Exactly = request ?? Wanted(1) }] } },
        };
        return Learn(change?.Invoke(claim) ?? claim);
    }

    private protected ResourceClaim Learn(ResourceClaim claim)
    {
        Cluster.Devices.Learn(new ObjectChange<ResourceClaim>(Cluster.Devices.Claim(ObjectKey.Of(claim)), claim));
        return claim;
    }

    private protected void Learn(DeviceClass item) => Cluster.Devices.Learn(new ObjectChange<DeviceClass>(null, item));

    private protected void Learn(ResourceSlice slice) => Cluster.Devices.Learn(new ObjectChange<ResourceSlice>(null, slice));
}

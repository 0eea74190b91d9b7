using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using static Coppice.Scheduler.Tests.World;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler.Tests;

/// <summary>Pods ask for an extended resource, and a class of devices stands for it.</summary>
public sealed class ExtendedResourceTests : SchedulingTest
{
    private const string Gpu = "example.com/gpu";

    public ExtendedResourceTests() => Create(Node("a"));

    [Fact]
    public void A_claim_is_made_for_the_pod_with_its_devices_before_the_pod_has_its_node()
    {
        Class("gpus", Gpu);
        Create(Slice("gpu-0", "gpu-1", "gpu-2"));
        List<string> writes = [];
        Api.Fault = (verb, about) => writes.Add($"{verb} {(about as KubernetesObject)?.GetType().Name}");
        Create(User("web", ("app", Gpu, "2")));
        Loop.RunUntilIdle();

        Assert.Equal("a", NodeOfPod("web"));
        var (pod, claim) = (FindPod("web"), Assert.Single(Api.All<ResourceClaim>()));
        Assert.StartsWith("web-extended-resources-", claim.Metadata.Name, StringComparison.Ordinal);
        Assert.Equal("true", claim.Metadata.Annotations.Find("resource.kubernetes.io/extended-resource-claim"));
        Assert.Equal(("Pod", "web", pod.Metadata.Uid, true), claim.Metadata.OwnerReferences.Select(one => (one.Kind, one.Name, (string?)one.Uid, one.Controller == true)).Single());
        Assert.Equal([DeviceClaims.Finalizer], claim.Metadata.Finalizers);
        Assert.Equal(("container-0-request-0", "gpus", 2L), claim.Spec.Devices.Requests.Select(one => (one.Name, one.Exactly!.DeviceClassName, one.Exactly.Count)).Single());
        Assert.Equal("gpu-0 gpu-1", DevicesOf(claim));
        Assert.Equal(pod.Metadata.Uid, Assert.Single(claim.Status.ReservedFor).Uid);
        Assert.Equal(claim.Metadata.Name, pod.Status.ExtendedResourceClaimStatus!.ResourceClaimName);
        Assert.Equal(("app", Gpu, "container-0-request-0"), pod.Status.ExtendedResourceClaimStatus.RequestMappings.Select(one => (one.ContainerName, one.ResourceName, one.RequestName)).Single());
        Assert.Contains("scheduler_resourceclaim_creates_total{status=\"success\"} 1\n", Figures());
        Assert.True(writes.FindLastIndex(one => one == "update Pod") < writes.FindLastIndex(one => one.StartsWith("bind ", StringComparison.Ordinal)), string.Join(", ", writes));
    }

    [Fact]
    public void Each_container_has_requests_of_its_own_also_by_the_name_that_every_class_has()
    {
        Class("gpus", Gpu);
        Class("disks");
        Create(Slice("gpu-0", "gpu-1", "gpu-2"));
        Create(User("web", ("app", Gpu, "1"), ("helper", "deviceclass.resource.kubernetes.io/disks", "1")));
        Loop.RunUntilIdle();

        Assert.Equal(
            [("app", Gpu, "container-0-request-0"), ("helper", "deviceclass.resource.kubernetes.io/disks", "container-1-request-0")],
            FindPod("web").Status.ExtendedResourceClaimStatus!.RequestMappings.Select(one => (one.ContainerName, one.ResourceName, one.RequestName)));
        Assert.Equal(["gpus", "disks"], Assert.Single(Api.All<ResourceClaim>()).Spec.Devices.Requests.Select(one => one.Exactly!.DeviceClassName));
    }

    [Fact]
    public void Pods_get_no_more_devices_than_there_are_and_wait_for_them()
    {
        Class("gpus", Gpu);
        Create(Slice("gpu-0"));
        Create(User("first", ("app", Gpu, "1")));
        Create(User("second", ("app", Gpu, "1")));
        Loop.RunUntilIdle();
        Assert.Equal(("a", null), (NodeOfPod("first"), NodeOfPod("second")));
        Assert.Contains(Events, one => one.StartsWith("Warning FailedScheduling 0/1 nodes are available: 1 cannot allocate all claims.", StringComparison.Ordinal));

        Create(Slice("gpu-9") with { Metadata = new() { Name = "more" }, Spec = Slice("gpu-9").Spec with { Pool = new() { Name = "more", ResourceSliceCount = 1 } } });
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("second"));
        Assert.Equal(["gpu-0", "gpu-9"], Api.All<ResourceClaim>().Select(DevicesOf).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_node_that_has_the_resource_itself_gives_it_and_no_claim_is_made()
    {
        Class("gpus", Gpu);
        var node = Node("plugin");
        Create(node with { Status = node.Status with { Allocatable = node.Status.Allocatable.With(Gpu, Quantity.Parse("1")) } });
        Create(User("web", ("app", Gpu, "1")));
        Create(User("more", ("app", Gpu, "1")));
        Loop.RunUntilIdle();

        Assert.Equal(["plugin"], new[] { NodeOfPod("web"), NodeOfPod("more") }.OfType<string>());
        Assert.Empty(Api.All<ResourceClaim>());
    }

    [Fact]
    public void Without_a_class_the_resource_is_missing_until_there_is_one()
    {
        Create(Slice("gpu-0"));
        Create(User("web", ("app", Gpu, "1")));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("web"));
        Assert.Contains(Events, one => one.Contains("1 Insufficient example.com/gpu", StringComparison.Ordinal));

        Class("gpus", Gpu);
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
    }

    [Fact]
    public void Where_the_pods_status_cannot_be_written_the_claim_does_not_keep_its_devices()
    {
        Class("gpus", Gpu);
        Create(Slice("gpu-0"));
        var isDown = true;
        Api.Fault = (verb, about) =>
        {
            if (isDown && verb == "update" && about is Pod { Status.ExtendedResourceClaimStatus: not null })
            {
                throw new IOException("the line is down");
            }
        };
        Create(User("web", ("app", Gpu, "1")));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("web"));
        Assert.All(Api.All<ResourceClaim>(), claim => Assert.Null(claim.Status.Allocation));

        isDown = false;
        Loop.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal("a", NodeOfPod("web"));
        var name = FindPod("web").Status.ExtendedResourceClaimStatus!.ResourceClaimName;
        Assert.Equal("gpu-0", DevicesOf(Api.All<ResourceClaim>().Single(claim => claim.Metadata.Name == name)));
    }

    [Theory]
    [InlineData("none is written", false)]
    [InlineData("none with devices is written", false)]
    [InlineData("the answer is lost", true)]
    public void Where_the_claims_own_status_cannot_be_written_nothing_is_left_behind(string what, bool isWritten)
    {
        Class("gpus", Gpu);
        Create(Slice("gpu-0"));
        var isDown = true;
        Api.Fault = (verb, about) =>
        {
            if (isDown && verb == "update" && about is ResourceClaim claim && (claim.Status.Allocation is not null || what == "none is written"))
            {
                isDown = false;
                if (isWritten)
                {
                    Api.UpdateStatusAsync(claim, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                }

                isDown = true;
                throw new IOException("the line is down");
            }
        };
        Create(User("web", ("app", Gpu, "1")));
        Loop.RunFor(TimeSpan.FromSeconds(5));
        Assert.Null(NodeOfPod("web"));
        Assert.All(Api.All<ResourceClaim>(), claim => Assert.Equal((true, null), (claim.Metadata.DeletionTimestamp is not null, claim.Status.Allocation)));

        isDown = false;
        Loop.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal("a", NodeOfPod("web"));
        var claim = Api.All<ResourceClaim>().Single(claim => claim.Metadata.DeletionTimestamp is null);
        Assert.Equal((FindPod("web").Status.ExtendedResourceClaimStatus!.ResourceClaimName, "gpu-0"), (claim.Metadata.Name, DevicesOf(claim)));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_claim_that_a_dead_scheduler_left_does_not_keep_its_pod_from_the_last_device(bool hasDevices, bool isGoing)
    {
        Class("gpus", Gpu);
        var pod = Create(User("web", ("app", Gpu, "1")));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("web"));
        var planned = ExtendedResources.Plan(pod, ExtendedResources.Of(pod, _ => new DeviceClass { Metadata = new() { Name = "gpus" } }));
        var left = Create(planned with { Metadata = planned.Metadata with { Name = "left" } });
        if (hasDevices)
        {
            var results = new DeviceRequestAllocationResult { Request = "container-0-request-0", Driver = "gpu.example.com", Pool = "a", Device = "gpu-0" };
            Loop.Await(async () => await Api.UpdateStatusAsync(left with { Status = DeviceClaims.ReservedFor(pod, left with { Status = new() { Allocation = new() { Devices = new() { Results = [results] } } } }).Status }, default));
        }

        if (isGoing)
        {
            Loop.Await(async () => await Api.DeleteAsync<ResourceClaim>(ObjectKey.Of(left), new(), default));
        }

        Create(Slice("gpu-0"));
        Loop.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal("a", NodeOfPod("web"));
        var claims = Api.All<ResourceClaim>().ToList();
        var gone = claims.Single(claim => claim.Metadata.Name == "left");
        Assert.Equal((true, null), (gone.Metadata.DeletionTimestamp is not null, gone.Status.Allocation));
        var used = claims.Single(claim => claim.Metadata.Name != "left");
        Assert.Equal((FindPod("web").Status.ExtendedResourceClaimStatus!.ResourceClaimName, "gpu-0"), (used.Metadata.Name, DevicesOf(used)));
    }

    [Theory]
    [InlineData("earlier", true)]
    [InlineData("made", false)]
    public void That_a_claim_is_gone_which_was_made_before_frees_no_devices_that_are_on_their_way(string gone, bool isTaken)
    {
        var devices = new ClusterState().Devices;
        var pod = Pod("web") with { Metadata = Pod("web").Metadata with { Uid = "1" } };
        var planned = ExtendedResources.Plan(pod, []) with
        {
            Status = new() { Allocation = new() { Devices = new() { Results = [new() { Request = "r", Driver = "gpu.example.com", Pool = "a", Device = "gpu-0" }] } } },
        };
        var made = planned with { Metadata = planned.Metadata with { Name = "made", ResourceVersion = "5" } };
        devices.Assume([new(planned, IsNew: true)]);

        devices.Learn(new ObjectChange<ResourceClaim>(made with { Metadata = made.Metadata with { Name = gone } }, null));
        Assert.True(devices.IsTaken(new("gpu.example.com", "a", "gpu-0")));
        devices.Written(ObjectKey.Of(planned), made);
        Assert.Equal(isTaken, devices.IsTaken(new("gpu.example.com", "a", "gpu-0")));
    }

    [Fact]
    public void A_quota_of_the_resource_counts_the_pod_alone_and_one_of_the_class_its_claim()
    {
        Class("gpus", Gpu);
        Create(Slice("gpu-0", "gpu-1"));
        var quota = Create(new ResourceQuota
        {
            Metadata = new() { Name = "q", Namespace = "default" },
            Spec = new() { Hard = ValueMap.Of(("gpus.deviceclass.resource.k8s.io/devices", Quantity.Parse("0")), ($"requests.{Gpu}", Quantity.Parse("1"))) },
        });
        Create(User("web", ("app", Gpu, "1")));
        Loop.RunUntilIdle();
        Assert.Null(NodeOfPod("web"));
        Assert.Empty(Api.All<ResourceClaim>());
        Assert.Contains(Events, one => one.Contains("exceeded quota: q, requested: gpus.deviceclass.resource.k8s.io/devices=1, used: gpus.deviceclass.resource.k8s.io/devices=0", StringComparison.Ordinal));

        Loop.Await(async () => await Api.UpdateAsync(quota with { Spec = new() { Hard = quota.Spec.Hard.With("gpus.deviceclass.resource.k8s.io/devices", Quantity.Parse("1")) } }, default));
        Loop.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal("a", NodeOfPod("web"));
        Assert.Single(Api.All<ResourceClaim>());
    }

    [Fact]
    public void Of_two_classes_for_one_resource_the_newer_one_counts()
    {
        var devices = new ClusterState().Devices;
        foreach (var (name, second) in (ReadOnlySpan<(string, int)>)[("b", 1), ("c", 2), ("a", 0)])
        {
            var item = new DeviceClass { Metadata = new() { Name = name, CreationTimestamp = DateTimeOffset.UnixEpoch.AddSeconds(second) }, Spec = new() { ExtendedResourceName = Gpu } };
            devices.Learn(new ObjectChange<DeviceClass>(null, item));
        }

        Assert.Equal("c", devices.ClassFor(Gpu)?.Metadata.Name);
        Assert.Equal("a", devices.ClassFor("deviceclass.resource.kubernetes.io/a")?.Metadata.Name);
        Assert.Null(devices.ClassFor("example.com/other"));
    }

    private void Class(string name, string? resource = null) => Create(new DeviceClass { Metadata = new() { Name = name }, Spec = new() { ExtendedResourceName = resource } });

    private static string DevicesOf(ResourceClaim claim) => string.Join(' ', (claim.Status.Allocation?.Devices.Results ?? default).Select(one => one.Device));

    private static Pod User(string name, params (string Container, string Resource, string Amount)[] containers) => Pod(name).With(spec => spec with
    {
        Containers =
        [
            .. containers.Select(one => new Container
            {
                Name = one.Container,
                Image = "app:1",
                Resources = new() { Requests = ValueMap.Of((one.Resource, Quantity.Parse(one.Amount))), Limits = ValueMap.Of((one.Resource, Quantity.Parse(one.Amount))) },
            }),
        ],
    });

    private static ResourceSlice Slice(params string[] devices) => new()
    {
        Metadata = new() { Name = "slice" },
        Spec = new()
        {
            Driver = "gpu.example.com",
            NodeName = "a",
            Pool = new() { Name = "a", ResourceSliceCount = 1 },
            Devices = [.. devices.Select(device => new Device { Name = device })],
        },
    };
}

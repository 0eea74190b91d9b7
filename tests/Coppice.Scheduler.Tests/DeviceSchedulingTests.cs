using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Objects.Resource;
using Coppice.Objects.Storage;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Coppice.Scheduler.Tests.World;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler.Tests;

/// <summary>The loop gives pods devices: what it writes to claims, and when it tries again.</summary>
public sealed class DeviceSchedulingTests : SchedulingTest
{
    public DeviceSchedulingTests()
    {
        Create(new DeviceClass { Metadata = new() { Name = "gpus" } });
        Create(Slice("gpu-0"));
        Create(Node("a"));
    }

    [Fact]
    public void A_pods_claim_has_its_device_and_is_protected_before_the_pod_has_its_node()
    {
        List<string> writes = [];
        Api.Fault = (verb, about) => writes.Add($"{verb} {(about as KubernetesObject)?.GetType().Name}");
        Claim("one");
        User("web", "one");
        Loop.RunUntilIdle();

        Assert.Equal("a", NodeOfPod("web"));
        var claim = Find("one");
        Assert.Equal("gpu-0", Assert.Single(claim.Status.Allocation!.Devices.Results).Device);
        Assert.Equal(("pods", "web", FindPod("web").Metadata.Uid), claim.Status.ReservedFor.Select(one => (one.Resource, one.Name, (string?)one.Uid)).Single());
        Assert.Equal([DeviceClaims.Finalizer], claim.Metadata.Finalizers);
        Assert.True(writes.FindLastIndex(one => one.EndsWith(" ResourceClaim", StringComparison.Ordinal)) < writes.FindLastIndex(one => one.StartsWith("bind ", StringComparison.Ordinal)), string.Join(", ", writes));
    }

    [Fact]
    public void Two_pods_do_not_get_one_device_and_the_second_goes_when_the_first_has_given_it_back()
    {
        Claim("one");
        Claim("two");
        User("first", "one");
        User("second", "two");
        Loop.RunUntilIdle();
        Assert.Equal(("a", null), (NodeOfPod("first"), NodeOfPod("second")));
        Assert.Equal(
            ["Warning FailedScheduling 0/1 nodes are available: 1 cannot allocate all claims. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."],
            Events.Where(one => one.StartsWith("Warning", StringComparison.Ordinal)).Distinct());

        Loop.Await(() => Api.UpdateStatusAsync(Find("one") with { Status = new() }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("second"));
        Assert.Equal("gpu-0", Assert.Single(Find("two").Status.Allocation!.Devices.Results).Device);
    }

    [Fact]
    public void A_pod_whose_claim_is_still_to_be_made_waits_in_silence()
    {
        var pod = Create(Pod("web").With(spec => spec with { ResourceClaims = [new() { Name = "gpu", ResourceClaimTemplateName = "t" }] }));
        Loop.RunUntilIdle();
        Assert.Empty(Events);

        Create(ClaimOf("web-gpu-x") with
        {
            Metadata = new() { Namespace = "default", Name = "web-gpu-x", OwnerReferences = [new() { ApiVersion = "v1", Kind = "Pod", Name = "web", Uid = pod.Metadata.Uid!, Controller = true }] },
        });
        Loop.Await(() => Api.UpdateStatusAsync(pod with { Status = pod.Status with { ResourceClaimStatuses = [new() { Name = "gpu", ResourceClaimName = "web-gpu-x" }] } }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
    }

    [Fact]
    public void What_could_not_be_written_leaves_the_device_to_others()
    {
        Claim("one");
        Claim("two");
        Api.Fault = (verb, about) =>
        {
            if (verb == "update" && about is ResourceClaim { Metadata.Name: "one" })
            {
                throw new IOException("the line is down");
            }
        };
        User("first", "one");
        Loop.RunUntilIdle();
        User("second", "two");
        Loop.RunUntilIdle();
        Assert.Equal((null, "a"), (NodeOfPod("first"), NodeOfPod("second")));
    }

    [Fact]
    public void A_shared_claim_is_reserved_for_each_of_its_pods()
    {
        Claim("shared");
        User("first", "shared");
        User("second", "shared");
        Loop.RunUntilIdle();
        Assert.Equal(("a", "a"), (NodeOfPod("first"), NodeOfPod("second")));
        Assert.Equal(["first", "second"], Find("shared").Status.ReservedFor.Select(one => one.Name).Order());
    }

    [Fact]
    public void Devices_that_are_where_their_pod_cannot_run_are_given_back_and_others_are_had()
    {
        Claim("one");
        User("first", "one");
        Loop.RunUntilIdle();
        Loop.Await(() => Api.DeleteAsync<Pod>(new("default", "first"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        Loop.Await(() => Api.UpdateStatusAsync(Find("one") with { Status = Find("one").Status with { ReservedFor = [] } }, default).AsTask());
        Loop.Await(() => Api.DeleteAsync<Node>(new("", "a"), null, default).AsTask());
        Create(Node("b"));
        Create(Slice("gpu-1", node: "b"));
        User("second", "one");
        Loop.RunUntilIdle();

        Assert.Equal("b", NodeOfPod("second"));
        Assert.Equal("gpu-1", Assert.Single(Find("one").Status.Allocation!.Devices.Results).Device);
    }

    private void User(string name, string claim) =>
        Create(Pod(name).With(spec => spec with { ResourceClaims = [new() { Name = "gpu", ResourceClaimName = claim }] }));

    private void Claim(string name) => Create(ClaimOf(name));

    private static ResourceClaim ClaimOf(string name) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new() { Devices = new() { Requests = [new() { Name = "r0", Exactly = new() { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.ExactCount, Count = 1 } }] } },
    };

    private static ResourceSlice Slice(string device, string node = "a") => new()
    {
        Metadata = new() { Name = $"slice-of-{node}" },
        Spec = new() { Driver = "gpu.example.com", NodeName = node, Pool = new() { Name = node, ResourceSliceCount = 1 }, Devices = [new() { Name = device }] },
    };

    private ResourceClaim Find(string name) => Api.All<ResourceClaim>().Single(claim => claim.Metadata.Name == name);
}

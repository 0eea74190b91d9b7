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
        Create(Node("a"));
    }

    [Fact]
    public void A_pods_claim_has_its_device_and_is_protected_before_the_pod_has_its_node()
    {
        Create(Slice("gpu-0"));
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
        Create(Slice("gpu-0"));
        Claim("one");
        Claim("two");
        User("first", "one");
        User("second", "two");
        Loop.RunUntilIdle();
        Assert.Equal(("a", null), (NodeOfPod("first"), NodeOfPod("second")));
        Assert.Equal(
            ["Warning FailedScheduling 0/1 nodes are available: 1 cannot allocate all claims. still not schedulable, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."],
            Events.Where(one => one.StartsWith("Warning", StringComparison.Ordinal)).Distinct());

        Loop.Await(() => Api.UpdateStatusAsync(Find("one") with { Status = new() }, default).AsTask());
        Loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("second"));
        Assert.Equal("gpu-0", Assert.Single(Find("two").Status.Allocation!.Devices.Results).Device);
    }

    [Fact]
    public void A_pod_whose_claim_is_still_to_be_made_waits_in_silence()
    {
        Create(Slice("gpu-0"));
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
        Create(Slice("gpu-0"));
        Claim("one");
        Claim("two");
        BreakWritesOf("one");
        User("first", "one");
        Loop.RunUntilIdle();
        User("second", "two");
        Loop.RunUntilIdle();
        Assert.Equal((null, "a"), (NodeOfPod("first"), NodeOfPod("second")));
    }

    [Fact]
    public void A_shared_claim_is_reserved_for_each_of_its_pods()
    {
        Create(Slice("gpu-0"));
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
        Create(Slice("gpu-0"));
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

    [Fact]
    public void A_pod_waits_for_its_devices_to_be_made_ready()
    {
        Create(Slice("far", ready: "Attached"));
        Claim("one");
        User("web", "one");
        Loop.RunUntilIdle();

        // The devices are the claim's already, so that somebody can make them ready.
        Assert.Equal((null, "a"), (NodeOfPod("web"), FindPod("web").Status.NominatedNodeName));
        var claim = Find("one");
        Assert.Equal(("far", "web", Clock.GetUtcNow()), (Assert.Single(claim.Status.Allocation!.Devices.Results).Device, Assert.Single(claim.Status.ReservedFor).Name, claim.Status.Allocation.AllocationTimestamp));
        Assert.Equal(["Normal BindingConditionsPending waiting for binding conditions for device on node a"], Events);

        Report("one", "far", "Other");
        Assert.Null(NodeOfPod("web"));
        Report("one", "far", "Attached");
        Assert.Equal(("a", null), (NodeOfPod("web"), FindPod("web").Status.NominatedNodeName));
        Assert.Equal("Normal Scheduled Successfully assigned default/web to a", Events[^1]);
        Assert.Equal(2, Events.Count);
        Assert.Contains("scheduler_dra_bindingconditions_allocations_total{profile=\"default-scheduler\",driver=\"gpu.example.com\",status=\"success\"} 1\n", Figures());
    }

    [Fact]
    public void Who_waits_for_devices_keeps_its_room()
    {
        Create(Slice("far", ready: "Attached"));
        Claim("one");
        Create(Pod("web", "3").With(spec => spec with { ResourceClaims = [new() { Name = "gpu", ResourceClaimName = "one" }] }));
        Loop.RunUntilIdle();
        Create(Pod("other", "3"));
        Create(Pod("small", "1"));
        Loop.RunUntilIdle();
        Assert.Equal((null, "a"), (NodeOfPod("other"), NodeOfPod("small")));
        Report("one", "far", "Attached");
        Assert.Equal("a", NodeOfPod("web"));
    }

    [Theory]
    [InlineData("broken")]
    [InlineData("late")]
    public void Whose_devices_are_given_back_is_nominated_for_nothing(string why)
    {
        Create(Slice("far", ready: "Attached"));
        Claim("one");
        User("web", "one");
        Loop.RunUntilIdle();
        Assert.Equal("a", FindPod("web").Status.NominatedNodeName);

        // What is there is gone when the wait is over.
        Loop.Await(() => Api.DeleteAsync<ResourceSlice>(new("", "slice-of-far"), new(), default).AsTask());
        if (why == "broken")
        {
            Report("one", "far", "Broken");
        }
        else
        {
            Loop.RunFor(TimeSpan.FromMinutes(11));
        }

        Assert.Equal((null, null, null), (NodeOfPod("web"), FindPod("web").Status.NominatedNodeName, Find("one").Status.Allocation));
    }

    [Fact]
    public void Devices_that_cannot_be_made_ready_are_given_back_and_others_are_had()
    {
        Create(Slice("far", ready: "Attached"));
        Claim("one");
        User("web", "one");
        Loop.RunUntilIdle();
        Create(Slice("near", pool: "near"));
        Report("one", "far", "Broken");

        Assert.Equal("a", NodeOfPod("web"));
        Assert.Equal("near", Assert.Single(Find("one").Status.Allocation!.Devices.Results).Device);
        Assert.Equal(
            [
                "Warning FailedScheduling running PreBind plugin \"DynamicResources\": claim one binding failed: reason=Because, message=\"of it\"",
                "Warning FailedScheduling 0/1 nodes are available: 1 resourceclaim not available on the node. deallocation of ResourceClaim completed, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
            ],
            Events.Where(one => one.StartsWith("Warning", StringComparison.Ordinal)));
        Assert.Contains("scheduler_dra_bindingconditions_wait_duration_seconds_count{profile=\"default-scheduler\",driver=\"gpu.example.com\",status=\"failure\"} 1\n", Figures());
    }

    [Fact]
    public void Devices_that_nobody_makes_ready_in_time_are_given_back()
    {
        Create(Slice("far", ready: "Attached"));
        Claim("one");
        User("web", "one");
        Loop.RunUntilIdle();
        Loop.RunFor(TimeSpan.FromMinutes(9));
        Assert.NotNull(Find("one").Status.Allocation);
        Create(Slice("near", pool: "near"));
        Loop.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal("a", NodeOfPod("web"));
        Assert.Equal("near", Assert.Single(Find("one").Status.Allocation!.Devices.Results).Device);
        Assert.Contains("Warning FailedScheduling running PreBind plugin \"DynamicResources\": claim one binding timeout", Events);
        Assert.Contains("scheduler_dra_bindingconditions_wait_duration_seconds_count{profile=\"default-scheduler\",driver=\"gpu.example.com\",status=\"timeout\"} 1\n", Figures());
    }

    [Fact]
    public void What_could_not_be_written_before_a_wait_leaves_the_device_to_others()
    {
        Create(Slice("far", ready: "Attached"));
        Claim("one");
        Claim("two");
        BreakWritesOf("one");
        User("first", "one");
        Loop.RunUntilIdle();
        User("second", "two");
        Loop.RunUntilIdle();
        Assert.Null(Find("one").Status.Allocation);
        Report("two", "far", "Attached");
        Assert.Equal((null, "a"), (NodeOfPod("first"), NodeOfPod("second")));
    }

    private void BreakWritesOf(string name) => Api.Fault = (verb, about) =>
    {
        if (verb == "update" && about is ResourceClaim claim && claim.Metadata.Name == name)
        {
            throw new IOException("the line is down");
        }
    };

    /// <summary>As a driver does.</summary>
    private void Report(string name, string device, string condition)
    {
        var claim = Find(name);
        var status = new AllocatedDeviceStatus
        {
            Driver = "gpu.example.com",
            Pool = "a",
            Device = device,
            Conditions = [new() { Type = condition, Status = "True", Reason = "Because", Message = "of it", LastTransitionTime = Clock.GetUtcNow() }],
        };
        Loop.Await(() => Api.UpdateStatusAsync(claim with { Status = claim.Status with { Devices = [status] } }, default).AsTask());
        Loop.RunUntilIdle();
    }

    private void User(string name, string claim) =>
        Create(Pod(name).With(spec => spec with { ResourceClaims = [new() { Name = "gpu", ResourceClaimName = claim }] }));

    private void Claim(string name) => Create(ClaimOf(name));

    private static ResourceClaim ClaimOf(string name) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new() { Devices = new() { Requests = [new() { Name = "r0", Exactly = new() { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.ExactCount, Count = 1 } }] } },
    };

    /// <param name="ready">What somebody has to make true of it first; null for nothing.</param>
    private static ResourceSlice Slice(string device, string node = "a", string? pool = null, string? ready = null) => new()
    {
        Metadata = new() { Name = $"slice-of-{device}" },
        Spec = new()
        {
            Driver = "gpu.example.com",
            NodeName = node,
            Pool = new() { Name = pool ?? node, ResourceSliceCount = 1 },
            Devices = [new() { Name = device, BindingConditions = ready is null ? [] : [ready], BindingFailureConditions = ready is null ? [] : ["Broken"] }],
        },
    };

    private ResourceClaim Find(string name) => Api.All<ResourceClaim>().Single(claim => claim.Metadata.Name == name);
}

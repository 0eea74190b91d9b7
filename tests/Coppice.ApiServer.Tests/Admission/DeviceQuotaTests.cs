using Coppice.ApiServer.Errors;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.ApiServer.Tests.Admission;

/// <summary>Claims of devices, and pods that ask for the resource that a class of devices stands for, have one quota.</summary>
public sealed class DeviceQuotaTests
{
    private const string Gpu = "example.com/gpu";
    private readonly Task<AdmissionWorld> _world = AdmissionWorld.MakeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pods_and_claims_share_what_there_is_of_a_resource()
    {
        var world = await WithQuotaAsync($"requests.{Gpu}=3");
        await RunAsync(world, "web", 1);
        await world.CreateAsync(Claim("a", 1));

        Assert.Equal(
            "resourceclaims.resource.k8s.io \"b\" is forbidden: exceeded quota: q, requested: requests.example.com/gpu=2, "
            + "used: requests.example.com/gpu=2, limited: requests.example.com/gpu=3",
            await AdmissionWorld.RefusalAsync(() => world.CreateAsync(Claim("b", 2))));
        Assert.Equal(
            "pods \"more\" is forbidden: exceeded quota: q, requested: requests.example.com/gpu=2, "
            + "used: requests.example.com/gpu=2, limited: requests.example.com/gpu=3",
            await AdmissionWorld.RefusalAsync(() => RunAsync(world, "more", 2)));

        await world.Api.DeleteAsync<ResourceClaim>(new("default", "a"), null, Stop);
        await RunAsync(world, "more", 2);
    }

    [Fact]
    public async Task The_name_that_every_class_has_is_counted_too()
    {
        var world = await WithQuotaAsync("requests.deviceclass.resource.kubernetes.io/gpus=2");
        await world.CreateAsync(Claim("a", 1));
        await RunAsync(world, "web", 1, "deviceclass.resource.kubernetes.io/gpus");

        Assert.Equal(
            "resourceclaims.resource.k8s.io \"b\" is forbidden: exceeded quota: q, requested: requests.deviceclass.resource.kubernetes.io/gpus=1, "
            + "used: requests.deviceclass.resource.kubernetes.io/gpus=2, limited: requests.deviceclass.resource.kubernetes.io/gpus=2",
            await AdmissionWorld.RefusalAsync(() => world.CreateAsync(Claim("b", 1))));
    }

    [Fact]
    public async Task A_claim_that_is_made_for_a_pod_takes_nothing_that_the_pod_takes_itself()
    {
        var world = await WithQuotaAsync($"requests.{Gpu}=2,gpus.deviceclass.resource.k8s.io/devices=3");
        var pod = await RunAsync(world, "web", 2);
        await world.CreateAsync(MadeFor(pod, Claim("made", 2)));

        // Another one is not the one that was made.
        var why = await AdmissionWorld.RefusalAsync(() => world.CreateAsync(MadeFor(pod, Claim("forged", 1))));
        Assert.Equal(
            "resourceclaims.resource.k8s.io \"forged\" is forbidden: exceeded quota: q, requested: requests.example.com/gpu=1, "
            + "used: requests.example.com/gpu=2, limited: requests.example.com/gpu=2",
            why);
    }

    [Fact]
    public async Task A_claim_that_is_no_longer_said_to_be_made_for_a_pod_takes_what_it_has()
    {
        var world = await WithQuotaAsync($"requests.{Gpu}=2");
        var pod = await RunAsync(world, "web", 2);
        var made = await world.CreateAsync(MadeFor(pod, Claim("made", 2)));

        var why = await AdmissionWorld.RefusalAsync(
            async () => await world.Api.UpdateAsync(made with { Metadata = made.Metadata with { Annotations = default } }, Stop));
        Assert.Contains("exceeded quota: q, requested: requests.example.com/gpu=2, used: requests.example.com/gpu=2", why, StringComparison.Ordinal);

        await world.Api.UpdateAsync(made with { Metadata = made.Metadata with { Labels = ValueMap.Of(("a", "b")) } }, Stop);
    }

    [Fact]
    public async Task A_class_counts_by_the_resource_that_it_stands_for_now()
    {
        var world = await WithQuotaAsync($"requests.{Gpu}=1,requests.example.com/tpu=1");
        await world.CreateAsync(Claim("a", 1));
        await AdmissionWorld.RefusalAsync(() => world.CreateAsync(Claim("b", 1)));

        var gpus = await world.Api.FindAsync<DeviceClass>(new("", "gpus"), Stop);
        await world.Api.UpdateAsync(gpus! with { Spec = gpus.Spec with { ExtendedResourceName = "example.com/tpu" } }, Stop);

        Assert.Contains(
            "requested: requests.example.com/tpu=1, used: requests.example.com/tpu=1, limited: requests.example.com/tpu=1",
            await AdmissionWorld.RefusalAsync(() => world.CreateAsync(Claim("b", 1))), StringComparison.Ordinal);
        await RunAsync(world, "web", 1);
    }

    [Fact]
    public async Task Pods_and_claims_that_are_written_at_the_same_time_never_exceed_a_quota()
    {
        var world = await WithQuotaAsync($"requests.{Gpu}=25,count/pods=40");

        var made = await Task.WhenAll(Enumerable.Range(0, 150).Select(i => Task.Run(async () =>
        {
            try
            {
                await (i % 3 == 0 ? RunAsync(world, $"pod-{i}", 1) : i % 3 == 1 ? world.RunAsync($"plain-{i}") : (Task)world.CreateAsync(Claim($"claim-{i}", 1)));
                return i % 3;
            }
            catch (ApiError refused) when (refused.Message.Contains("exceeded quota", StringComparison.Ordinal))
            {
                return -1;
            }
        })));

        // Exactly as many as there may be, of both together; and as many pods, with devices or without.
        Assert.Equal(25, made.Count(one => one is 0 or 2));
        var pods = made.Count(one => one is 0 or 1);
        Assert.InRange(pods, 0, 40);
        Assert.Equal(pods, (await world.Api.ListAsync<Pod>(ListQuery.All, Stop)).Items.Count);
    }

    [Fact]
    public async Task Of_a_pod_and_a_claim_that_want_the_last_device_one_gets_it()
    {
        var world = await WithQuotaAsync($"requests.{Gpu}=1");
        for (var round = 0; round < 300; round++)
        {
            using var together = new Barrier(2);
            var pod = TryAsync(together, () => RunAsync(world, "web", 1));
            var claim = TryAsync(together, () => world.CreateAsync(Claim("a", 1)));
            Assert.True(await pod != await claim, $"in round {round} {(await pod ? "both" : "none")} got it");
            await (await pod
                ? world.Api.DeleteAsync<Pod>(new("default", "web"), new() { GracePeriodSeconds = 0 }, Stop)
                : world.Api.DeleteAsync<ResourceClaim>(new("default", "a"), null, Stop));
        }

        static Task<bool> TryAsync(Barrier together, Func<Task> make) => Task.Run(async () =>
        {
            together.SignalAndWait(Stop);
            try
            {
                await make();
                return true;
            }
            catch (ApiError refused) when (refused.Message.Contains("exceeded quota", StringComparison.Ordinal))
            {
                return false;
            }
        });
    }

    private async Task<AdmissionWorld> WithQuotaAsync(string hard)
    {
        var world = await _world;
        await world.CreateAsync(new DeviceClass { Metadata = new() { Name = "gpus" }, Spec = new() { ExtendedResourceName = Gpu } });
        await world.CreateAsync(new ResourceQuota { Metadata = new() { Name = "q", Namespace = "default" }, Spec = new() { Hard = AdmissionWorld.Amounts(hard) } });
        return world;
    }

    private static Task<Pod> RunAsync(AdmissionWorld world, string name, int count, string resource = Gpu)
    {
        var amounts = AdmissionWorld.Amounts($"{resource}={count}");
        return world.RunAsync(name, resources: new() { Requests = amounts, Limits = amounts });
    }

    private static ResourceClaim MadeFor(Pod pod, ResourceClaim claim) => claim with
    {
        Metadata = claim.Metadata with { Annotations = ValueMap.Of((DeviceClaims.ExtendedAnnotation, "true")), OwnerReferences = [ControllerRef.To(pod)] },
    };

    private static ResourceClaim Claim(string name, long count) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new()
        {
            Devices = new() { Requests = [new() { Name = "r", Exactly = new() { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.ExactCount, Count = count } }] },
        },
    };
}

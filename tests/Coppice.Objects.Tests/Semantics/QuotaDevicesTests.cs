using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Objects.Tests.Semantics;

/// <summary>Devices by the names of extended resources: the class "gpus" stands for example.com/gpu.</summary>
public sealed class QuotaDevicesTests
{
    private const string Gpu = "example.com/gpu";
    private const string OfClass = "deviceclass.resource.kubernetes.io/gpus";
    private static readonly Kind Claims = BuiltInKinds.Of<ResourceClaim>();

    private static readonly ResourceQuota Quota = new()
    {
        Spec = new()
        {
            Hard = new[] { "count/resourceclaims.resource.k8s.io", "gpus.deviceclass.resource.k8s.io/devices", $"requests.{Gpu}", $"requests.{OfClass}" }
                .Select(name => KeyValuePair.Create(name, Quantity.FromUnits(9))).ToValueMap(),
        },
    };

    private readonly Dictionary<ObjectKey, Pod> _pods = [];
    private readonly QuotaSums _sums = new(Claims);

    [Fact]
    public void A_device_counts_by_its_class_and_by_the_resource_that_the_class_stands_for()
    {
        Learn(Claim("a", Exactly("gpus", 2)));
        Assert.Equal("claims=1 devices=2 gpu=2 class=2", Used());

        Learn(Claim("b", Exactly("other", 5)));
        Assert.Equal("claims=2 devices=2 gpu=2 class=2", Used());

        Learn(Claim("c", new DeviceRequest { Name = "c", FirstAvailable = [Choice("gpus", 3), Choice("gpus", 1), Choice("other", 4)] }, Exactly("gpus", 1)));
        Assert.Equal("claims=3 devices=6 gpu=6 class=6", Used());

        Learn(Claim("d", new DeviceRequest { Name = "d", Exactly = new() { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.All } }));
        Assert.Equal("claims=4 devices=38 gpu=38 class=38", Used());

        _sums.Learn(new("default", "d"), null);
        Assert.Equal("claims=3 devices=6 gpu=6 class=6", Used());
    }

    [Fact]
    public void Classes_that_stand_for_one_resource_count_together_and_one_that_stands_for_another_by_that()
    {
        Learn(Claim("a", Exactly("gpus", 2), Exactly("other", 3)));
        Assert.Equal("claims=1 devices=2 gpu=5 class=2", Used(("gpus", Gpu), ("other", Gpu)));
        Assert.Equal("claims=1 devices=2 gpu=3 class=2", Used(("gpus", "example.com/else"), ("other", Gpu)));
        Assert.Equal("claims=1 devices=2 gpu=0 class=2", Used(("gpus", null), ("other", "")));
    }

    [Theory]
    [InlineData(Gpu, 2, 2, "gpu=0 class=2")]
    [InlineData(OfClass, 2, 2, "gpu=2 class=0")]
    [InlineData(Gpu, 1, 3, "gpu=2 class=3")]
    [InlineData(Gpu, 3, 2, "gpu=0 class=2")]
    public void What_the_pod_takes_that_a_claim_was_made_for_the_claim_does_not_take(string resource, int ofPod, int ofClaim, string used)
    {
        var pod = Run("web", resource, ofPod);
        Learn(MadeFor(pod, Claim("made", Exactly("gpus", ofClaim))));
        Assert.Equal($"claims=1 devices={ofClaim} {used}", Used());
    }

    [Fact]
    public void A_claim_takes_all_when_its_pod_takes_no_more_or_is_another_one()
    {
        var pod = Run("web", Gpu, 2);
        Learn(MadeFor(pod, Claim("made", Exactly("gpus", 2))));
        Assert.Equal("claims=1 devices=2 gpu=0 class=2", Used());

        _pods[ObjectKey.Of(pod)] = pod with { Status = new() { Phase = PodPhase.Succeeded } };
        Assert.Equal("claims=1 devices=2 gpu=2 class=2", Used());

        Run("web", Gpu, 2, uid: "another");
        Assert.Equal("claims=1 devices=2 gpu=2 class=2", Used());

        _pods.Clear();
        Assert.Equal("claims=1 devices=2 gpu=2 class=2", Used());
    }

    [Fact]
    public void A_pod_makes_room_for_what_it_takes_once_however_many_claims_say_that_they_are_made_for_it()
    {
        var pod = Run("web", Gpu, 2);
        Learn(MadeFor(pod, Claim("made", Exactly("gpus", 2))));
        Learn(MadeFor(pod, Claim("more", Exactly("gpus", 2))));
        Assert.Equal("claims=2 devices=4 gpu=2 class=4", Used());

        // Who is owned is not made for it yet.
        var owned = MadeFor(pod, Claim("made", Exactly("gpus", 2)));
        Learn(owned with { Metadata = owned.Metadata with { Annotations = default } });
        Learn(Claim("more", Exactly("gpus", 2)));
        Assert.Equal("claims=2 devices=4 gpu=4 class=4", Used());
    }

    [Fact]
    public void A_quota_of_pods_in_a_scope_counts_no_claims()
    {
        var pod = Run("web", Gpu, 2);
        Learn(MadeFor(pod, Claim("made", Exactly("gpus", 3))));
        var scoped = Quota with { Spec = Quota.Spec with { Scopes = [ResourceQuotaScope.NotBestEffort] } };
        Assert.All(_sums.Of(scoped, default, Devices(("gpus", Gpu))).Used, one => Assert.True(one.Value.IsZero, $"{one}"));
    }

    [Fact]
    public void Quotas_on_extended_resources_are_about_pods_and_claims()
    {
        foreach (var kind in (Kind[])[Claims, BuiltInKinds.Of<Pod>()])
        {
            Assert.True(QuotaUsage.IsOf(kind, $"requests.{Gpu}"));
            Assert.True(QuotaUsage.IsOf(kind, $"requests.{OfClass}"));
            Assert.False(QuotaUsage.IsOf(kind, Gpu));
            Assert.False(QuotaUsage.IsOf(kind, "requests.kubernetes.io/gpu"));
        }

        Assert.False(QuotaUsage.IsOf(Claims, "requests.cpu"));
    }

    private string Used(params (string Class, string? Resource)[] classes)
    {
        var used = _sums.Of(Quota, default, Devices(classes.Length == 0 ? [("gpus", Gpu)] : classes)).Used;
        return $"claims={used["count/resourceclaims.resource.k8s.io"]} devices={used["gpus.deviceclass.resource.k8s.io/devices"]} gpu={used[$"requests.{Gpu}"]} class={used[$"requests.{OfClass}"]}";
    }

    private QuotaDevices Devices(params (string Class, string? Resource)[] classes) => new(
        QuotaDevices.ResourcesOf(classes.Select(one => new DeviceClass { Metadata = new() { Name = one.Class }, Spec = new() { ExtendedResourceName = one.Resource } })),
        key => _pods.GetValueOrDefault(key));

    private void Learn(ResourceClaim claim) => _sums.Learn(ObjectKey.Of(claim), claim);

    private Pod Run(string name, string resource, int count, string uid = "1")
    {
        var pod = new Pod
        {
            Metadata = new() { Name = name, Namespace = "default", Uid = uid },
            Spec = new() { Containers = [new() { Name = "c", Resources = new() { Requests = ValueMap.Of((resource, Quantity.FromUnits(count))) } }] },
        };
        return _pods[ObjectKey.Of(pod)] = pod;
    }

    private static ResourceClaim MadeFor(Pod pod, ResourceClaim claim) => claim with
    {
        Metadata = claim.Metadata with { Annotations = ValueMap.Of((DeviceClaims.ExtendedAnnotation, "true")), OwnerReferences = [ControllerRef.To(pod)] },
    };

    private static ResourceClaim Claim(string name, params ValueList<DeviceRequest> requests) =>
        new() { Metadata = new() { Name = name, Namespace = "default" }, Spec = new() { Devices = new() { Requests = requests } } };

    private static DeviceRequest Exactly(string ofClass, long count) =>
        new() { Name = ofClass, Exactly = new() { DeviceClassName = ofClass, AllocationMode = DeviceAllocationMode.ExactCount, Count = count } };

    private static DeviceSubRequest Choice(string ofClass, long count) =>
        new() { Name = $"{ofClass}-{count}", DeviceClassName = ofClass, AllocationMode = DeviceAllocationMode.ExactCount, Count = count };
}

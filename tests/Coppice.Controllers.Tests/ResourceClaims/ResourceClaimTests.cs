using Coppice.Controllers.ResourceClaims;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.Tests.ResourceClaims;

public sealed class ResourceClaimTests : IDisposable
{
    private readonly ControlPlane _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_pod_gets_a_claim_made_from_its_template_and_is_told_its_name()
    {
        Template();
        var pod = Pod();

        var claim = Claim();
        Assert.StartsWith("web-gpu-", claim.Metadata.Name);
        Assert.Equal(ValueMap.Of(("app", "web")), claim.Metadata.Labels);
        Assert.Equal(ValueMap.Of(("note", "x"), (DeviceClaims.EntryAnnotation, "gpu")), claim.Metadata.Annotations);
        Assert.Equal("gpus", Assert.Single(claim.Spec.Devices.Requests).Exactly?.DeviceClassName);
        var owner = Assert.Single(claim.Metadata.OwnerReferences);
        Assert.Equal(("Pod", pod.Metadata.Uid, true, true), (owner.Kind, owner.Uid, owner.Controller, owner.BlockOwnerDeletion));
        var told = Assert.Single(_world.Api.Get<Pod>("web", "default").Status.ResourceClaimStatuses);
        Assert.Equal(("gpu", claim.Metadata.Name), (told.Name, told.ResourceClaimName));

        _world.Delete<Pod>("web");
        Assert.Empty(_world.Api.All<ResourceClaim>());
    }

    [Fact]
    public void Claims_are_counted_by_what_they_have_and_come_from()
    {
        Template();
        Pod();
        var figures = _world.Figures();
        Assert.Contains("resourceclaim_controller_creates_total{status=\"success\",admin_access=\"false\"} 1\n", figures);
        Assert.Contains("resourceclaim_controller_resource_claims{allocated=\"false\",admin_access=\"false\",source=\"resource_claim_template\"} 1\n", figures);

        _world.Create(new Namespace { Metadata = new() { Name = "watched", Labels = ValueMap.Of(("resource.kubernetes.io/admin-access", "true")) } });
        _world.Create(new ResourceClaim
        {
            Metadata = new() { Name = "watcher", Namespace = "watched" },
            Spec = new() { Devices = new() { Requests = [new() { Name = "one", Exactly = new() { DeviceClassName = "gpus", AdminAccess = true } }] } },
        });
        Assert.Contains("resourceclaim_controller_resource_claims{allocated=\"false\",admin_access=\"true\",source=\"\"} 1\n", _world.Figures());
    }

    [Fact]
    public void A_pod_waits_for_a_template_that_is_missing_and_says_so()
    {
        Pod();
        Assert.Contains(
            "FailedResourceClaimCreation PodResourceClaim gpu: resource claim template \"gpu-template\": resourceclaimtemplate.resource.k8s.io \"gpu-template\" not found",
            _world.Events);

        Template();
        Assert.Equal(Claim().Metadata.Name, Assert.Single(_world.Api.Get<Pod>("web", "default").Status.ResourceClaimStatuses).ResourceClaimName);
    }

    [Fact]
    public void A_claim_that_somebody_deleted_is_made_again()
    {
        Template();
        Pod();
        var before = Claim().Metadata;
        _world.Delete<ResourceClaim>(before.Name!);
        Assert.NotEqual(before.Uid, Claim().Metadata.Uid);
        Assert.Equal(Claim().Metadata.Name, Assert.Single(_world.Api.Get<Pod>("web", "default").Status.ResourceClaimStatuses).ResourceClaimName);
    }

    [Theory]
    [InlineData("web", "gpu", "web-gpu-")]
    [InlineData("a-pod-with-a-name-that-is-long-enough-for-any", "and-an-entry-that-is-long-too", "a-pod-with-a-name-that-is-long-en-and-an-entry-that-is-")]
    public void Names_that_are_too_long_together_are_shortened_alike(string pod, string entry, string expected) =>
        Assert.Equal(expected, GeneratedClaims.BaseName(pod, entry));

    [Fact]
    public void A_claim_of_a_pod_that_has_ended_gives_its_devices_back_and_goes()
    {
        Template();
        Allocate(Claim, Pod());
        Assert.Equal([DeviceClaims.Finalizer], Claim().Metadata.Finalizers);

        End("web");
        Assert.Empty(_world.Api.All<ResourceClaim>());
    }

    [Fact]
    public void A_claim_that_the_scheduler_made_for_extended_resources_goes_when_the_pod_has_ended()
    {
        var pod = _world.Create(PodOf("web", null) with { Spec = new() { Containers = [new() { Name = "c", Image = "i" }] } });
        _world.Create(new ResourceClaim
        {
            Metadata = new()
            {
                Name = "web-extended-resources-x",
                Namespace = "default",
                OwnerReferences = [new() { ApiVersion = "v1", Kind = "Pod", Name = "web", Uid = pod.Metadata.Uid!, Controller = true }],
            },
            Spec = Wanted,
        });
        _world.Api.SetPod("web", one => one with { Status = one.Status with { ExtendedResourceClaimStatus = new() { ResourceClaimName = "web-extended-resources-x" } } }, "default");
        Allocate(Claim, pod);
        Assert.NotNull(Claim().Status.Allocation);

        End("web");
        Assert.Empty(_world.Api.All<ResourceClaim>());
    }

    [Fact]
    public void A_shared_claim_keeps_its_devices_until_its_last_user_is_gone_and_stays()
    {
        Shared();
        Allocate(Claim, Pod("a", "shared"), Pod("b", "shared"));

        _world.Delete<Pod>("a");
        Assert.Equal("b", Assert.Single(Claim().Status.ReservedFor).Name);
        Assert.NotNull(Claim().Status.Allocation);

        End("b");
        Assert.Null(Claim().Status.Allocation);
        Assert.True(Claim().Status.ReservedFor.IsEmpty);
        Assert.True(Claim().Metadata.Finalizers.IsEmpty);
    }

    [Fact]
    public void A_claim_that_is_deleted_stays_as_long_as_a_pod_uses_it()
    {
        Shared();
        Allocate(Claim, Pod("a", "shared"));
        _world.Delete<ResourceClaim>("shared");
        Assert.NotNull(Claim().Metadata.DeletionTimestamp);
        Assert.NotNull(Claim().Status.Allocation);

        End("a");
        Assert.Empty(_world.Api.All<ResourceClaim>());
    }

    [Fact]
    public void A_pod_that_came_to_its_node_without_the_scheduler_is_noted_as_a_user_of_what_is_allocated()
    {
        Shared();
        Allocate(Claim);
        _world.Create(PodOf("direct", "shared") with { Spec = PodOf("direct", "shared").Spec with { NodeName = "n1" } });
        Assert.Equal("direct", Assert.Single(Claim().Status.ReservedFor).Name);
    }

    [Fact]
    public void What_was_allocated_and_never_used_stays()
    {
        Shared();
        Allocate(Claim);
        Assert.NotNull(Claim().Status.Allocation);
        Assert.Equal([DeviceClaims.Finalizer], Claim().Metadata.Finalizers);
    }

    private ResourceClaim Claim() => Assert.Single(_world.Api.All<ResourceClaim>());

    private void End(string pod)
    {
        _world.Api.SetPod(pod, one => one with { Spec = one.Spec with { NodeName = "n1" }, Status = one.Status with { Phase = PodPhase.Succeeded } }, "default");
        _world.Settle();
    }

    /// <summary>The scheduler's part: a device, and who may use it.</summary>
    private void Allocate(Func<ResourceClaim> find, params ReadOnlySpan<Pod> users)
    {
        var name = find().Metadata.Name!;
        _world.Change<ResourceClaim>(name, claim => claim with { Metadata = claim.Metadata with { Finalizers = [DeviceClaims.Finalizer] } });
        var allocated = find() with
        {
            Status = new()
            {
                Allocation = new() { Devices = new() { Results = [new() { Request = "one", Driver = "gpu.example.com", Pool = "n1", Device = "gpu-0" }] } },
            },
        };
        foreach (var user in users)
        {
            allocated = DeviceClaims.ReservedFor(user, allocated);
        }

        _world.Api.SetStatus<ResourceClaim>(name, claim => claim with { Status = allocated.Status }, "default");
        _world.Settle();
    }

    private void Shared() => _world.Create(new ResourceClaim { Metadata = new() { Name = "shared", Namespace = "default" }, Spec = Wanted });

    private void Template() => _world.Create(new ResourceClaimTemplate
    {
        Metadata = new() { Name = "gpu-template", Namespace = "default" },
        Spec = new() { Metadata = new() { Labels = ValueMap.Of(("app", "web")), Annotations = ValueMap.Of(("note", "x")) }, Spec = Wanted },
    });

    private static ResourceClaimSpec Wanted => new() { Devices = new() { Requests = [new() { Name = "one", Exactly = new() { DeviceClassName = "gpus" } }] } };

    private Pod Pod(string name = "web", string? claim = null) => _world.Create(PodOf(name, claim));

    private static Pod PodOf(string name, string? claim) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new()
        {
            Containers = [new() { Name = "c", Image = "i" }],
            ResourceClaims = [new() { Name = "gpu", ResourceClaimName = claim, ResourceClaimTemplateName = claim is null ? "gpu-template" : null }],
        },
    };
}

using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.Tests.Quotas;

public sealed class QuotaTests : IDisposable
{
    private readonly ControlPlane _plane = new();

    public void Dispose() => _plane.Dispose();

    [Fact]
    public void What_is_used_is_told_at_once()
    {
        Limit("pods=5,count/replicasets.apps=9,configmaps=9,requests.cpu=10");
        Assert.Equal("configmaps=1,count/replicasets.apps=0,pods=0,requests.cpu=0", Used);

        _plane.Create(WithRequests(Samples.ReplicaSet(3)));
        Assert.Equal("configmaps=1,count/replicasets.apps=1,pods=3,requests.cpu=600m", Used);

        _plane.Change<ReplicaSet>("web", set => set with { Spec = set.Spec with { Replicas = 1 } });
        Assert.Equal("configmaps=1,count/replicasets.apps=1,pods=1,requests.cpu=200m", Used);

        _plane.Delete<ReplicaSet>("web");
        Assert.Equal("configmaps=1,count/replicasets.apps=0,pods=0,requests.cpu=0", Used);
    }

    [Fact]
    public void What_has_ended_takes_no_more_but_its_place_among_objects()
    {
        Limit("pods=5,count/pods=5");
        _plane.Create(Samples.ReplicaSet(1));
        var pod = Assert.Single(_plane.Api.All<Pod>());

        _plane.Api.SetPod(pod.Metadata.Name!, one => one with { Status = one.Status with { Phase = PodPhase.Failed } });
        _plane.Settle();

        // The one that failed, and the one in its place.
        Assert.Equal("count/pods=2,pods=1", Used);
    }

    [Fact]
    public void A_status_that_somebody_changed_is_mended()
    {
        Limit("pods=5");
        _plane.Api.SetStatus<ResourceQuota>("q", quota => quota with { Status = new() { Used = ValueMap.Of(("pods", Quantity.FromUnits(4))) } }, "default");
        _plane.Settle();

        Assert.Equal("pods=0", Used);
        Assert.Equal(_plane.Api.Get<ResourceQuota>("q").Spec.Hard, _plane.Api.Get<ResourceQuota>("q").Status.Hard);
    }

    [Fact]
    public void What_failed_for_a_quota_is_made_as_soon_as_there_is_more_of_it()
    {
        Limit("pods=1");
        _plane.Create(Samples.Deployment(3));
        var set = Assert.Single(_plane.Api.All<ReplicaSet>());
        var condition = Assert.Single(set.Status.Conditions);
        Assert.Equal(("ReplicaFailure", "True", "FailedCreate"), (condition.Type, condition.Status, condition.Reason));
        Assert.Contains("exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1", condition.Message, StringComparison.Ordinal);
        Assert.Contains(_plane.Api.Get<Deployment>("web").Status.Conditions, one => one is { Type: "ReplicaFailure", Status: "True" });
        Assert.Contains(_plane.Events, text => text.StartsWith("FailedCreate Error creating: pods ", StringComparison.Ordinal));

        // No time passes.
        _plane.Change<ResourceQuota>("q", quota => quota with { Spec = quota.Spec with { Hard = ValueMap.Of(("pods", Quantity.FromUnits(3))) } });

        Assert.Equal(3, _plane.Api.All<Pod>().Count);
        Assert.Empty(_plane.Api.Get<ReplicaSet>(set.Metadata.Name!).Status.Conditions);
    }

    [Fact]
    public void What_failed_for_a_quota_is_made_as_soon_as_others_need_less_of_it()
    {
        Limit("pods=1");
        _plane.Create(Samples.ReplicaSet(1, "first"));
        _plane.Create(Samples.ReplicaSet(1, "second") with { Spec = Samples.ReplicaSet(1).Spec with { Selector = new() { MatchLabels = Second }, Template = SecondTemplate } });
        Assert.Single(_plane.Api.All<Pod>());

        _plane.Delete<ReplicaSet>("first");

        Assert.StartsWith("second-", Assert.Single(_plane.Api.All<Pod>()).Metadata.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_failed_for_a_quota_is_tried_again_as_soon_as_there_is_more_of_it()
    {
        Limit("count/replicasets.apps=0,count/jobs.batch=0");
        _plane.Create(Samples.Deployment(1));
        _plane.Create(new CronJob { Metadata = new() { Name = "tick", Namespace = "default" }, Spec = new() { Schedule = "* * * * *", JobTemplate = new() { Spec = Once } } });
        _plane.Advance(TimeSpan.FromMinutes(5));
        Assert.Contains(_plane.Events, text => text.StartsWith("ReplicaSetCreateError ", StringComparison.Ordinal));
        Assert.Contains(_plane.Events, text => text.StartsWith("FailedCreate Error creating job: ", StringComparison.Ordinal));
        Assert.Empty(_plane.Api.All<ReplicaSet>());

        // No time passes.
        _plane.Change<ResourceQuota>("q", quota => quota with { Spec = new() { Hard = Amounts("count/replicasets.apps=1,count/jobs.batch=1") } });

        Assert.Single(_plane.Api.All<ReplicaSet>());
        Assert.Single(_plane.Api.All<Job>());
    }

    [Fact]
    public void What_a_namespace_is_to_have_comes_when_its_quota_goes()
    {
        Limit("configmaps=0");
        _plane.Delete<ConfigMap>("kube-root-ca.crt");
        Assert.Null(_plane.Api.Find<ConfigMap>(new("default", "kube-root-ca.crt")));

        _plane.Delete<ResourceQuota>("q");
        Assert.NotNull(_plane.Api.Find<ConfigMap>(new("default", "kube-root-ca.crt")));
    }

    [Fact]
    public void Devices_are_counted_by_the_resource_that_their_class_stands_for_now()
    {
        Limit("requests.example.com/gpu=9,requests.example.com/tpu=9");
        _plane.Create(Claim("a", 2));
        Assert.Equal("requests.example.com/gpu=0,requests.example.com/tpu=0", Used);

        _plane.Create(new DeviceClass { Metadata = new() { Name = "gpus" }, Spec = new() { ExtendedResourceName = Gpu } });
        Assert.Equal("requests.example.com/gpu=2,requests.example.com/tpu=0", Used);

        _plane.Change<DeviceClass>("gpus", one => one with { Spec = one.Spec with { ExtendedResourceName = "example.com/tpu" } }, "");
        Assert.Equal("requests.example.com/gpu=0,requests.example.com/tpu=2", Used);

        _plane.Delete<DeviceClass>("gpus", "");
        Assert.Equal("requests.example.com/gpu=0,requests.example.com/tpu=0", Used);
    }

    [Fact]
    public void A_device_is_counted_with_its_pod_or_with_the_claim_that_was_made_for_it()
    {
        _plane.Create(new DeviceClass { Metadata = new() { Name = "gpus" }, Spec = new() { ExtendedResourceName = Gpu } });
        Limit("gpus.deviceclass.resource.k8s.io/devices=9,requests.deviceclass.resource.kubernetes.io/gpus=9,requests.example.com/gpu=9");
        var pod = _plane.Create(new Pod
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = new() { Containers = [new() { Name = "c", Image = "i", Resources = new() { Requests = Amounts($"{Gpu}=2"), Limits = Amounts($"{Gpu}=2") } }] },
        });
        Assert.Equal("gpus.deviceclass.resource.k8s.io/devices=0,requests.deviceclass.resource.kubernetes.io/gpus=0,requests.example.com/gpu=2", Used);

        var claim = Claim("made", 2);
        _plane.Create(claim with
        {
            Metadata = claim.Metadata with { Annotations = ValueMap.Of((DeviceClaims.ExtendedAnnotation, "true")), OwnerReferences = [ControllerRef.To(pod)] },
        });
        Assert.Equal("gpus.deviceclass.resource.k8s.io/devices=2,requests.deviceclass.resource.kubernetes.io/gpus=2,requests.example.com/gpu=2", Used);

        // It has the devices for as long as it is there.
        _plane.Change<ResourceClaim>("made", one => one with { Metadata = one.Metadata with { Finalizers = ["example.com/kept"] } });
        _plane.Api.SetPod("web", one => one with { Status = one.Status with { Phase = PodPhase.Succeeded } });
        _plane.Settle();
        Assert.Equal("gpus.deviceclass.resource.k8s.io/devices=2,requests.deviceclass.resource.kubernetes.io/gpus=2,requests.example.com/gpu=2", Used);

        _plane.Change<ResourceClaim>("made", one => one with { Metadata = one.Metadata with { Finalizers = [] } });
        _plane.Delete<Pod>("web");
        Assert.Equal("gpus.deviceclass.resource.k8s.io/devices=0,requests.deviceclass.resource.kubernetes.io/gpus=0,requests.example.com/gpu=0", Used);
    }

    private const string Gpu = "example.com/gpu";

    private static ResourceClaim Claim(string name, long count) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new()
        {
            Devices = new() { Requests = [new() { Name = "r", Exactly = new() { DeviceClassName = "gpus", AllocationMode = DeviceAllocationMode.ExactCount, Count = count } }] },
        },
    };

    private static JobSpec Once => new()
    {
        Template = Samples.Template() with { Metadata = new(), Spec = Samples.Template().Spec with { RestartPolicy = "Never" } },
    };

    private static ValueMap<string> Second => ValueMap.Of(("app", "second"));

    private static PodTemplateSpec SecondTemplate => Samples.Template() with { Metadata = new() { Labels = Second } };

    private string Used => string.Join(",", _plane.Api.Get<ResourceQuota>("q").Status.Used.Select(amount => $"{amount.Key}={amount.Value}"));

    private void Limit(string hard) =>
        _plane.Create(new ResourceQuota { Metadata = new() { Name = "q", Namespace = "default" }, Spec = new() { Hard = Amounts(hard) } });

    private static ValueMap<Quantity> Amounts(string hard) =>
        hard.Split(',').Select(one => one.Split('=')).Select(one => KeyValuePair.Create(one[0], Quantity.Parse(one[1]))).ToValueMap();

    private static ReplicaSet WithRequests(ReplicaSet set) => set with
    {
        Spec = set.Spec with
        {
            Template = set.Spec.Template with
            {
                Spec = set.Spec.Template.Spec with
                {
                    Containers = set.Spec.Template.Spec.Containers.ConvertAll(c => c with { Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("200m"))) } }),
                },
            },
        },
    };
}

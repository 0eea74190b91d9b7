using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class LimitRangerTests
{
    private readonly Task<AdmissionWorld> _world = AdmissionWorld.MakeAsync();

    [Fact]
    public async Task A_container_that_says_nothing_gets_what_its_namespace_gives()
    {
        var world = await _world;
        await LimitAsync(new() { Type = "Container", Default = Amounts("cpu=500m,memory=500Mi"), DefaultRequest = Amounts("cpu=100m,memory=200Mi") });

        var pod = await world.RunAsync(
            with: spec => spec with { InitContainers = [new() { Name = "i", Image = "i", Resources = new() { Limits = Amounts("cpu=300m") } }] },
            resources: new() { Requests = Amounts("cpu=200m") });

        var container = Assert.Single(pod.Spec.Containers).Resources;
        Assert.Equal((Amounts("cpu=500m,memory=500Mi"), Amounts("cpu=200m,memory=200Mi")), (container.Limits, container.Requests));
        var first = Assert.Single(pod.Spec.InitContainers).Resources;
        Assert.Equal((Amounts("cpu=300m,memory=500Mi"), Amounts("cpu=300m,memory=200Mi")), (first.Limits, first.Requests));
        Assert.Equal(
            "LimitRanger plugin set: memory request for container c; cpu, memory limit for container c; "
            + "memory request for init container i; memory limit for init container i",
            pod.Metadata.Annotations["kubernetes.io/limit-ranger"]);
    }

    [Fact]
    public async Task What_is_given_follows_from_the_bounds_where_it_is_not_said()
    {
        var made = await LimitAsync(new() { Type = "Container", Max = Amounts("cpu=1"), Min = Amounts("cpu=100m,memory=5Mi") });

        var item = Assert.Single(made.Spec.Limits);
        Assert.Equal((Amounts("cpu=1"), Amounts("cpu=1,memory=5Mi")), (item.Default, item.DefaultRequest));
    }

    [Theory]
    [InlineData("Container", "min:cpu=100m", "cpu=50m", "", "minimum cpu usage per Container is 100m, but request is 50m")]
    [InlineData("Container", "max:cpu=100m", "", "cpu=200m", "maximum cpu usage per Container is 100m, but limit is 200m")]
    [InlineData("Pod", "max:cpu=100m", "cpu=50m", "", "maximum cpu usage per Pod is 100m. No limit is specified")]
    [InlineData("Pod", "min:memory=1Gi", "", "", "minimum memory usage per Pod is 1Gi. No request is specified")]
    [InlineData("Pod", "min:memory=1Gi", "memory=2Gi", "", null)]
    [InlineData(
        "Container",
        "ratio:cpu=2",
        "cpu=50m",
        "cpu=200m",
        "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000")]
    [InlineData("Container", "ratio:cpu=2", "", "", "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0")]
    [InlineData(
        "Pod",
        "max:cpu=100m,memory=1Gi",
        "cpu=1,memory=2Gi",
        "cpu=1,memory=2Gi",
        "[maximum cpu usage per Pod is 100m, but limit is 1, maximum memory usage per Pod is 1Gi, but limit is 2Gi]")]
    public async Task A_pod_outside_the_bounds_is_refused(string type, string bound, string requests, string limits, string? why)
    {
        var world = await _world;
        var (name, amounts) = (bound.Split(':')[0], Amounts(bound.Split(':')[1]));
        await LimitAsync(new()
        {
            Type = type,
            Min = name == "min" ? amounts : default,
            Max = name == "max" ? amounts : default,
            // No defaults, so that what the pod says is what counts.
            MaxLimitRequestRatio = name == "ratio" ? amounts : default,
        });
        var resources = new ResourceRequirements { Requests = Amounts(requests), Limits = Amounts(limits) };

        if (why is null)
        {
            await world.RunAsync(resources: resources);
            return;
        }

        Assert.Equal($"pods \"web\" is forbidden: {why}", await AdmissionWorld.RefusalAsync(() => world.RunAsync(resources: resources)));
    }

    [Theory]
    [InlineData("500Mi", "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi")]
    [InlineData("5Gi", "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi")]
    public async Task A_claim_outside_the_bounds_is_refused(string size, string why)
    {
        var world = await _world;
        await LimitAsync(new() { Type = "PersistentVolumeClaim", Min = Amounts("storage=1Gi"), Max = Amounts("storage=2Gi") });
        var claim = new PersistentVolumeClaim
        {
            Metadata = new() { Name = "data", Namespace = "default" },
            Spec = new() { AccessModes = ["ReadWriteOnce"], Resources = new() { Requests = Amounts($"storage={size}") } },
        };

        Assert.Equal($"persistentvolumeclaims \"data\" is forbidden: {why}", await AdmissionWorld.RefusalAsync(() => world.CreateAsync(claim)));
    }

    [Fact]
    public async Task A_bound_counts_from_when_it_is_written_until_it_is_gone()
    {
        var world = await _world;
        await world.RunAsync("before");
        var made = await LimitAsync(new() { Type = "Pod", Min = Amounts("cpu=1") });
        await AdmissionWorld.RefusalAsync(() => world.RunAsync("while"));
        await world.Api.DeleteAsync<LimitRange>(ObjectKey.Of(made), null, TestContext.Current.CancellationToken);
        await world.RunAsync("after");
    }

    private static ValueMap<Quantity> Amounts(string text) => AdmissionWorld.Amounts(text);

    private async Task<LimitRange> LimitAsync(LimitRangeItem item) =>
        await (await _world).CreateAsync(new LimitRange { Metadata = new() { Name = "bounds", Namespace = "default" }, Spec = new() { Limits = [item] } });
}


using Coppice.Client;
using Coppice.Node.Tests.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
namespace Coppice.Node.Tests.Pods;

/// <summary>When the volumes of running pods are brought up to date.</summary>
public sealed class VolumeUpkeepTests
{
    [Fact]
    public void A_changed_object_is_in_the_volumes_of_its_pods_without_any_delay()
    {
        using var node = new TestNode().Start();
        Create(node, new ConfigMap { Metadata = Named("settings") });
        Create(node, new Secret { Metadata = Named("keys") });
        CreatePod(node, "maps", new Volume { Name = "v", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } });
        CreatePod(node, "secrets", new Volume { Name = "v", Secret = new SecretVolumeSource { SecretName = "keys" } });
        CreatePod(node, "both", new Volume
        {
            Name = "v",
            Projected = new ProjectedVolumeSource
            {
                Sources = [new VolumeProjection { ConfigMap = new ConfigMapProjection { Name = "settings" } }, new VolumeProjection { Secret = new SecretProjection { Name = "keys" } }],
            },
        });
        CreatePod(node, "neither", new Volume { Name = "v", EmptyDir = new EmptyDirVolumeSource() });
        node.HostResources.Refreshed.Clear();

        node.Do(() => _ = node.Api.Api.UpdateAsync(new ConfigMap { Metadata = Named("settings"), Data = ValueMap.Of(("a", "2")) }, default).AsTask());
        Assert.Equal(["both", "maps"], node.HostResources.Refreshed.Order());

        node.HostResources.Refreshed.Clear();
        node.Do(() => _ = node.Api.Api.DeleteAsync<Secret>(new ObjectKey("shop", "keys"), null, default).AsTask());
        Assert.Equal(["both", "secrets"], node.HostResources.Refreshed.Order());

        node.HostResources.Refreshed.Clear();
        Create(node, new Secret { Metadata = Named("keys") });
        Assert.Equal(["both", "secrets"], node.HostResources.Refreshed.Order());
    }

    [Fact]
    public void A_pods_own_labels_and_annotations_are_followed_and_its_status_is_not()
    {
        using var node = new TestNode().Start();
        CreatePod(node, "web", new Volume { Name = "v", DownwardAPI = new DownwardAPIVolumeSource() });
        node.HostResources.Refreshed.Clear();

        node.Crash("web");
        Assert.Empty(node.HostResources.Refreshed);
        node.Do(() => node.Api.Change("web", pod => pod with { Metadata = pod.Metadata with { Labels = ValueMap.Of(("color", "red")) } }));
        Assert.Equal(["web"], node.HostResources.Refreshed);
    }

    [Fact]
    public void What_no_event_told_is_found_within_a_minute()
    {
        using var node = new TestNode().Start();
        CreatePod(node, "web", new Volume { Name = "v", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } });
        node.HostResources.Refreshed.Clear();
        node.Advance(60);
        Assert.Equal(["web"], node.HostResources.Refreshed);
    }

    [Fact]
    public void A_pod_that_is_going_is_left_alone()
    {
        using var node = new TestNode().Start();
        CreatePod(node, "web", new Volume { Name = "v", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } }, "stubborn:1");
        node.Delete("web");
        node.HostResources.Refreshed.Clear();
        Create(node, new ConfigMap { Metadata = Named("settings") });
        Assert.Empty(node.HostResources.Refreshed);
    }

    [Fact]
    public void A_required_object_that_is_gone_is_told_of_and_the_pod_runs_on()
    {
        using var node = new TestNode().Start();
        Create(node, new ConfigMap { Metadata = Named("settings") });
        CreatePod(node, "web", new Volume { Name = "v", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } });
        node.HostResources.MissingVolume = "settings";
        node.Do(() => _ = node.Api.Api.DeleteAsync<ConfigMap>(new ObjectKey("shop", "settings"), null, default).AsTask());

        Assert.Contains("Warning FailedMount: MountVolume.SetUp failed for volume \"settings\" : configmap \"settings\" not found", node.Events.Told);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void An_object_is_followed_as_long_as_any_pod_is_filled_from_it()
    {
        using var node = new TestNode().Start();
        var volume = new Volume { Name = "v", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } };
        Create(node, new ConfigMap { Metadata = Named("settings") });
        CreatePod(node, "first", volume);
        CreatePod(node, "second", volume);
        node.Delete("first");
        node.Advance(1);
        Assert.Equal(["second"], Change("1"));

        node.Delete("second");
        node.Advance(1);
        Assert.Empty(Change("2"));

        CreatePod(node, "third", volume);
        Assert.Equal(["third"], Change("3"));

        List<string> Change(string value)
        {
            node.HostResources.Refreshed.Clear();
            node.Do(() => _ = node.Api.Api.UpdateAsync(new ConfigMap { Metadata = Named("settings"), Data = ValueMap.Of(("a", value)) }, default).AsTask());
            return node.HostResources.Refreshed;
        }
    }

    [Fact]
    public void A_pod_that_has_ended_is_left_alone()
    {
        using var node = new TestNode().Start();
        node.Create("job", spec => spec with
        {
            RestartPolicy = RestartPolicy.Never,
            Volumes = [new Volume { Name = "v", DownwardAPI = new DownwardAPIVolumeSource() }],
            Containers = [new Container { Name = "main", Image = "job:1", ImagePullPolicy = "IfNotPresent" }],
        });
        node.Advance(6);
        Assert.Equal(PodPhase.Succeeded, node.Api.Status("job").Phase);
        node.HostResources.Refreshed.Clear();
        node.Advance(120);
        Assert.Empty(node.HostResources.Refreshed);
    }

    private static ObjectMeta Named(string name) => new() { Namespace = "shop", Name = name };

    private static void Create<T>(TestNode node, T item) where T : KubernetesObject => node.Do(() => _ = node.Api.Api.CreateAsync(item, default).AsTask());

    private static void CreatePod(TestNode node, string name, Volume volume, string image = "server:1") => node.Create(
        name, spec => spec with { Volumes = [volume], Containers = [new Container { Name = "main", Image = image, ImagePullPolicy = "IfNotPresent" }] });
}

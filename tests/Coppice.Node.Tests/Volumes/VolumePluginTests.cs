using Coppice.Node.Containers;
using Coppice.Node.Volumes;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Volumes;

public sealed class VolumePluginTests
{
    private static readonly PodPaths Paths = new("/pods");

    public static TheoryData<string> Sources => [.. VolumePlugins.All.Select(one => one.Source)];

    [Theory]
    [MemberData(nameof(Sources))]
    public void A_volume_is_one_plug_ins_by_the_field_that_is_set(string source) =>
        Assert.Equal(source, Assert.Single(VolumePlugins.All, one => one.Owns(VolumeOf(source))).Source);

    // What an agent finds when it comes back, and what tools that look into pods' directories know.
    [Fact]
    public void The_directories_have_Kubernetes_names() =>
        Assert.Equal(["local-volume", "configmap", "downward-api", "empty-dir", "local-volume", "host-path", "image", "projected", "secret"], VolumePlugins.All.Select(one => one.DirectoryName));

    [Theory]
    [InlineData("nfs")]
    [InlineData("csi")]
    public void Of_a_kind_that_is_not_there_it_is_said_what_is(string source) => Assert.Equal(
        "no volume plugin matched: this node supports persistentVolumeClaim, configMap, downwardAPI, emptyDir, ephemeral, hostPath, image, projected and secret",
        Assert.Throws<ContainerConfigException>(() => VolumePlugins.Of(VolumeOf(source))).Message);

    [Theory]
    [InlineData("configMap", true)]
    [InlineData("downwardAPI", true)]
    [InlineData("projected", true)]
    [InlineData("secret", true)]
    [InlineData("image", true)]
    [InlineData("emptyDir", false)]
    [InlineData("hostPath", false)]
    public void What_is_the_clusters_is_read_only_whatever_its_mount_says(string source, bool isReadOnly)
    {
        var pod = Given.Pod($$"""{"volumes":[{"name":"v","{{source}}":{} }],"containers":[{"name":"main","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}""");
        var inputs = new MountInputs(0, new Dictionary<string, string> { ["v"] = "/here" }, [], "web", null, []);
        Assert.Equal(isReadOnly, ContainerMounts.Plan(pod, pod.Spec.Containers[0], inputs, Paths)[0].ReadOnly);
    }

    [Fact]
    public void A_pod_names_the_objects_that_its_volumes_are_filled_from()
    {
        var pod = Given.Pod("""
            {"volumes":[{"name":"a","configMap":{"name":"settings"}},{"name":"b","secret":{"secretName":"keys"}},{"name":"c","emptyDir":{}},
              {"name":"d","projected":{"sources":[{"configMap":{"name":"more"}},{"serviceAccountToken":{"path":"token"}},{"secret":{"name":"others"}}]}},
              {"name":"e","nfs":{"server":"s","path":"/p"}}],"containers":[{"name":"main"}]}
            """);
        Assert.Equal(
            ["ConfigMap shop/settings", "Secret shop/keys", "ConfigMap shop/more", "Secret shop/others"],
            VolumeObject.Of(pod).Select(one => $"{one.Kind} {one.Key}"));
    }

    private static Volume VolumeOf(string source) => Given.Read<Volume>($$"""{"name":"v","{{source}}":{} }""");
}

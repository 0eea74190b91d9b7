using Coppice.Node.Containers;
using Coppice.Node.Volumes;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Volumes;

public sealed class ClaimVolumeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("coppice-claims-").FullName;
    private readonly PodVolumes _volumes;
    private PersistentVolumeClaim? _claim = Given.Read<PersistentVolumeClaim>(
        """{"metadata":{"namespace":"shop","name":"data","uid":"c1"},"spec":{"volumeName":"v"},"status":{"phase":"Bound"}}""");

    private string _source;
    private string _containers = """[{"name":"main"}]""";

    public ClaimVolumeTests()
    {
        _volumes = new PodVolumes(new PodPaths(_root + "/pods"), new ManualTimeProvider());
        _source = $$"""{"local":{"path":"{{_root}}/disk"} }""";
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("local")]
    [InlineData("hostPath")]
    public async Task A_claims_volume_is_the_directory_that_it_names_and_outlives_the_pod(string kind)
    {
        Directory.CreateDirectory(_root + "/disk");
        File.WriteAllText(_root + "/disk/kept", "1");
        _source = $$"""{"{{kind}}":{"path":"{{_root}}/disk"} }""";
        Assert.Equal(_root + "/disk", await PrepareAsync());

        await _volumes.RemoveAsync("u1", TestContext.Current.CancellationToken);
        Assert.Equal("1", File.ReadAllText(_root + "/disk/kept"));
    }

    [Fact]
    public async Task The_pods_group_may_write_to_a_local_volume()
    {
        Directory.CreateDirectory(_root + "/disk");
        await PrepareAsync("""{"fsGroup":0}""");
        Assert.True(File.GetUnixFileMode(_root + "/disk").HasFlag(UnixFileMode.GroupWrite | UnixFileMode.SetGroup));
    }

    [Fact]
    public async Task What_cannot_be_mounted_is_told()
    {
        Assert.EndsWith($"path \"{_root}/disk\" does not exist", await FailureAsync(), StringComparison.Ordinal);

        _source = """{"csi":{"driver":"d","volumeHandle":"h"}}""";
        Assert.EndsWith("it supports hostPath and local", await FailureAsync(), StringComparison.Ordinal);

        _source = """{"volumeMode":"Block","hostPath":{"path":"/dev/sda"}}""";
        Assert.EndsWith("volume data has volumeMode Block, but is specified in volumeMounts", await FailureAsync(), StringComparison.Ordinal);

        _containers = """[{"name":"main","volumeDevices":[{"name":"data","devicePath":"/dev/x"}]}]""";
        Assert.EndsWith("volume \"v\" is a block device, and this node mounts file systems only", await FailureAsync(), StringComparison.Ordinal);

        _source = """{"hostPath":{"path":"/tmp"}}""";
        Assert.EndsWith("volume data has volumeMode Filesystem, but is specified in volumeDevices", await FailureAsync(), StringComparison.Ordinal);

        _claim = _claim! with { Status = new() { Phase = PersistentVolumeClaimPhase.Pending } };
        Assert.EndsWith("error processing PVC shop/data: PVC is not bound", await FailureAsync(), StringComparison.Ordinal);

        _claim = null;
        Assert.EndsWith("persistentvolumeclaims \"data\" not found", await FailureAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_that_is_used_read_only_cannot_be_written_to()
    {
        var pod = Given.Pod("""
            {"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data","readOnly":true}}],
             "containers":[{"name":"main","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}
            """);
        var inputs = new MountInputs(0, new Dictionary<string, string> { ["v"] = "/here" }, [], "web", null, []);
        Assert.True(ContainerMounts.Plan(pod, pod.Spec.Containers[0], inputs, new PodPaths("/pods"))[0].ReadOnly);
    }

    [Fact]
    public async Task A_volume_that_lives_as_long_as_the_pod_is_on_a_claim_of_its_own()
    {
        Directory.CreateDirectory(_root + "/disk");
        const string ephemeral = """{"name":"data","ephemeral":{"volumeClaimTemplate":{"spec":{} } } }""";
        var refused = await Assert.ThrowsAsync<VolumeNotReadyException>(() => PrepareAsync(volume: ephemeral));
        Assert.EndsWith("PVC \"shop/data\" was not created for pod \"shop/web\" (pod is not owner)", refused.Message, StringComparison.Ordinal);

        _claim = _claim! with { Metadata = _claim.Metadata with { OwnerReferences = [new() { Controller = true, Uid = "u1" }] } };
        Assert.Equal(_root + "/disk", await PrepareAsync(volume: ephemeral));
    }

    private async Task<string> PrepareAsync(string security = "{}", string volume = """{"name":"data","persistentVolumeClaim":{"claimName":"data"} }""")
    {
        var pod = Given.Pod($$"""{"securityContext":{{security}},"volumes":[{{volume}}],"containers":{{_containers}} }""");
        var spec = Given.Read<PersistentVolumeSpec>(_source) with { ClaimRef = new() { Uid = "c1" } };
        var sources = new PodVolumeSources((_, _) => default, (_, _) => default, (_, _, _) => default, new PodFacts("node-1", [], [], default))
        {
            Claim = _ => ValueTask.FromResult(_claim),
            PersistentVolume = name => ValueTask.FromResult(name == "v" ? new PersistentVolume { Metadata = new() { Name = "v" }, Spec = spec } : null),
        };
        return (await _volumes.PrepareAsync(pod, sources, TestContext.Current.CancellationToken))["data"];
    }

    private async Task<string> FailureAsync() => (await Assert.ThrowsAsync<VolumeNotReadyException>(() => PrepareAsync())).Message;
}

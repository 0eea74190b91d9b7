using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Node.Volumes;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Volumes;

public sealed class PodVolumesTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly PodPaths _paths = new(Directory.CreateTempSubdirectory("coppice-volumes-").FullName);
    private readonly Dictionary<string, ConfigMap> _maps = [];
    private readonly Dictionary<string, Secret> _secrets = [];
    private readonly PodVolumes _volumes;
    private int _tokens;

    public PodVolumesTests() => _volumes = new PodVolumes(_paths, _time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private PodVolumeSources Sources => new(
        (_, name) => ValueTask.FromResult(_maps.GetValueOrDefault(name)),
        (_, name) => ValueTask.FromResult(_secrets.GetValueOrDefault(name)),
        (_, request, _) => ValueTask.FromResult(new TokenRequestStatus { Token = $"token-{++_tokens}", ExpirationTimestamp = _time.GetUtcNow().AddSeconds(request.ExpirationSeconds!.Value) }),
        new PodFacts("node-1", [], [], default));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _volumes.RemoveAsync("u1", CancellationToken.None);
        Directory.Delete(_paths.Root, recursive: true);
    }

    [Fact]
    public async Task A_ConfigMaps_keys_are_files_that_change_all_at_once()
    {
        _maps["settings"] = Map("""{"a":"1","b":"2"}""");
        var pod = Pod("""{"name":"v","configMap":{"name":"settings"}}""");
        var directory = (await PrepareAsync(pod))["v"];
        Assert.Equal("1", File.ReadAllText(directory + "/a"));
        Assert.Equal("..data/a", new FileInfo(directory + "/a").LinkTarget);
        var before = new FileInfo(directory + "/..data").LinkTarget;

        await _volumes.RefreshAsync(pod, Sources, Stop);
        Assert.Equal(before, new FileInfo(directory + "/..data").LinkTarget);

        // A crash left an unfinished write.
        Directory.CreateDirectory(directory + "/..2025_01_01_00_00_00.1/half");
        File.CreateSymbolicLink(directory + "/..data_tmp", "..2025_01_01_00_00_00.1");
        _maps["settings"] = Map("""{"a":"one","c":"3"}""");
        await _volumes.RefreshAsync(pod, Sources, Stop);
        Assert.Equal("one", File.ReadAllText(directory + "/a"));
        Assert.Equal("3", File.ReadAllText(directory + "/c"));
        Assert.False(Path.Exists(directory + "/b"));
        var now = new FileInfo(directory + "/..data").LinkTarget;
        Assert.Equal(new SortedSet<string?> { "..data", now, "a", "c" }, Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName).ToHashSet());
        Assert.NotEqual(before, now);
    }

    [Fact]
    public async Task With_an_optional_object_its_files_go_and_without_a_required_one_they_stay()
    {
        (_maps["optional"], _maps["required"]) = (Map("""{"a":"1"}"""), Map("""{"b":"1"}"""));
        var pod = Given.Pod("""
            {"volumes":[{"name":"required","configMap":{"name":"required"}},{"name":"optional","configMap":{"name":"optional","optional":true}}],"containers":[{"name":"main"}]}
            """);
        var directories = await PrepareAsync(pod);
        _maps.Clear();

        var failed = await Assert.ThrowsAsync<VolumeNotReadyException>(async () => await _volumes.RefreshAsync(pod, Sources, Stop));
        Assert.Equal("MountVolume.SetUp failed for volume \"required\" : configmap \"required\" not found", failed.Message);
        Assert.Equal("1", File.ReadAllText(directories["required"] + "/b"));
        Assert.False(Path.Exists(directories["optional"] + "/a"));

        _maps["optional"] = Map("""{"a":"again"}""");
        await Assert.ThrowsAsync<VolumeNotReadyException>(async () => await _volumes.RefreshAsync(pod, Sources, Stop));
        Assert.Equal("again", File.ReadAllText(directories["optional"] + "/a"));
    }

    [Fact]
    public async Task An_optional_key_that_is_gone_takes_its_file_along()
    {
        _maps["settings"] = Map("""{"a":"1","b":"2"}""");
        var pod = Pod("""{"name":"v","configMap":{"name":"settings","optional":true,"items":[{"key":"a","path":"a"},{"key":"b","path":"b"}]}}""");
        var directory = (await PrepareAsync(pod))["v"];
        _maps["settings"] = Map("""{"b":"2"}""");
        await _volumes.RefreshAsync(pod, Sources, Stop);
        Assert.Equal((false, "2"), (Path.Exists(directory + "/a"), File.ReadAllText(directory + "/b")));
    }

    [Fact]
    public async Task What_was_read_last_is_written_last()
    {
        _maps["settings"] = Map("""{"a":"1"}""");
        var pod = Pod("""{"name":"v","configMap":{"name":"settings"}}""");
        var directory = (await PrepareAsync(pod))["v"];

        // The first refresh has read the object and is held up; meanwhile it changes, and a second one is asked for.
        var held = new TaskCompletionSource<ConfigMap?>();
        var slow = _volumes.RefreshAsync(pod, Sources with { ConfigMap = (_, _) => new(held.Task) }, Stop).AsTask();
        var before = _maps["settings"];
        _maps["settings"] = Map("""{"a":"2"}""");
        var fast = _volumes.RefreshAsync(pod, Sources, Stop).AsTask();
        held.SetResult(before);
        await Task.WhenAll(slow, fast);
        Assert.Equal("2", File.ReadAllText(directory + "/a"));
    }

    [Fact]
    public async Task A_pod_that_is_gone_gets_nothing_new()
    {
        _maps["settings"] = Map("""{"a":"1"}""");
        var pod = Pod("""{"name":"v","configMap":{"name":"settings"}}""");
        await PrepareAsync(pod);
        var held = new TaskCompletionSource<ConfigMap?>();
        var slow = _volumes.RefreshAsync(pod, Sources with { ConfigMap = (_, _) => new(held.Task) }, Stop).AsTask();
        var removing = _volumes.RemoveAsync("u1", Stop).AsTask();
        held.SetResult(Map("""{"a":"2"}"""));
        await Task.WhenAll(slow, removing);
        await _volumes.RefreshAsync(pod, Sources, Stop);
        Assert.False(Directory.Exists(_paths.Pod("u1")));
    }

    [Fact]
    public async Task A_pod_is_worked_on_by_one_at_a_time_also_while_it_is_removed_twice()
    {
        var pod = Pod("""{"name":"v","configMap":{"name":"settings"}}""");
        var (atWork, most) = (0, 0);
        var held = new Queue<TaskCompletionSource>();
        var sources = Sources with
        {
            ConfigMap = async (_, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref atWork));
                var gate = new TaskCompletionSource();
                held.Enqueue(gate);
                await gate.Task;
                Interlocked.Decrement(ref atWork);
                return Map("{}");
            },
        };
        var first = _volumes.PrepareAsync(pod, sources, Stop).AsTask();
        var removing = _volumes.RemoveAsync("u1", Stop).AsTask();
        var second = _volumes.PrepareAsync(pod, sources, Stop).AsTask();
        held.Dequeue().SetResult();
        await removing;
        // The removal is over, the second is at work: who comes now must wait for it.
        await Eventually.TrueAsync("the second at work", TimeSpan.FromSeconds(10), () => held.Count > 0);
        var third = _volumes.PrepareAsync(pod, sources, Stop).AsTask();
        Assert.Single(held);
        held.Dequeue().SetResult();
        await second;
        await Eventually.TrueAsync("the third at work", TimeSpan.FromSeconds(10), () => held.Count > 0);
        held.Dequeue().SetResult();
        await Task.WhenAll(first, third);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Items_have_their_own_paths_and_modes()
    {
        _secrets["keys"] = Given.Read<Secret>("""{"data":{"token":"aGVsbG8=","other":"eA=="}}""");
        var directory = (await PrepareAsync(Pod("""{"name":"v","secret":{"secretName":"keys","defaultMode":256,"items":[{"key":"token","path":"deep/name","mode":292},{"key":"other","path":"other"}]}}""")))["v"];
        Assert.Equal("hello", File.ReadAllText(directory + "/deep/name"));
        Assert.Equal((UnixFileMode)292, File.GetUnixFileMode(directory + "/..data/deep/name"));
        Assert.Equal((UnixFileMode)256, File.GetUnixFileMode(directory + "/..data/other"));
    }

    [Theory]
    [InlineData("""{"name":"v","configMap":{"name":"no"}}""", "configmap \"no\" not found")]
    [InlineData("""{"name":"v","secret":{"secretName":"no"}}""", "secret \"no\" not found")]
    [InlineData("""{"name":"v","configMap":{"name":"settings","items":[{"key":"no","path":"p"}]}}""", "configmap references non-existent config key: no")]
    [InlineData("""{"name":"v","hostPath":{"path":"/etc/hosts","type":"Directory"}}""", "hostPath type check failed: /etc/hosts is not a directory")]
    [InlineData("""{"name":"v","hostPath":{"path":"/dev/null","type":"Socket"}}""", "hostPath type check failed: /dev/null is not a socket file")]
    public async Task What_is_missing_is_said_in_Kubernetes_words(string volume, string cause)
    {
        _maps["settings"] = Map("{}");
        var failed = await Assert.ThrowsAsync<VolumeNotReadyException>(() => PrepareAsync(Pod(volume)));
        Assert.Equal($"MountVolume.SetUp failed for volume \"v\" : {cause}", failed.Message);
    }

    [Fact]
    public async Task What_is_optional_may_be_missing()
    {
        var directory = (await PrepareAsync(Pod("""{"name":"v","configMap":{"name":"no","optional":true}}""")))["v"];
        Assert.Equal(["..data"], Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName).Where(one => !one!.StartsWith("..2", StringComparison.Ordinal)));
        Assert.Equal("/dev/null", (await PrepareAsync(Pod("""{"name":"v","hostPath":{"path":"/dev/null","type":"CharDevice"}}""")))["v"]);
    }

    [Fact]
    public async Task An_empty_directory_belongs_to_the_group_and_keeps_its_files()
    {
        var pod = Pod("""{"name":"v","emptyDir":{}}""", "\"securityContext\":{\"fsGroup\":4242},");
        var directory = (await PrepareAsync(pod))["v"];
        Assert.True(File.GetUnixFileMode(directory).HasFlag(UnixFileMode.SetGroup | UnixFileMode.GroupWrite));
        File.WriteAllText(directory + "/kept", "x");
        await PrepareAsync(pod);
        Assert.True(File.Exists(directory + "/kept"));

        await _volumes.RemoveAsync("u1", Stop);
        Assert.False(Directory.Exists(_paths.Pod("u1")));
    }

    [Fact]
    public async Task An_empty_directory_in_memory_is_as_large_as_it_may_be_and_goes_with_the_pod()
    {
        var directory = (await PrepareAsync(Pod("""{"name":"v","emptyDir":{"medium":"Memory","sizeLimit":"1Mi"}}""")))["v"];
        Assert.Equal(1 << 20, new DriveInfo(directory).TotalSize);
        await _volumes.RemoveAsync("u1", Stop);
        Assert.DoesNotContain(_paths.Root, await File.ReadAllTextAsync("/proc/self/mountinfo", Stop));
    }

    [Theory]
    [InlineData("""{"name":"v","secret":{"secretName":"keys"}}""", true)]
    [InlineData("""{"name":"v","projected":{"sources":[{"secret":{"name":"keys"}}]}}""", true)]
    [InlineData("""{"name":"v","configMap":{"name":"settings"}}""", false)]
    public async Task Secrets_stay_off_the_disk(string volume, bool isInMemory)
    {
        (_maps["settings"], _secrets["keys"]) = (Map("{}"), Given.Read<Secret>("""{"data":{"a":"eA=="}}"""));
        var directory = (await PrepareAsync(Pod(volume)))["v"];
        Assert.Equal(isInMemory, (await File.ReadAllTextAsync("/proc/self/mountinfo", Stop)).Contains($" {directory} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_accounts_files_are_projected_and_its_token_is_renewed_in_time()
    {
        _maps["kube-root-ca.crt"] = Map("""{"ca.crt":"CA"}""");
        var pod = Pod("""
            {"name":"v","projected":{"defaultMode":420,"sources":[{"serviceAccountToken":{"expirationSeconds":3600,"path":"token"}},
              {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
              {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"fieldPath":"metadata.namespace"}}]}}]}}
            """);
        var directory = (await PrepareAsync(pod))["v"];
        Assert.Equal(("token-1", "CA", "shop"), (File.ReadAllText(directory + "/token"), File.ReadAllText(directory + "/ca.crt"), File.ReadAllText(directory + "/namespace")));
        _time.Advance(TimeSpan.FromMinutes(40));
        await _volumes.RefreshAsync(pod, Sources, Stop);
        Assert.Equal("token-1", File.ReadAllText(directory + "/token"));
        _time.Advance(TimeSpan.FromMinutes(10));
        await _volumes.RefreshAsync(pod, Sources, Stop);
        Assert.Equal("token-2", File.ReadAllText(directory + "/token"));
    }

    [Fact]
    public async Task A_container_gets_its_mounts_its_hosts_file_and_one_for_its_last_words()
    {
        var pod = Given.Pod("""
            {"hostAliases":[{"ip":"1.2.3.4","hostnames":["a","b"]}],"volumes":[{"name":"v","emptyDir":{}}],
             "containers":[{"name":"main","volumeMounts":[{"name":"v","mountPath":"/data","subPathExpr":"$(WHO)/x","readOnly":true}]}]}
            """);
        var made = await PrepareAsync(pod);
        using var prepared = await _volumes.MountsAsync(pod, pod.Spec.Containers[0], new MountInputs(2, made, [new("WHO", "me")], "web", null, ["10.244.0.5"]), Stop);
        var mounts = prepared.All;
        Assert.Equal(new ContainerMount(_paths.SubPath("u1", "main", 0), "/data", true), mounts[0]);
        File.WriteAllText(mounts[0].HostPath + "/seen", "");
        Assert.True(File.Exists(made["v"] + "/me/x/seen"));
        var hosts = File.ReadAllText(mounts.Single(one => one.ContainerPath == "/etc/hosts").HostPath);
        Assert.Contains("10.244.0.5\tweb\n", hosts);
        Assert.Contains("1.2.3.4\ta\tb\n", hosts);
        Assert.Equal(_paths.TerminationLog("u1", "main", 2), mounts.Single(one => one.ContainerPath == "/dev/termination-log").HostPath);
        Assert.True(File.Exists(_paths.TerminationLog("u1", "main", 2)));
    }

    private static ConfigMap Map(string data) => Given.Read<ConfigMap>($$"""{"data":{{data}} }""");

    private static Pod Pod(string volume, string spec = "") => Given.Pod($$"""{ {{spec}} "volumes":[{{volume}}],"containers":[{"name":"main"}]}""");

    private async Task<IReadOnlyDictionary<string, string>> PrepareAsync(Pod pod) => await _volumes.PrepareAsync(pod, Sources, Stop);
}

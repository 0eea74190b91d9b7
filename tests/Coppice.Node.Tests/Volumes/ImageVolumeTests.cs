using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Volumes;
using Coppice.Objects.Authentication;
using Coppice.Testing;

namespace Coppice.Node.Tests.Volumes;

/// <summary>Volumes of images, whose files are those of a directory here.</summary>
public sealed class ImageVolumeTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("coppice-image-volumes-").FullName;
    private readonly PodPaths _paths;
    private readonly PodVolumes _volumes;
    private readonly Dictionary<string, string> _shown = [];
    private ImageMount _mount;
    private RuntimeException? _refusal;

    public ImageVolumeTests()
    {
        Directory.CreateDirectory(_root + "/layers/1/fs");
        Directory.CreateDirectory(_root + "/layers/12/fs/bin");
        File.WriteAllText(_root + "/layers/1/fs/below", "below");
        File.WriteAllText(_root + "/layers/12/fs/above", "above");
        _mount = new ImageMount("bind", _root + "/layers/12/fs", ["ro", "rbind"]);
        _paths = new PodPaths(_root + "/pods");
        _volumes = new PodVolumes(_paths, new ManualTimeProvider(), new ImageFiles(Show, Forget));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _refusal = null;
        await _volumes.RemoveAsync("u1", CancellationToken.None);
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task The_files_of_an_image_are_there_for_the_pods_life_and_nobody_can_write_to_them()
    {
        var directory = (await PrepareAsync())["v"];
        Assert.Equal(_paths.Pod("u1") + "/volumes/kubernetes.io~image/v", directory);
        Assert.Equal("above", File.ReadAllText(directory + "/above"));
        Assert.ThrowsAny<IOException>(() => File.WriteAllText(directory + "/new", ""));
        Assert.True(_paths.IsOwnMount("u1", directory, "ext4"));

        // What its name leads to from now on is for other pods.
        _mount = new ImageMount("bind", _root + "/layers/1/fs", ["ro", "rbind"]);
        Assert.Equal("above", File.ReadAllText((await PrepareAsync())["v"] + "/above"));
        Assert.Equal("files:1", Assert.Single(_shown).Value);

        await _volumes.RemoveAsync("u1", Stop);
        Assert.Empty(_shown);
        Assert.False(Directory.Exists(_paths.Pod("u1")));
        Assert.True(File.Exists(_root + "/layers/12/fs/above"));
    }

    [Fact]
    public async Task Layers_lie_upon_each_other()
    {
        if (!KernelFileSystem.Overlay.IsThere())
        {
            Assert.Skip("the kernel has no overlays");
        }

        _mount = new ImageMount("overlay", "overlay", ["index=off", $"lowerdir={_root}/layers/12/fs:{_root}/layers/1/fs"]);
        var directory = (await PrepareAsync())["v"];
        Assert.Equal(("above", "below"), (File.ReadAllText(directory + "/above"), File.ReadAllText(directory + "/below")));
        Assert.ThrowsAny<IOException>(() => File.WriteAllText(directory + "/new", ""));
    }

    [Fact]
    public async Task Until_the_runtime_shows_the_files_the_volume_is_not_ready_and_until_it_lets_go_of_them_the_pods_directory_stays()
    {
        _refusal = new RuntimeException("image \"files:1\" not found");
        var failed = await Assert.ThrowsAsync<VolumeNotReadyException>(PrepareAsync);
        Assert.Equal("MountVolume.SetUp failed for volume \"v\" : image \"files:1\" not found", failed.Message);
        _refusal = null;
        await PrepareAsync();

        _refusal = new RuntimeUnavailableException("containerd is away");
        await Assert.ThrowsAsync<RuntimeUnavailableException>(async () => await _volumes.RemoveAsync("u1", Stop));
        _refusal = null;
        await _volumes.RemoveAsync("u1", Stop);
        Assert.Empty(_shown);
    }

    [Fact]
    public void Layers_are_named_by_what_tells_them_apart()
    {
        var (directory, layers, others) = new ImageMount("overlay", "overlay", ["index=off", "lowerdir=/data/snapshots/12/fs:/data/snapshots/1/fs", "userxattr"]).Layered()!.Value;
        Assert.Equal(("/data/snapshots/", "12/fs 1/fs", "index=off userxattr"), (directory, string.Join(' ', layers), string.Join(' ', others)));
        Assert.Null(new ImageMount("bind", "/data/snapshots/1/fs", ["ro", "rbind"]).Layered());
    }

    private async Task<IReadOnlyDictionary<string, string>> PrepareAsync() => await _volumes.PrepareAsync(
        Given.Pod("""{"volumes":[{"name":"v","image":{"reference":"files:1"}}],"containers":[{"name":"main"}]}"""),
        new PodVolumeSources((_, _) => default, (_, _) => default, (_, _, _) => new(new TokenRequestStatus()), new PodFacts("node-1", [], [], default)),
        Stop);

    private ValueTask<ImageMount> Show(string image, string key, CancellationToken stop)
    {
        if (_refusal is not null)
        {
            throw _refusal;
        }

        _shown.Add(key, image);
        return new(_mount);
    }

    private ValueTask Forget(string key, CancellationToken stop)
    {
        if (_refusal is not null)
        {
            throw _refusal;
        }

        _shown.Remove(key);
        return default;
    }
}

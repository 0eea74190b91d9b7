using Coppice.Client.Metrics;
using Coppice.Node.Host;
using Coppice.Node.ImageCollection;
using Coppice.Node.Images;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Node.Tests.Pods;
using Coppice.Testing;

namespace Coppice.Node.Tests.ImageCollection;

public sealed class ImageCollectorTests : IDisposable
{
    private const long GiB = 1L << 30;

    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly CancellationTokenSource _stop = new();
    private readonly SimulatedImages _images;
    private readonly SimulatedRuntime _runtime;
    private readonly PulledImages _pulled = new();
    private readonly List<string> _named = [];
    private readonly TestEvents _events = new();
    private readonly TestLog _log = new();
    private readonly ImageCollector _collector;
    private long? _availableGiB = 50;

    public ImageCollectorTests()
    {
        _images = new SimulatedImages(SimulatedOptions.Instant, _loop.Time, new Random(1));
        _runtime = new SimulatedRuntime(_images, SimulatedOptions.Instant, _loop.Time, new Random(2));
        _collector = new ImageCollector(
            new NodeImages(_images, _pulled, _runtime, _ => new(_availableGiB is { } free ? new FileSystemSpace(100 * GiB, free * GiB, (100 - free) * GiB, 0, 0) : null), () => _named),
            new NodeAgentOptions { NodeName = "n1" }, _events, _loop.Time, _log);
        _loop.Start(() => _collector.RunAsync(_stop.Token));
        _loop.RunUntilIdle();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.RunUntilIdle();
        _stop.Dispose();
    }

    [Fact]
    public void As_long_as_there_is_room_everything_stays()
    {
        Pull("a:1", "b:1");
        Pass(minutes: 60);
        Assert.Equal(["a", "b"], Left());

        _availableGiB = null;
        Pass(minutes: 60);
        Assert.Equal(["a", "b"], Left());
        Assert.Empty(_events.Told);
    }

    [Fact]
    public void Of_a_full_disk_what_came_first_goes_until_there_is_room_and_the_rest_stays()
    {
        foreach (var name in (string[])["b:1", "a:1", "c:1"])
        {
            Pull(name);
            Pass(minutes: 5);
        }

        _availableGiB = 14;
        Pass(minutes: 5);
        Assert.Equal(["c"], Left());
        Assert.Empty(_events.Told);
        Assert.Contains("Information: Image docker.io/library/a:1, which nobody uses, is removed as the disk gets full: 4294967296 bytes", _log.Lines);

        var text = new MetricsText();
        _collector.WriteTo(text);
        Assert.Contains("kubelet_image_garbage_collected_total{reason=\"space\"} 2\n", System.Text.Encoding.UTF8.GetString(text.ToBytes().Span), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_imported_and_what_pods_name_stays_and_it_is_said_that_the_disk_is_full_of_other_things()
    {
        Pull("a:1", "named:1", "mounted:1");
        _images.Publish(new SimulatedImage("imported:1", SimulatedProgram.Server), onNode: true);
        _named.AddRange(["named:1", "mounted:1", "no such name"]);
        Pass(minutes: 5);
        _availableGiB = 5;
        Pass(minutes: 5);
        Assert.Equal(["imported", "mounted", "named"], Left());
        Assert.Equal(
            ["Warning FreeDiskSpaceFailed: Insufficient free disk space on the node's image filesystem (95% of 100.0 GiB used). Failed to free sufficient space by deleting unused images (freed 4294967296 bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data."],
            _events.Told);

        // Said anew as long as it is so, and then also that it fails.
        Pass(minutes: 5);
        Assert.Equal(["FreeDiskSpaceFailed", "FreeDiskSpaceFailed", "ImageGCFailed"], _events.Told.Select(one => one.Split(' ')[1].TrimEnd(':')));

        // Who has gone needs nothing any more.
        _named.Clear();
        Pass(minutes: 5);
        Assert.Equal(["imported"], Left());
    }

    [Fact]
    public void The_image_of_a_container_that_has_ended_stays_until_that_is_removed()
    {
        Pull("job:1");
        _images.Publish(new SimulatedImage("job:1", SimulatedProgram.Exits(0, TimeSpan.FromSeconds(1)), 4 * GiB));
        var container = _loop.Await(async () =>
        {
            var sandbox = await _runtime.RunSandboxAsync(Sandbox, default);
            var id = await _runtime.CreateContainerAsync(sandbox, Container("job:1"), default);
            await _runtime.StartContainerAsync(id, default);
            return id;
        });
        _availableGiB = 5;
        Pass(minutes: 10);
        Assert.Equal(["job"], Left());
        Assert.Equal(ContainerRunState.Exited, _loop.Await(() => _runtime.FindContainerAsync(container, default).AsTask())!.State);

        _loop.Await(async () =>
        {
            await _runtime.RemoveContainerAsync(container, default);
            return true;
        });
        Pass(minutes: 5);
        Assert.Empty(Left());
    }

    private static SandboxSpec Sandbox => new(
        new PodIdentity("shop", "job", "u1"), 0, "job", "/logs", "", new Dictionary<string, string>(), new Dictionary<string, string>(), new DnsSettings([], [], []), [], default,
        new PodSecurity(null, null, [], false, null, new Dictionary<string, string>()));

    private static ContainerSpec Container(string image) => new(
        "main", 0, image, [], [], null, [], [], default, new ContainerSecurity(null, null, null, [], false, false, false, null, [], []),
        "main/0.log", "/dev/termination-log", "hash", false, false, false, Sandbox);

    private void Pass(double minutes) => _loop.RunFor(TimeSpan.FromMinutes(minutes));

    private void Pull(params string[] names)
    {
        foreach (var name in names)
        {
            _images.Publish(new SimulatedImage(name, SimulatedProgram.Server, 4 * GiB));
            var image = _loop.Await(() => _images.PullAsync(name, null, default).AsTask());
            _pulled.End(ImageReference.Parse(name), image, null);
        }
    }

    private IEnumerable<string> Left() =>
        _loop.Await(() => _images.ListAsync(default).AsTask()).Select(one => ImageReference.Parse(one.Tags[0]).Repository["library/".Length..]).Order(StringComparer.Ordinal);
}

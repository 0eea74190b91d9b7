using Coppice.Node.Images;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Images;

public sealed class ImagePullerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _told = [];
    private readonly SimulatedImages _images;
    private readonly ImagePuller _puller;

    public ImagePullerTests()
    {
        _images = new SimulatedImages(SimulatedOptions.Instant, _time, new Random(1));
        _puller = new ImagePuller(_images, _time);
    }

    [Fact]
    public async Task An_image_on_the_node_is_not_pulled()
    {
        _images.Publish(new SimulatedImage("web:1", SimulatedProgram.Server), onNode: true);
        Assert.IsType<ImageOutcome.Present>(await EnsureAsync("web:1"));
        Assert.Equal(["Pulled Container image \"web:1\" already present on machine and can be accessed by the pod"], _told);
    }

    [Fact]
    public async Task A_missing_image_is_pulled_and_one_that_may_change_always_is()
    {
        _images.Publish(new SimulatedImage("web:1", SimulatedProgram.Server, 1234));
        Assert.IsType<ImageOutcome.Present>(await EnsureAsync("web:1"));
        Assert.Equal(["Pulling Pulling image \"web:1\"", "Pulled Successfully pulled image \"web:1\" in 0s (0s including waiting). Image size: 1234 bytes."], _told);

        _told.Clear();
        _images.Publish(new SimulatedImage("web", SimulatedProgram.Server), onNode: true);
        await EnsureAsync("web");
        Assert.StartsWith("Pulling", _told[0]);
    }

    [Fact]
    public async Task A_failed_pull_is_tried_again_after_pauses_that_double()
    {
        foreach (var pause in (int[])[10, 20, 40, 80, 160, 300, 300])
        {
            var failed = Assert.IsType<ImageOutcome.Waiting>(await EnsureAsync("none:1"));
            Assert.Equal(("ErrImagePull", TimeSpan.FromSeconds(pause)), (failed.Reason, failed.RetryAfter));

            var waiting = Assert.IsType<ImageOutcome.Waiting>(await EnsureAsync("none:1"));
            Assert.Equal("ImagePullBackOff", waiting.Reason);
            Assert.Equal(["BackOff Back-off pulling image \"none:1\"", "Failed Error: ImagePullBackOff"], _told);
            Assert.Equal($"Back-off pulling image \"none:1\": ErrImagePull: {failed.Message}", waiting.Message);
            _time.Advance(TimeSpan.FromSeconds(pause));
        }

        _images.Publish(new SimulatedImage("none:1", SimulatedProgram.Server));
        Assert.IsType<ImageOutcome.Present>(await EnsureAsync("none:1"));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_lengthen_the_pause()
    {
        var clock = new SettableClock(_time);
        var puller = new ImagePuller(_images, clock);
        Assert.Equal("ErrImagePull", await ReasonAsync());
        clock.Ahead = TimeSpan.FromHours(-1);
        Assert.Equal("ImagePullBackOff", await ReasonAsync());
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("ErrImagePull", await ReasonAsync());

        async Task<string> ReasonAsync() => Assert.IsType<ImageOutcome.Waiting>(
            await puller.EnsureAsync(new ImageRequest("u1", "none:1", null, []), _ => { }, TestContext.Current.CancellationToken)).Reason;
    }

    [Fact]
    public async Task What_must_never_be_pulled_waits_until_somebody_brings_it_and_what_is_no_image_for_a_change()
    {
        var never = Assert.IsType<ImageOutcome.Waiting>(await EnsureAsync("none:1", PullPolicy.Never));
        Assert.Equal(("ErrImageNeverPull", "Container image \"none:1\" is not present with pull policy of Never"), (never.Reason, never.Message));
        Assert.Equal(["ErrImageNeverPull " + never.Message, "Failed Error: ErrImageNeverPull"], _told);
        Assert.Equal(TimeSpan.FromSeconds(10), never.RetryAfter);
        var invalid = Assert.IsType<ImageOutcome.Waiting>(await EnsureAsync("Not An Image"));
        Assert.Equal("InvalidImageName", invalid.Reason);
        Assert.Null(invalid.RetryAfter);
    }

    [Fact]
    public async Task A_private_image_that_is_here_is_for_those_who_could_pull_it()
    {
        _images.Publish(new SimulatedImage("registry.example/app:1", SimulatedProgram.Server) { Password = "word" });
        var mine = new RegistryCredential("registry.example", "me", "word") { Secret = "uid-1" };
        Assert.IsType<ImageOutcome.Present>(await EnsureAsync("registry.example/app:1", PullPolicy.IfNotPresent, mine));

        Assert.IsType<ImageOutcome.Present>(await EnsureAsync("registry.example/app:1", PullPolicy.IfNotPresent, mine));
        Assert.Equal(["Pulled Container image \"registry.example/app:1\" already present on machine and can be accessed by the pod"], _told);
        Assert.IsType<ImageOutcome.Present>(await EnsureAsync("registry.example/app:1", PullPolicy.Never, mine));

        Assert.Equal("ErrImagePull", Assert.IsType<ImageOutcome.Waiting>(await EnsureAsync("registry.example/app:1", PullPolicy.IfNotPresent)).Reason);
        Assert.Equal("ErrImageNeverPull", Assert.IsType<ImageOutcome.Waiting>(await EnsureAsync("registry.example/app:1", PullPolicy.Never)).Reason);
    }

    [Fact]
    public async Task Two_wants_of_one_image_follow_each_other()
    {
        var slow = new SimulatedImages(new SimulatedOptions { Pull = TimeSpan.FromSeconds(10) }, _time, new Random(1));
        slow.Publish(new SimulatedImage("web:1", SimulatedProgram.Server));
        var one = new ImagePuller(slow, _time);
        var pulled = new List<string>();
        var first = one.EnsureAsync(new ImageRequest("u1", "web:1", "Always", []), e => Note("u1", e), TestContext.Current.CancellationToken).AsTask();
        var second = one.EnsureAsync(new ImageRequest("u2", "web:1", "Always", []), e => Note("u2", e), TestContext.Current.CancellationToken).AsTask();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(first.IsCompleted || second.IsCompleted);
        while (!first.IsCompleted || !second.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(["u1", "u2"], pulled);

        void Note(string who, ImageEvent told)
        {
            if (told.Reason == "Pulled")
            {
                pulled.Add(who);
            }
        }
    }

    [Fact]
    public void Credentials_are_read_from_both_kinds_of_secrets()
    {
        var read = PullSecrets.Read(
        [
            Secret(".dockerconfigjson", """{"auths":{"registry.example":{"auth":"bWU6c2VjcmV0"}}}"""),
            Secret(".dockercfg", """{"old.example":{"username":"you","password":"word"}}"""),
            Secret(".dockerconfigjson", "broken"),
        ]);
        Assert.Equal([new RegistryCredential("registry.example", "me", "secret"), new RegistryCredential("old.example", "you", "word")], read);
    }

    private static Secret Secret(string key, string value) => new() { Data = new([new(key, Coppice.Objects.Base64Data.FromText(value))]) };

    private async Task<ImageOutcome> EnsureAsync(string image, string? policy = null, params RegistryCredential[] credentials)
    {
        _told.Clear();
        return await _puller.EnsureAsync(new ImageRequest("u1", image, policy, credentials), one => _told.Add($"{one.Reason} {one.Message}"), TestContext.Current.CancellationToken);
    }
}

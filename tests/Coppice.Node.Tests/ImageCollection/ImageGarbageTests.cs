using System.Collections.Immutable;
using Coppice.Node.Host;
using Coppice.Node.ImageCollection;
using Coppice.Node.Runtime;

namespace Coppice.Node.Tests.ImageCollection;

public sealed class ImageGarbageTests
{
    private const long GiB = 1L << 30;

    private static readonly ImageCollectionOptions Options = new();

    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private ImmutableSortedDictionary<string, ImageUse> _uses = ImmutableSortedDictionary<string, ImageUse>.Empty;

    [Fact]
    public void What_has_not_been_used_for_longest_goes_first_and_of_what_nobody_used_what_has_been_known_for_longest()
    {
        Look(["a", "b", "c"], used: ["a", "b", "c"]);
        Look(["a", "b", "c", "never-1"], used: ["b", "c"]);
        Look(["a", "b", "c", "never-1", "never-2"], used: ["b"]);
        Assert.Equal(["never-1", "never-2", "a", "c", "b"], Look(["a", "b", "c", "never-1", "never-2"], used: []));
    }

    [Fact]
    public void What_is_used_stays_and_what_is_pinned_does()
    {
        Look(["a", "b"], used: []);
        Assert.Equal(["b"], Look(["a", "b"], used: ["a"]));
        var pinned = Image("b") with { IsPinned = true };
        Assert.Empty(ImageGarbage.Removable([pinned], _uses, Options.AgeMin, _now));
    }

    [Fact]
    public void An_image_stays_for_two_minutes_after_it_was_first_seen_and_again_when_it_comes_back()
    {
        Assert.Empty(Look(["a"], used: [], after: TimeSpan.Zero));
        Assert.Empty(Look(["a"], used: [], after: TimeSpan.FromSeconds(119)));
        Assert.Equal(["a"], Look(["a"], used: [], after: TimeSpan.FromSeconds(1)));
        Look([], used: []);
        Assert.Empty(Look(["a"], used: []));
    }

    [Theory]
    [InlineData(16, 0)]
    [InlineData(15, 5)]
    [InlineData(0, 20)]
    public void From_85_percent_on_so_much_goes_that_80_are_left(long availableGiB, long expectedGiB) =>
        Assert.Equal(expectedGiB * GiB, ImageGarbage.BytesToFree(Space(availableGiB * GiB), Options));

    [Fact]
    public void What_fails_is_said_in_Kubernetes_words()
    {
        Assert.Equal(
            "Insufficient free disk space on the node's image filesystem (90% of 100.0 GiB used). Failed to free sufficient space by deleting unused images (freed 7 bytes). "
            + "Investigate disk usage, as it could be used by active images, logs, volumes, or other data.",
            ImageGarbage.Insufficient(Space(10 * GiB), 7));
        Assert.Equal("wanted to free 9 bytes, but freed 7 bytes space with errors in image deletion: busy", ImageGarbage.Failed(9, 7, ["busy", "busy"]));
        Assert.Equal("wanted to free 9 bytes, but freed 7 bytes space with errors in image deletion: [busy, gone]", ImageGarbage.Failed(9, 7, ["busy", "gone"]));
    }

    private static FileSystemSpace Space(long available) => new(100 * GiB, available, (100 * GiB) - available, 0, 0);

    private static ImageRecord Image(string id) => new(id, [id], [], 1, null);

    /// <returns>What may go now.</returns>
    private IEnumerable<string> Look(string[] present, string[] used, TimeSpan? after = null)
    {
        _now += after ?? TimeSpan.FromMinutes(5);
        var images = present.Select(Image).ToList();
        _uses = ImageGarbage.Observe(_uses, images, used.ToHashSet(), _now);
        return ImageGarbage.Removable(images, _uses, Options.AgeMin, _now).Select(one => one.Id);
    }
}

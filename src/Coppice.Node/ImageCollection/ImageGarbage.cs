using System.Collections.Immutable;
using System.Globalization;
using Coppice.Node.Host;
using Coppice.Node.Runtime;

namespace Coppice.Node.ImageCollection;

/// <summary>Which images of a node may go, in which order, and for how much room. Messages are Kubernetes'. Pure.</summary>
internal static class ImageGarbage
{
    /// <summary>What is known of the images after another look at them; those that are gone are forgotten.</summary>
    /// <param name="used">The ids of those that are in use now.</param>
    public static ImmutableSortedDictionary<string, ImageUse> Observe(
        ImmutableSortedDictionary<string, ImageUse> before, IEnumerable<ImageRecord> present, IReadOnlySet<string> used, DateTimeOffset now)
    {
        var after = ImmutableSortedDictionary.CreateBuilder<string, ImageUse>(StringComparer.Ordinal);
        foreach (var image in present)
        {
            var known = before.GetValueOrDefault(image.Id) ?? new ImageUse(now, null);
            after[image.Id] = used.Contains(image.Id) ? known with { LastUsed = now } : known;
        }

        return after.ToImmutable();
    }

    /// <summary>Those that nobody uses: the one that nobody has used for longest first, and of those alike the one that has been known for longest.</summary>
    /// <param name="uses">As <see cref="Observe"/> gave them at this very moment.</param>
    /// <param name="ageMin">How long they must have been known.</param>
    public static IReadOnlyList<ImageRecord> Removable(
        IEnumerable<ImageRecord> present, ImmutableSortedDictionary<string, ImageUse> uses, TimeSpan ageMin, DateTimeOffset now) =>
    [
        .. from image in present
           where !image.IsPinned
           let use = uses[image.Id]
           where use.LastUsed != now && now - use.FirstSeen >= ageMin
           orderby use.LastUsed ?? DateTimeOffset.MinValue, use.FirstSeen, image.Id
           select image,
    ];

    /// <returns>Bytes; 0 for a file system that is less full than the high threshold.</returns>
    public static long BytesToFree(FileSystemSpace space, ImageCollectionOptions options) => UsedPercent(space) >= options.HighThresholdPercent
        ? (space.CapacityBytes * (100 - options.LowThresholdPercent) / 100) - space.AvailableBytes
        : 0;

    /// <summary>All that could go is gone, and the file system is still too full.</summary>
    public static string Insufficient(FileSystemSpace space, long freedBytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"Insufficient free disk space on the node's image filesystem ({UsedPercent(space)}% of {Size(space.CapacityBytes)} used). Failed to free sufficient space by deleting unused images (freed {freedBytes} bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.");

    /// <summary>Some images could not be removed.</summary>
    public static string Failed(long wantedBytes, long freedBytes, IReadOnlyList<string> why)
    {
        var reasons = why.Distinct(StringComparer.Ordinal).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"wanted to free {wantedBytes} bytes, but freed {freedBytes} bytes space with errors in image deletion: {(reasons is [var one] ? one : $"[{string.Join(", ", reasons)}]")}");
    }

    private static long UsedPercent(FileSystemSpace space) => 100 - (space.AvailableBytes * 100 / space.CapacityBytes);

    private static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (size, unit) = ((double)bytes, 0);
        while (size >= 1024 && unit < units.Length - 1)
        {
            (size, unit) = (size / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? $"{bytes}" : $"{size:0.0}")} {units[unit]}");
    }
}

/// <summary>What is known of an image, by the steady clock.</summary>
/// <param name="LastUsed">When it was last seen in use; null for never.</param>
internal sealed record ImageUse(DateTimeOffset FirstSeen, DateTimeOffset? LastUsed);

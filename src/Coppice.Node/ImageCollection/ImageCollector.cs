using System.Collections.Immutable;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Node.Host;
using Coppice.Node.Images;
using Coppice.Node.Runtime;
using Coppice.Node.Status;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.ImageCollection;

/// <summary>
/// Removes images that nobody uses when the file system that they are on gets full. One that could not be had again stays: what was
/// imported, what the runtime has for itself, and what it is told to keep.
/// </summary>
public sealed partial class ImageCollector(NodeImages node, NodeAgentOptions options, IEventRecorder events, TimeProvider time, ILogger log)
{
    /// <summary>As the metric has it: the file system was too full.</summary>
    private const string ForSpace = "space";

    private readonly SteadyClock _clock = new(time);
    private readonly Counts<string> _removed = new();
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private ImmutableSortedDictionary<string, ImageUse> _uses = ImmutableSortedDictionary.Create<string, ImageUse>(StringComparer.Ordinal);

    /// <summary>Looks now and then, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var hasFailed = false;
        try
        {
            while (true)
            {
                var failure = await CollectAsync(stop);
                if (failure is not null)
                {
                    LogFailed(log, failure);
                }

                // As the kubelet does it: what fails once may only have come too early.
                if (failure is not null && hasFailed)
                {
                    Warn("ImageGCFailed", failure);
                }

                hasFailed = failure is not null;
                await Task.Delay(options.Images.Period, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    /// <summary>Looks once.</summary>
    /// <returns>Why it did not do what it was to do; null if it did.</returns>
    public Task<string?> CollectAsync(CancellationToken stop) => InTurnAsync(() => CollectNowAsync(stop));

    /// <summary>Removes all that may go, however much room there is: for a node that is short of it. What fails is logged.</summary>
    /// <returns>Whether nothing failed.</returns>
    public Task<bool> RemoveUnusedAsync(CancellationToken stop) => InTurnAsync(() => RemoveUnusedNowAsync(stop));

    // Two looks at a time would remove the same images, and count them twice.
    private Task<T> InTurnAsync<T>(Func<Task<T>> act)
    {
        lock (_lock)
        {
            var mine = AfterAsync(_last, act);
            _last = mine;
            return mine;
        }
    }

    private static async Task<T> AfterAsync<T>(Task before, Func<Task<T>> act)
    {
        await Task.WhenAny(before);
        return await act();
    }

    private async Task<bool> RemoveUnusedNowAsync(CancellationToken stop)
    {
        try
        {
            var (_, failures) = await RemoveAsync(await LookAsync(stop), long.MaxValue, stop);
            foreach (var failure in failures.Distinct(StringComparer.Ordinal))
            {
                LogFailed(log, failure);
            }

            return failures.Count == 0;
        }
        catch (RuntimeException away)
        {
            LogFailed(log, away.Message);
            return false;
        }
    }

    private async Task<string?> CollectNowAsync(CancellationToken stop)
    {
        try
        {
            // Looked at whether there is room or not: it must be known what was used when, once there is none.
            var removable = await LookAsync(stop);
            if (await node.Space(stop) is not { } room)
            {
                return null;
            }

            if (room.CapacityBytes == 0)
            {
                return Warn("InvalidDiskCapacity", "invalid capacity 0 on image filesystem");
            }

            var wanted = ImageGarbage.BytesToFree(room, options.Images);
            if (wanted <= 0)
            {
                return null;
            }

            var (freed, failures) = await RemoveAsync(removable, wanted, stop);
            return failures.Count > 0 ? ImageGarbage.Failed(wanted, freed, failures)
                : freed < wanted ? Warn("FreeDiskSpaceFailed", ImageGarbage.Insufficient(room, freed))
                : null;
        }
        catch (RuntimeException away)
        {
            return away.Message;
        }
    }

    public void WriteTo(MetricsText text)
    {
        var removed = text.Counter("kubelet_image_garbage_collected_total", "[ALPHA] Total number of images garbage collected by the kubelet, whether through disk usage or image age.");
        foreach (var (reason, count) in _removed.All)
        {
            removed.Sample(count, null, ("reason", reason));
        }
    }

    /// <returns>What may go, in order.</returns>
    private async ValueTask<IReadOnlyList<ImageRecord>> LookAsync(CancellationToken stop)
    {
        var named = await NamedAsync(stop);
        var present = await node.Present.ListAsync(stop);
        // A runtime tells a container's image by its id or by its digest.
        var containers = (await node.Runtime.ListAsync(stop)).Containers.Select(one => one.ImageId).ToHashSet(StringComparer.Ordinal);
        var used = present.Where(one => named.Contains(one.Id) || containers.Contains(one.Id) || one.Digests.Any(containers.Contains)).Select(one => one.Id);
        var now = _clock.GetUtcNow();
        _uses = ImageGarbage.Observe(_uses, present, used.ToHashSet(StringComparer.Ordinal), now);
        return ImageGarbage.Removable(present.Where(node.Pulled.CanBeHadAgain), _uses, options.Images.AgeMin, now);
    }

    private async ValueTask<IReadOnlySet<string>> NamedAsync(CancellationToken stop)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in node.Named().Distinct(StringComparer.Ordinal).Where(one => ImageReference.TryParse(one, out _, out _)))
        {
            if (await node.Present.FindAsync(name, stop) is { } image)
            {
                ids.Add(image.Id);
            }
        }

        return ids;
    }

    private async ValueTask<(long FreedBytes, IReadOnlyList<string> Failures)> RemoveAsync(IReadOnlyList<ImageRecord> removable, long wantedBytes, CancellationToken stop)
    {
        var (freed, failures) = (0L, new List<string>());
        foreach (var image in removable)
        {
            if (freed >= wantedBytes)
            {
                break;
            }

            try
            {
                await node.Present.RemoveAsync(image.Id, stop);
            }
            catch (RuntimeException failed)
            {
                failures.Add(failed.Message);
                continue;
            }

            LogRemoved(log, image.Tags.Concat(image.Digests).FirstOrDefault() ?? image.Id, image.SizeBytes);
            _removed.Add(ForSpace);
            freed += image.SizeBytes;
        }

        return (freed, failures);
    }

    private string Warn(string reason, string message)
    {
        events.Record(NodeChanges.About(options.NodeName), "Warning", reason, message);
        return message;
    }

    [LoggerMessage(3301, LogLevel.Information, "Image {Image}, which nobody uses, is removed as the disk gets full: {Bytes} bytes")]
    private static partial void LogRemoved(ILogger log, string image, long bytes);

    [LoggerMessage(3302, LogLevel.Warning, "Images that nobody uses could not be removed as they should be: {Why}")]
    private static partial void LogFailed(ILogger log, string why);
}

/// <summary>The images of a node, and what tells whether they are of use.</summary>
/// <param name="Pulled">What nobody pulled is never removed.</param>
/// <param name="Runtime">Whose containers use images, also those that have ended, as long as they are there.</param>
/// <param name="Space">The room on the images' file system; null while nobody knows, and then nothing is removed.</param>
/// <param name="Named">By what pods name which have not ended: images in use, also before there is a container of them.</param>
public sealed record NodeImages(
    IImageService Present, PulledImages Pulled, IContainerRuntime Runtime, Func<CancellationToken, ValueTask<FileSystemSpace?>> Space, Func<IEnumerable<string>> Named);

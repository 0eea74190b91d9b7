using System.Globalization;
using Coppice.Node.Runtime;
using Coppice.Objects;

namespace Coppice.Node.Logs;

/// <summary>
/// Looks at the logs of all running containers, at each as often as it grows: one that would reach its size in two seconds is looked
/// at after one. Also deletes the logs of containers that are gone while their pod lives on.
/// </summary>
/// <param name="failed">Told what could not be done for a pod.</param>
public sealed class LogUpkeep(IContainerRuntime runtime, LogRotationOptions options, TimeProvider time, Action<ObjectKey, Exception> failed)
{
    private readonly LogRotation _rotation = new(runtime, options, time);
    private readonly Dictionary<string, Growth> _growths = [];

    /// <summary>Does what is due.</summary>
    /// <param name="containers">All of the node's, also those that have ended.</param>
    /// <returns>How long nothing will be due.</returns>
    public async ValueTask<TimeSpan> LookAsync(IReadOnlyCollection<ContainerRecord> containers, CancellationToken stop)
    {
        var wait = options.LookEvery;
        var running = containers.Where(one => one.State == ContainerRunState.Running).ToList();
        foreach (var gone in _growths.Keys.Except(running.Select(one => one.Id)).ToList())
        {
            _growths.Remove(gone);
        }

        foreach (var container in running)
        {
            var growth = _growths.GetValueOrDefault(container.Id);
            if (growth is null || time.GetElapsedTime(growth.At) >= growth.Pause)
            {
                if (growth is null)
                {
                    RemoveOlder(container, containers);
                }

                growth = _growths[container.Id] = await LookAsync(container, growth, stop);
            }

            var due = growth.Pause - time.GetElapsedTime(growth.At);
            wait = due < wait ? due : wait;
        }

        return wait > options.LookAtMostEvery ? wait : options.LookAtMostEvery;
    }

    private async ValueTask<Growth> LookAsync(ContainerRecord container, Growth? before, CancellationToken stop)
    {
        var now = time.GetTimestamp();
        try
        {
            var rotated = await _rotation.RotateAsync(container.Id, container.LogPath, stop);
            var size = new FileInfo(container.LogPath) is { Exists: true } log ? log.Length : 0;
            var grown = rotated ? Math.Max(size, options.SizeMaxBytes) : before is null ? 0 : size - before.Size;
            var since = before is null ? TimeSpan.Zero : time.GetElapsedTime(before.At, now);
            return new Growth(now, size, PauseFor(options.SizeMaxBytes - size, grown, since));
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            failed(new ObjectKey(container.Pod.Namespace, container.Pod.Name), e);
            return new Growth(now, 0, options.PauseAfterFailure);
        }
    }

    /// <summary>Half the time that it takes to fill what is left, at the pace of late.</summary>
    private TimeSpan PauseFor(long left, long grown, TimeSpan since)
    {
        if (grown <= 0 || since <= TimeSpan.Zero)
        {
            return options.LookEvery;
        }

        var pause = since * Math.Clamp(left / 2.0 / grown, 0, 1e6);
        return pause < options.LookAtMostEvery ? options.LookAtMostEvery : pause < options.LookEvery ? pause : options.LookEvery;
    }

    /// <summary>A container that crashes again and again leaves a log each time: of those that the runtime has forgotten nobody can ask.</summary>
    private void RemoveOlder(ContainerRecord newest, IReadOnlyCollection<ContainerRecord> containers)
    {
        var directory = Path.GetDirectoryName(newest.LogPath);
        if (!Directory.Exists(directory))
        {
            return;
        }

        var oldest = containers.Where(one => Path.GetDirectoryName(one.LogPath) == directory).Min(one => one.Attempt);
        try
        {
            foreach (var file in Directory.EnumerateFiles(directory).Where(one => AttemptOf(one) < oldest))
            {
                File.Delete(file);
            }
        }
        catch (IOException e)
        {
            failed(new ObjectKey(newest.Pod.Namespace, newest.Pod.Name), e);
        }
    }

    // 3.log, 3.log.20300101-000000-0000000.gz
    private static int AttemptOf(string file) =>
        Path.GetFileName(file) is var name && name.IndexOf(".log", StringComparison.Ordinal) is var end and > 0
        && int.TryParse(name.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            ? attempt
            : int.MaxValue;

    private sealed record Growth(long At, long Size, TimeSpan Pause);
}

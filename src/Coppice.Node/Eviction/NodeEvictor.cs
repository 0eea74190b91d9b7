using Coppice.Node.ImageCollection;
using Coppice.Node.Pods;
using Coppice.Node.Pressure;
using Coppice.Node.Status;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Eviction;

/// <summary>
/// Makes room on a node that is short of something: first of what nobody uses, then of one pod after the other. One serial loop: 1. look,
/// 2. remove images and remains that nobody uses, 3. look again, 4. measure the pods, 5. plan, 6. end one, and wait until it is gone.
/// </summary>
public sealed partial class NodeEvictor(NodeAgentOptions options, Func<IEnumerable<PodWorker>> workers, PodServices services, NodePressure pressure, ImageCollector images)
{
    private readonly PodUseMeter _meter = new(services);

    // Of what it was said that nobody is evicted for it.
    private readonly HashSet<EvictionSignal> _hopeless = [];

    /// <summary>Looks now and then, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                if (await TryRoundAsync(stop) is { } evicted)
                {
                    await UntilAsync(() => IsGone(evicted), stop);
                }
                else
                {
                    await Task.Delay(options.Eviction.Period, services.Time, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    private async ValueTask<PodWorker?> TryRoundAsync(CancellationToken stop)
    {
        try
        {
            return await RoundAsync(stop);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            // The runtime is away, or the disk is too full to ask: it is looked again.
            LogFailed(services.Log, failed);
            return null;
        }
    }

    /// <returns>The pod that is ended; null for none.</returns>
    private async ValueTask<PodWorker?> RoundAsync(CancellationToken stop)
    {
        var look = await pressure.LookAsync(stop);                                                      // 1.
        _hopeless.IntersectWith(look.Met.Select(one => one.Signal));
        foreach (var shortfall in look.Met)
        {
            if (await MakeRoomAsync(shortfall, look.HasImageDisk, stop) is { } evicted)
            {
                return evicted;
            }
        }

        return null;
    }

    private async ValueTask<PodWorker?> MakeRoomAsync(Shortfall shortfall, bool hasImageDisk, CancellationToken stop)
    {
        var signal = shortfall.Signal;
        services.Events.Record(NodeChanges.About(options.NodeName), "Warning", "EvictionThresholdMet", $"Attempting to reclaim {signal.Resource}");
        if (signal.IsOfDisk)
        {
            await ReclaimAsync(signal.IsOfImages || !hasImageDisk, stop);                               // 2.
            if ((await pressure.LookAsync(stop)).Met.FirstOrDefault(one => one.Signal == signal) is not { } still)      // 3.
            {
                return null;
            }

            shortfall = still;
        }

        var running = workers().Where(one => !HasEnded(one) && !one.IsTerminated).ToList();
        var uses = await _meter.MeasureAsync(running, signal, hasImageDisk, stop);                      // 4.
        if (EvictionPlanner.Plan(shortfall, uses) is not { } eviction)                                  // 5.
        {
            TellHopeless(shortfall, uses);
            return null;
        }

        return Evict(running.Single(one => one.Pod.Metadata.Uid == eviction.Pod.Metadata.Uid), eviction, signal);       // 6.
    }

    /// <summary>What is left of pods that have ended goes, and images that nobody uses.</summary>
    /// <param name="hasImages">It is the images' file system that is full.</param>
    private async ValueTask ReclaimAsync(bool hasImages, CancellationToken stop)
    {
        var ended = workers().Where(HasEnded).ToList();
        ended.ForEach(one => one.GiveUpRemains());
        if (ended.Exists(HasRemains))
        {
            await UntilAsync(() => !ended.Exists(HasRemains), stop);
        }

        if (hasImages)
        {
            await images.RemoveUnusedAsync(stop);
        }
    }

    private PodWorker Evict(PodWorker worker, PlannedEviction eviction, EvictionSignal signal)
    {
        LogEvicted(services.Log, ObjectKey.Of(eviction.Pod), eviction.Termination.Message);
        pressure.Hold(signal);
        worker.Terminate(eviction.Termination);
        return worker;
    }

    // Said once: it may last for days, and its condition says it all the time.
    private void TellHopeless(Shortfall shortfall, IReadOnlyList<PodUse> uses)
    {
        if (_hopeless.Add(shortfall.Signal))
        {
            LogHopeless(services.Log, shortfall.Signal.Name, shortfall.Missing, EvictionPlanner.RoomIn(uses, shortfall.Signal));
        }
    }

    private async ValueTask UntilAsync(Func<bool> isDone, CancellationToken stop)
    {
        var since = services.Time.GetTimestamp();
        while (!isDone() && services.Time.GetElapsedTime(since) < options.Eviction.CleanUpWithin)
        {
            await Task.Delay(options.Eviction.CleanUpPeriod, services.Time, stop);
        }
    }

    private bool IsGone(PodWorker worker) => (HasEnded(worker) && worker.HasLetGo) || !workers().Contains(worker);

    private static bool HasEnded(PodWorker worker) => worker.Status.Phase is PodPhase.Succeeded or PodPhase.Failed;

    private static bool HasRemains(PodWorker worker) => worker.View is not { Sandboxes.Count: 0, Containers.Count: 0 };

    [LoggerMessage(3401, LogLevel.Warning, "Pod {Pod} is evicted: {Why}")]
    private static partial void LogEvicted(ILogger log, ObjectKey pod, string why);

    [LoggerMessage(3402, LogLevel.Warning, "The node is short of {Signal} by {Missing}, and nobody is evicted for it: the end of all pods that may be ended would make room of {Room} only")]
    private static partial void LogHopeless(ILogger log, string signal, long missing, long room);

    [LoggerMessage(3403, LogLevel.Warning, "It could not be seen whether the node is short of something, or no room be made, which is tried again")]
    private static partial void LogFailed(ILogger log, Exception failed);
}

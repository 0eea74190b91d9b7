using Coppice.Node.Admission;
using Coppice.Node.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node;

/// <summary>The machine goes down, and its pods before it: each with its grace, and so that the cluster knows.</summary>
public sealed partial class NodeAgent
{
    private static readonly PodTermination Refusal = new("NodeShutdown", "Pod was rejected as the node is shutting down.", IsRefusal: true);

    // How soon after a pod's end the API is asked for more, and how long the API may take to know of it.
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TellingTakes = TimeSpan.FromSeconds(3);

    // Written by the loop.
    private volatile bool _goesDown;

    /// <summary>
    /// Takes no pod any more and ends those that are here, the system's after the others. Completes when the API knows that all have ended, or
    /// when the time is over.
    /// </summary>
    public async Task EndPodsAsync(NodeShutdownOptions options, CancellationToken stop)
    {
        // The cluster sends no more, and leads nobody here any more, before the first is asked to end.
        await registration.GoDownAsync(TellingTakes, stop);
        await EndAsync(worker => !CriticalPods.HasPriority(worker.Pod), options.Period - options.CriticalPeriod, stop);
        await EndAsync(_ => true, options.CriticalPeriod, stop);
    }

    private async Task EndAsync(Func<PodWorker, bool> which, TimeSpan within, CancellationToken stop)
    {
        var asked = new TaskCompletionSource<IReadOnlyList<PodWorker>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inbox.Writer.TryWrite(() =>
        {
            _goesDown = true;
            var ending = _workers.Values.Where(one => !IsOver(one.Status) && which(one)).ToList();
            foreach (var worker in ending)
            {
                var own = Spans.Seconds(worker.Pod.Spec.TerminationGracePeriodSeconds ?? 30);
                var grace = own < within ? own : within;
                worker.Terminate(new PodTermination("Terminated", "Pod was terminated in response to imminent node shutdown.", grace) { IsDisruption = true });
            }

            asked.SetResult(ending);
        });

        var workers = await asked.Task.WaitAsync(stop);
        var since = services.Time.GetTimestamp();
        while (workers.Any(one => IsInApi(one.Pod) && !IsOver(_pods.Find(ObjectKey.Of(one.Pod))!.Status)) && services.Time.GetElapsedTime(since) < within + TellingTakes)
        {
            await Task.Delay(LookPeriod, services.Time, stop);
        }
    }

    private static bool IsOver(PodStatus status) => status.Phase is PodPhase.Succeeded or PodPhase.Failed;
}

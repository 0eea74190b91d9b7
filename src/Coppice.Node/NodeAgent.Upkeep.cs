using Coppice.Node.Logs;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Objects;
using ContainerState = Coppice.Node.Runtime.ContainerState;

namespace Coppice.Node;

/// <summary>What running pods need now and then: volumes that follow their ConfigMaps and Secrets, logs that don't fill the disk.</summary>
public sealed partial class NodeAgent
{
    private async Task KeepUpAsync(CancellationToken stop)
    {
        var rotation = new LogRotation(services.Runtime, options.Logs, services.Time);
        while (true)
        {
            await Task.Delay(options.UpkeepPeriod, services.Time, stop);
            foreach (var worker in _workers.Values)
            {
                var running = worker.View.Containers.Where(one => one.State == ContainerState.Running).ToList();
                if (running.Count == 0) continue;
                await RefreshAsync(worker, stop);
                foreach (var record in running) await RotateAsync(rotation, record, stop);
            }
        }
    }

    private async ValueTask RefreshAsync(PodWorker worker, CancellationToken stop)
    {
        if (worker.Pod.Metadata.DeletionTimestamp is not null) return;
        try
        {
            await services.Ground.RefreshVolumesAsync(worker.Pod, stop);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            // What is there stays, and is tried again at the next turn.
            LogUpkeepFailed(services.Log, ObjectKey.Of(worker.Pod), failed.Message);
        }
    }

    private async ValueTask RotateAsync(LogRotation rotation, ContainerRecord record, CancellationToken stop)
    {
        try
        {
            await rotation.RotateAsync(record.Id, record.LogPath, stop);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            LogUpkeepFailed(services.Log, new ObjectKey(record.Pod.Namespace, record.Pod.Name), failed.Message);
        }
    }
}

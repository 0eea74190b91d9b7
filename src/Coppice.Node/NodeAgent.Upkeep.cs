using Coppice.Node.Logs;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using ContainerState = Coppice.Node.Runtime.ContainerState;

namespace Coppice.Node;

/// <summary>
/// What running pods need beside their containers: volumes that follow what they are filled from, logs that don't fill the disk, and
/// their part of the processors.
/// </summary>
public sealed partial class NodeAgent
{
    // Not weighed at the end of every pod: who only ended (and is still in the API) is found by the audit, as the kubelet does each minute.
    private bool _isWeighed;
    private string _whyNotWeighed = "";

    private void WeighIfNeeded()
    {
        if (_isWeighed || !_started.Task.IsCompleted)
        {
            return;
        }

        _isWeighed = true;
        try
        {
            services.Ground.Weigh(Active());
            _whyNotWeighed = "";
        }
        catch (RuntimeException failed)
        {
            // Said once; it is tried again with every audit.
            if (_whyNotWeighed != failed.Message)
            {
                LogNotWeighed(services.Log, failed.Message);
            }

            _whyNotWeighed = failed.Message;
        }
    }

    private async Task KeepUpAsync(CancellationToken stop)
    {
        var rotation = new LogRotation(services.Runtime, options.Logs, services.Time);
        while (true)
        {
            await Task.Delay(options.UpkeepPeriod, services.Time, stop);
            foreach (var worker in _workers.Values)
            {
                foreach (var record in worker.View.Containers.Where(one => one.State == ContainerState.Running))
                {
                    await RotateAsync(rotation, record, stop);
                }
            }
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

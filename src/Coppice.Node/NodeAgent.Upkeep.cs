using Coppice.Node.Logs;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Node.Status;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node;

/// <summary>
/// What running pods need beside their containers: volumes that follow what they are filled from, logs that don't fill the disk, their
/// part of the processors, and no more of the disk than they may have.
/// </summary>
public sealed partial class NodeAgent
{
    // Not weighed at the end of every pod: who only ended (and is still in the API) is found by the audit, as the kubelet does each minute.
    private bool _areQosCgroupsCurrent;
    private bool _hasToldOfQosCgroups;
    private string _whyQosCgroupsFail = "";

    private void UpdateQosCgroupsIfNeeded()
    {
        if (_areQosCgroupsCurrent || !_started.Task.IsCompleted)
        {
            return;
        }

        _areQosCgroupsCurrent = true;
        try
        {
            services.HostResources.UpdateQosCgroups(ActiveAsAllocated());
            _whyQosCgroupsFail = "";
            if (!_hasToldOfQosCgroups)
            {
                _hasToldOfQosCgroups = true;
                Tell(NodeChanges.AllocatableEnforced);
            }
        }
        catch (RuntimeException failed)
        {
            // Said once; it is tried again with every audit.
            if (_whyQosCgroupsFail != failed.Message)
            {
                LogCgroupsFailed(services.Log, failed.Message);
            }

            _whyQosCgroupsFail = failed.Message;
        }
    }

    private async Task KeepStorageAsync(CancellationToken stop)
    {
        var storage = new LocalStorageUpkeep(services);
        while (true)
        {
            await Task.Delay(options.LocalStoragePeriod, services.Time, stop);
            await storage.LookAsync([.. _workers.Values], stop);
        }
    }

    private async Task KeepUpAsync(CancellationToken stop)
    {
        var logs = new LogUpkeep(services.Runtime, options.Logs, services.Time, (pod, failed) => LogUpkeepFailed(services.Log, pod, failed.Message));
        var pause = options.Logs.LookEvery;
        while (true)
        {
            await Task.Delay(pause, services.Time, stop);
            pause = await logs.LookAsync([.. _workers.Values.SelectMany(worker => worker.View.Containers)], stop);
        }
    }
}

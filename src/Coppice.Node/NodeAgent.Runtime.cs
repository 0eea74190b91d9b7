using System.Collections.Immutable;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Objects;

namespace Coppice.Node;

/// <summary>The agent's eyes on the runtime: its events, and lists of everything to check them against.</summary>
public sealed partial class NodeAgent
{
    // Why it cannot be asked; null while it can.
    private string? _whyRuntimeIsAway;

    private async Task FollowRuntimeAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await FollowWatchAsync(stop);
            }
            catch (Exception away) when (!stop.IsCancellationRequested)
            {
                // Nothing is known of the containers now; they are left as they were last seen.
                RuntimeIsAway(away.Message);
            }

            await Task.Delay(options.RuntimePause, services.Time, stop);
        }
    }

    private async Task FollowWatchAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var events = services.Runtime.WatchAsync(ended.Token).GetAsyncEnumerator(ended.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            // Listed once the watch stands, so that nothing falls in between.
            await AuditAsync(stop);
            while (await next)
            {
                var told = events.Current;
                _inbox.Writer.TryWrite(() => Dispatch(told, stop));
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator that still waits for its next event cannot be disposed of.
            ended.Cancel();
            await Task.WhenAny(next);
        }
    }

    private async Task AuditNowAndThenAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(options.AuditPeriod, services.Time, stop);
            try
            {
                await AuditAsync(stop);
            }
            catch (Exception away) when (!stop.IsCancellationRequested)
            {
                RuntimeIsAway(away.Message);
            }
        }
    }

    // It is asked twice a second: what is wrong is said once, and so is that it is over.
    private void RuntimeIsAway(string why)
    {
        var before = Interlocked.Exchange(ref _whyRuntimeIsAway, why);
        if (before != why)
        {
            LogRuntimeAway(why);
        }

        if (before is null)
        {
            registration.Wake();
        }
    }

    private void RuntimeIsThere()
    {
        if (Interlocked.Exchange(ref _whyRuntimeIsAway, null) is not null)
        {
            LogRuntimeBack();
            registration.Wake();
        }
    }

    private async ValueTask AuditAsync(CancellationToken stop)
    {
        var before = _workers.ToImmutableSortedDictionary(one => one.Key, one => (Worker: one.Value, one.Value.View), StringComparer.Ordinal);
        var remains = await FindOrphansAsync(stop);
        var found = new FoundPods(await services.Runtime.ListAsync(stop));
        RuntimeIsThere();
        _inbox.Writer.TryWrite(() =>
        {
            foreach (var (uid, (worker, asOf)) in before)
            {
                worker.OnRelist(asOf, found.Of(uid));
            }

            BeginMissing(found, stop);
            EndOrphans(found, before.ContainsKey, stop);
            Sweep(remains, stop);
            _areQosCgroupsCurrent = false;
            _hasMoreRoom = true;
        });
    }

    /// <summary>Somebody who looks after pods' networks found one that is not as it should be: its sandbox is of no use any more.</summary>
    /// <param name="missing">What, in words for the log.</param>
    public void OnNetworkLost(string podUid, string sandboxId, string missing) => _inbox.Writer.TryWrite(() =>
    {
        if (_workers.GetValueOrDefault(podUid) is { } worker && worker.View.Sandbox is { State: SandboxState.Ready } sandbox && sandbox.Id == sandboxId)
        {
            LogNetworkLost(services.Log, ObjectKey.Of(worker.Pod), missing);
            worker.OnRuntimeEvent(new RuntimeEvent(RuntimeEventType.SandboxExited, sandboxId, 0, services.Time.GetUtcNow()));
        }
    });

    private void Dispatch(RuntimeEvent told, CancellationToken stop)
    {
        var knows = _workers.Values.FirstOrDefault(one => one.View.Find(told.Id) is not null || one.View.Sandboxes.Any(sandbox => sandbox.Id == told.Id));
        if (knows is not null)
        {
            knows.OnRuntimeEvent(told);
        }
        else if (told.Type != RuntimeEventType.SandboxExited)
        {
            _ = AskAndDispatchAsync(told, stop);
        }
    }

    // A container that was started this very moment: its worker does not know its id yet.
    private async Task AskAndDispatchAsync(RuntimeEvent told, CancellationToken stop)
    {
        try
        {
            if (await services.Runtime.FindContainerAsync(told.Id, stop) is not { } record)
            {
                return;
            }

            _inbox.Writer.TryWrite(() => _workers.GetValueOrDefault(record.Pod.Uid)?.OnRuntimeEvent(told));
        }
        catch (Exception away) when (away is RuntimeException or OperationCanceledException)
        {
            // The list after the next connection tells.
        }
    }
}

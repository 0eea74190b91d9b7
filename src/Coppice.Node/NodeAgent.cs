using System.Collections.Immutable;
using System.Threading.Channels;
using Coppice.Client;
using Coppice.Node.Admission;
using Coppice.Node.Fencing;
using Coppice.Node.Orphans;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Node.Status;
using Coppice.Node.Streaming;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node;

/// <summary>
/// The agent of one node: gives every pod that is assigned to it a <see cref="PodWorker"/>, and tells the workers what happens in the
/// API and in the runtime.
/// </summary>
/// <remarks>
/// 1. The node's registration in the API (its object, status and lease). 2. The pods of this node, watched. 3. The runtime's events,
/// watched; everything is listed whenever the watch begins anew, and now and then. 4. One serial loop takes in all of it. What runs
/// already is taken over; what belongs to no pod any more is ended, and what is left of it removed. A stop leaves the containers alone.
/// </remarks>
public sealed partial class NodeAgent(
    NodeAgentOptions options, PodServices services, NodeEnvironment node, INodeRegistration registration, IOrphanedPods orphans, PodFencing? fencing = null)
    : IPodDirectory
{
    /// <summary>As the kubelet gives to what it finds of a pod that the API no longer has.</summary>
    private const int LeftoverGraceSeconds = 1;

    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SortedDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly ObjectCache<Pod> _pods = new(services.Api, new ListQuery(FieldSelector: "spec.nodeName=" + options.NodeName), services.Time, services.Log);

    private readonly VolumeUpkeep _volumes = new(options, services);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Swapped whole by the loop; read from anywhere.
    private volatile ImmutableSortedDictionary<string, PodWorker> _workers = ImmutableSortedDictionary.Create<string, PodWorker>(StringComparer.Ordinal);

    /// <summary>The pods of this node as they are here, by their uids. A snapshot, for any thread.</summary>
    public ImmutableSortedDictionary<string, PodWorker> Workers => _workers;

    /// <summary>Completes when the pods and what the runtime held of them were taken over.</summary>
    public Task Started => _started.Task;

    /// <summary>Runs until stopped; all workers have then let go of their pods, and the containers run on.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        Tell(NodeChanges.Starting);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var token = ended.Token;
        _pods.Subscribe(change =>
        {
            _inbox.Writer.TryWrite(() => Take(change.Item, token));
            _volumes.Take(change);
        });
        List<Task> loops = [.. new[] { registration.RunAsync(token), _pods.RunAsync(token), fencing?.RunAsync(token) ?? Task.CompletedTask }.Select(EndWithAsync)];     // 1. 2.
        try
        {
            _ = BeginAsync(loops, token);                                                                // 3.
            while (await _inbox.Reader.WaitToReadAsync(token))                                           // 4.
            {
                while (_inbox.Reader.TryRead(out var happening))
                {
                    happening();
                }

                RetryResizes();
                UpdateQosCgroupsIfNeeded();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopping();
        }
        finally
        {
            ended.Cancel();
            await SettleAsync([.. loops, .. _running.Values, _sweeping]);
        }
    }

    // Not among the loops that are waited for at the end: the pods may never come.
    private async Task BeginAsync(List<Task> loops, CancellationToken stop)
    {
        await _pods.WaitUntilSyncedAsync();
        try
        {
            var found = await ListPatientlyAsync(stop);
            _inbox.Writer.TryWrite(() =>
            {
                TakeOver(found, stop);
                loops.AddRange(new[] { FollowRuntimeAsync(stop), AuditNowAndThenAsync(stop), KeepUpAsync(stop), KeepStorageAsync(stop), _volumes.RunAsync(_pods.Find, stop) }.Select(EndWithAsync));
            });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped before the runtime came.
        }
    }

    private async ValueTask<FoundPods> ListPatientlyAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var found = new FoundPods(await services.Runtime.ListAsync(stop));
                RuntimeIsThere();
                return found;
            }
            catch (Exception away) when (!stop.IsCancellationRequested)
            {
                RuntimeIsAway(away.Message);
                await Task.Delay(options.RuntimePause, services.Time, stop);
            }
        }
    }

    private void TakeOver(FoundPods found, CancellationToken stop)
    {
        // Those that are to go first: others may have their names.
        EndOrphans(found, _ => false, stop);
        BeginMissing(found, stop);
        fencing?.Retain(_workers.Keys);
        LogTakenOver(_workers.Count);
        _started.TrySetResult();
        _hasMoreRoom = true;
    }

    private void BeginMissing(FoundPods found, CancellationToken stop)
    {
        var missing = _pods.Items.Where(one => !_workers.ContainsKey(one.Metadata.Uid ?? "")).Select(one => (Pod: one, View: found.Of(one.Metadata.Uid ?? "")));
        // What this node had taken before comes first: the others must fit beside it.
        foreach (var (pod, view) in missing.OrderBy(one => IsTaken(one.Pod, one.View) ? 0 : 1).ThenBy(one => one.Pod.Metadata.CreationTimestamp).ThenBy(one => ObjectKey.Of(one.Pod)).ToList())
        {
            Begin(pod, view, stop);
        }
    }

    // Of a change only the name counts: what is told is how things are now.
    private void Take(Pod changed, CancellationToken stop)
    {
        // What runs must be known first, or it would be made a second time.
        if (!_started.Task.IsCompleted)
        {
            return;
        }

        var uid = changed.Metadata.Uid ?? "";
        var pod = _pods.Find(ObjectKey.Of(changed));
        if (pod?.Metadata.Uid != uid)
        {
            _workers.GetValueOrDefault(uid)?.OnPodRemoved();
            _areQosCgroupsCurrent = false;
            _hasMoreRoom = true;
        }
        else if (_workers.GetValueOrDefault(uid) is { } worker)
        {
            Update(pod, worker);
        }
        else
        {
            Begin(pod, PodView.Empty, stop);
        }
    }

    /// <param name="newest">The node as the API has it now, where that was asked for.</param>
    private void Begin(Pod pod, PodView found, CancellationToken stop, Objects.Core.Node? newest = null)
    {
        var uid = pod.Metadata.Uid ?? "";
        if (found.Sandbox is null && _workers.Values.Any(one => IsNamesake(one.Pod, pod)))
        {
            // Who counts on a name counts on there being one of it: this one begins when the other has ended.
            return;
        }

        var isTaken = IsTaken(pod, found);
        var place = newest ?? registration.Seen ?? new Objects.Core.Node();
        if (!isTaken && newest is null && NodeAdmission.IsMisplaced(pod, place))
        {
            _ = BeginWithNewestAsync(pod, stop);
            return;
        }

        var refused = isTaken ? null : _goesDown ? Refusal : PressureAdmission.Reject(pod, node.Pressures()) ?? NodeAdmission.Reject(pod, place, ActiveAsAllocated(), node.Allocatable, node.HasAppArmor);
        var worker = new PodWorker(pod, _allocations.Add(pod, isTaken), found, services, node);
        if (refused is not null)
        {
            worker.Terminate(refused);
        }

        Run(uid, worker, stop);
    }

    private void Run(string uid, PodWorker worker, CancellationToken stop)
    {
        fencing?.Follow(uid, worker);
        _workers = _workers.SetItem(uid, worker);
        _areQosCgroupsCurrent = false;
        _running[uid] = RunAsync(uid, worker, stop);
    }

    private async Task RunAsync(string uid, PodWorker worker, CancellationToken stop)
    {
        try
        {
            await worker.RunAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Its containers stay.
        }
        catch (Exception broken)
        {
            LogWorkerBroke(ObjectKey.Of(worker.Pod), broken);
        }
        finally
        {
            worker.Dispose();
        }

        _inbox.Writer.TryWrite(() => Ended(worker.Pod, stop));
    }

    private void Ended(Pod pod, CancellationToken stop)
    {
        var uid = pod.Metadata.Uid ?? "";
        _workers = _workers.Remove(uid);
        _areQosCgroupsCurrent = false;
        _running.Remove(uid);
        _allocations.Remove(uid);
        services.Probed.Forget(uid);
        fencing?.Forget(uid);
        if (_pods.Find(ObjectKey.Of(pod)) is { } next && IsNamesake(next, pod) && !stop.IsCancellationRequested)
        {
            Begin(next, PodView.Empty, stop);
        }
    }

    private void Tell(NodeEvent happening) => services.Events.Record(NodeChanges.About(options.NodeName), "Normal", happening.Reason, happening.Message);

    private static bool IsNamesake(Pod one, Pod other) => ObjectKey.Of(one) == ObjectKey.Of(other) && one.Metadata.Uid != other.Metadata.Uid;

    // As the scheduler counts: what the API no longer has takes no room, even if its containers still need a moment to end. Counted
    // here, it would refuse every pod that is sent for the room of one deleted without grace, and theirs who come in their place.
    private List<Pod> Active() =>
        [.. _workers.Values.Where(one => one.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed) && IsInApi(one.Pod)).Select(one => one.Pod)];

    private List<Pod> ActiveAsAllocated() => [.. Active().Select(_allocations.Allocated)];

    private bool IsInApi(Pod pod) => _pods.Find(ObjectKey.Of(pod))?.Metadata.Uid == pod.Metadata.Uid;

    private static bool IsTaken(Pod pod, PodView found) =>
        pod.Status.StartTime is not null || pod.Metadata.DeletionTimestamp is not null || found.Sandbox is not null;

    // Pods that the API no longer has, but the runtime still does: ended as if their deletion had been seen.
    /// <param name="hadWorker">Whose worker was at work when the runtime was asked: it may have made an end of all of it meanwhile.</param>
    private void EndOrphans(FoundPods found, Func<string, bool> hadWorker, CancellationToken stop)
    {
        foreach (var identity in found.Identities)
        {
            if (_workers.ContainsKey(identity.Uid) || hadWorker(identity.Uid))
            {
                continue;
            }

            // What it asked for is not known any more; its deletion was long ago.
            var pod = new Pod
            {
                Metadata = new() { Namespace = identity.Namespace, Name = identity.Name, Uid = identity.Uid },
                Spec = new() { TerminationGracePeriodSeconds = LeftoverGraceSeconds },
            };
            if (IsInApi(pod))
            {
                continue;
            }

            LogOrphan(identity);
            var worker = new PodWorker(pod, _allocations.DecisionOn(pod), found.Of(identity.Uid), services, node);
            worker.OnPodRemoved();
            Run(identity.Uid, worker, stop);
        }
    }

    // Without one of its loops the agent would seem well, and be none: whoever runs it must learn of it.
    private async Task EndWithAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            _inbox.Writer.TryComplete(failed);
        }
    }

    private async Task SettleAsync(IReadOnlyList<Task> tasks)
    {
        foreach (var task in tasks)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // That is how they end.
            }
            catch (Exception failed)
            {
                // The runtime or the API went in the same moment, say; nobody is left to try again.
                LogEndedBadly(failed);
            }
        }
    }
}

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Status;

/// <summary>
/// Registers the node and keeps its status true: at its period, and at once when it is told that something changed. One reports at
/// a time.
/// </summary>
public sealed class NodeReporter(
    IApiClient api, IEventRecorder events, INodeObserver observer, NodeStatusOptions options, TimeProvider time, Action<Exception> failed)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    // A node that is not Ready waits for its runtime or its network, which come at any moment.
    private static readonly TimeSpan UnreadyPause = TimeSpan.FromMilliseconds(500);

    // As many as Kubernetes' agents: others write to a node, too, most of all when it is new.
    private const int TriesMax = 5;

    private readonly TaskCompletionSource _reported = NewSignal();
    private TaskCompletionSource _changed = NewSignal();

    private volatile Objects.Core.Node? _seen;
    private bool _wasUnschedulable;

    // Not null once the node goes down: completes when that was written.
    private volatile TaskCompletionSource? _goingDown;

    /// <summary>They are shown with each report; that they cannot be makes none fail.</summary>
    public required NodeDrivers Drivers { get; init; }

    /// <summary>Completes when the API has a status that was written from here: what stood there before may be long untrue.</summary>
    public Task Reported => _reported.Task;

    /// <summary>The node as it was last seen in the API; null before. For any thread.</summary>
    public Objects.Core.Node? Seen => _seen;

    /// <summary>Something has changed that the status tells of: the runtime is gone or back.</summary>
    public void Wake() => _changed.TrySetResult();

    /// <summary>The node is not ready from now on, as it goes down. Completes when the API knows, or when it has taken too long.</summary>
    public async Task GoDownAsync(TimeSpan within, CancellationToken stop)
    {
        var told = _goingDown ??= NewSignal();
        Wake();
        try
        {
            await told.Task.WaitAsync(within, time, stop);
        }
        catch (TimeoutException)
        {
            // The API is away, perhaps for the same reason.
        }
    }

    /// <summary>Until stop. What fails is told and tried again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var signal = _changed;
            if (signal.Task.IsCompleted)
            {
                signal = _changed = NewSignal();
            }

            TimeSpan pause;
            try
            {
                pause = await ReportAsync(stop) ? options.Period : UnreadyPause;
            }
            catch (Exception broken) when (!stop.IsCancellationRequested)
            {
                failed(broken);
                pause = RetryPause;
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }
            // Not Task.WhenAny with a delay: given up, it would go on by way of the thread pool, which a simulation could not order.
            using var over = time.CreateTimer(_ => signal.TrySetResult(), null, pause, Timeout.InfiniteTimeSpan);
            using var stopping = stop.Register(() => signal.TrySetResult());
            await signal.Task;
        }
    }

    /// <summary>1. Looks at the machine and at the API's node. 2. Plans. 3. Writes what is new.</summary>
    /// <returns>Whether the node is Ready.</returns>
    public async ValueTask<bool> ReportAsync(CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryReportAsync(stop);
            }
            catch (ApiException e) when (e.IsConflict && tries < TriesMax)
            {
                // What the other has written is looked at, too.
            }
        }
    }

    private async ValueTask<bool> TryReportAsync(CancellationToken stop)
    {
        var facts = await observer.FactsAsync(stop);
        var goingDown = _goingDown;
        var health = await observer.HealthAsync(stop);
        if (goingDown is not null)
        {
            health = health with { RuntimeProblem = "node is shutting down" };
        }

        var now = time.GetUtcNow();
        var key = new ObjectKey("", facts.Name);
        var current = await api.FindAsync<Objects.Core.Node>(key, stop);
        var isNew = current is null;
        if (current is null)
        {
            if (_reported.Task.IsCompleted && !options.ComesBack)
            {
                throw new NodeDeletedException(facts.Name);
            }

            var created = await api.CreateAsync(NodeStatusPlanner.Register(facts, health, options, now), stop);
            // A create may leave the status out; the update below then brings it.
            current = created;
        }

        var labels = current.Metadata.Labels.With(NodeStatusPlanner.Labels(facts, options));
        if (!labels.Equals(current.Metadata.Labels))
        {
            current = await api.UpdateAsync(current with { Metadata = current.Metadata with { Labels = labels } }, stop);
        }

        _seen = current;
        var planned = NodeStatusPlanner.Plan(current.Status, facts, health, options, now);
        if (!_reported.Task.IsCompleted || NodeStatusPlanner.IsNews(current.Status, planned, now, options))
        {
            await api.UpdateStatusAsync(current with { Status = planned }, stop);
            if (NodeChanges.Reboot(facts.Name, isNew ? null : current.Status.NodeInfo.BootID, facts.Info.BootID) is { } reboot)
            {
                events.Record(NodeChanges.About(facts.Name), "Warning", reboot.Reason, reboot.Message);
            }

            Tell(facts.Name, NodeChanges.Reasons(isNew ? [] : Told(current.Status.Conditions), planned.Conditions));
            _reported.TrySetResult();
        }

        if (current.Spec.Unschedulable != _wasUnschedulable)
        {
            _wasUnschedulable = current.Spec.Unschedulable;
            Tell(facts.Name, [NodeChanges.Scheduling(_wasUnschedulable)]);
        }

        goingDown?.TrySetResult();
        await Drivers.ShowAsync(current, stop);
        return NodeConditions.IsReady(current with { Status = planned });
    }

    // After a start it tells anew what it has enough of, whatever an agent before has told: as the kubelet does.
    private ValueList<NodeCondition> Told(ValueList<NodeCondition> conditions) =>
        _reported.Task.IsCompleted ? conditions : [.. conditions.Where(one => one.Type == NodeConditionType.Ready)];

    private void Tell(string node, IEnumerable<string> reasons)
    {
        foreach (var reason in reasons)
        {
            events.Record(NodeChanges.About(node), "Normal", reason, NodeChanges.Message(node, reason));
        }
    }

    private static TaskCompletionSource NewSignal() => new();
}

/// <summary>Somebody has taken the node out of the cluster.</summary>
public sealed class NodeDeletedException(string node)
    : Exception($"the node {node} was deleted from the cluster. It is a node again when coppice is started anew here; \"coppice down --purge\" leaves nothing of it");

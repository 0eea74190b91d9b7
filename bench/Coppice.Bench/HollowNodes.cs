using System.Globalization;
using Coppice.Client;
using Coppice.Node;
using Coppice.Node.Heartbeat;
using Coppice.Node.Status;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Bench;

/// <summary>
/// Nodes without machines, as far as the API sees them: each registers, reports its status and renews its lease as real ones do, by the same
/// parts; a pod that is bound runs and is ready at once, one of a Job ends well after that, one that is deleted is gone. What is left is what
/// the control plane takes.
/// </summary>
internal sealed class HollowNodes : IReconciler
{
    // Real ones do not start together: what they say every ten seconds comes evenly.
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(2);

    private readonly IApiClient _api;
    private readonly ObjectCache<Pod> _pods;
    private readonly ReconcileLoop<ObjectKey> _loop;
    private readonly EventRecorder _events;
    private readonly TimeProvider _time;
    private readonly List<Task> _nodes = [];

    public HollowNodes(IApiClient api, CacheSet caches, TimeProvider time, ILogger log)
    {
        (_api, _pods, _time) = (api, caches.Of<Pod>(), time);
        _events = new(api, "kubelet", "", time, new Random(3), log);
        _loop = new("HollowNodes", this, ReconcileOptions.Default with { Workers = 32 }, time, log);
        _pods.Subscribe(change => _loop.Enqueue(ObjectKey.Of(change.Item)));
    }

    public int Count => _nodes.Count;

    public static string NameOf(int node) => string.Create(CultureInfo.InvariantCulture, $"node-{node:d4}");

    /// <summary>Adds nodes, each with room for as many pods as a node usually has, and waits until all are registered.</summary>
    public async Task GrowAsync(int to, CancellationToken stop)
    {
        var reported = new List<Task>();
        while (Count < to)
        {
            var name = NameOf(Count);
            var reporter = new NodeReporter(_api, _events, new HollowMachine(name), new NodeStatusOptions(), _time, Ignore) { Drivers = new NodeDrivers(_api, Ignore) };
            var lease = new NodeLease(_api, name, new NodeLeaseOptions(), _time, Ignore);
            _nodes.Add(new NodeRegistration(reporter, lease).RunAsync(stop));
            reported.Add(reporter.Reported);
            await Task.Delay(Apart, _time, stop);
        }

        await Task.WhenAll(reported);
    }

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(_loop.RunAsync(stop), _events.RunAsync(stop));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_pods.Find(key) is not { Spec.NodeName.Length: > 0 } pod)
        {
            return ReconcileResult.Done;
        }

        if (pod.Metadata.DeletionTimestamp is not null)
        {
            await _api.DeleteAsync<Pod>(key, new() { GracePeriodSeconds = 0 }, stop);
        }
        else if (pod.Status.Phase is null or PodPhase.Pending)
        {
            await WriteAsync(pod, PodPhase.Running, isReady: true, stop);
        }
        else if (pod.Status.Phase == PodPhase.Running && pod.Metadata.Finalizers.Contains(JobLabels.TrackingFinalizer))
        {
            await WriteAsync(pod, PodPhase.Succeeded, isReady: false, stop);
        }

        return ReconcileResult.Done;
    }

    private async ValueTask WriteAsync(Pod pod, string phase, bool isReady, CancellationToken stop)
    {
        var ready = new PodCondition
        {
            Type = PodConditionType.Ready,
            Status = isReady ? ConditionStatus.True : ConditionStatus.False,
            LastTransitionTime = ApiTime.Truncate(_time.GetUtcNow()),
        };
        await _api.UpdateStatusAsync(pod with { Status = pod.Status.With(ready) with { Phase = phase, StartTime = ApiTime.Truncate(_time.GetUtcNow()) } }, stop);
    }

    // What fails is tried again, and is seen by who waits for it.
    private static void Ignore(Exception failed)
    {
    }

    /// <summary>A machine of 64 processors that is always well.</summary>
    private sealed class HollowMachine(string name) : INodeObserver
    {
        private readonly NodeFacts _facts = new(name, ["192.0.2.1"], 64, 256L << 30, 1L << 40, [], new() { KubeletVersion = "v1.36.0" });

        public ValueTask<NodeFacts> FactsAsync(CancellationToken stop) => new(_facts);

        public ValueTask<MachineHealth> HealthAsync(CancellationToken stop) => new(MachineHealth.Good);
    }
}

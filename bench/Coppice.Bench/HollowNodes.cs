using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Bench;

// Here, where it goes before the namespace of that name.
using Node = Coppice.Objects.Core.Node;

/// <summary>
/// Nodes without machines, as far as the API sees them: a pod that is bound runs and is ready at once, one of a Job ends well after that,
/// one that is deleted is gone. What is left is what the control plane takes.
/// </summary>
internal sealed class HollowNodes : IReconciler
{
    private const string LeaseNamespace = "kube-node-lease";

    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);

    private readonly IApiClient _api;
    private readonly ObjectCache<Pod> _pods;
    private readonly ReconcileLoop<ObjectKey> _loop;
    private readonly TimeProvider _time;
    private readonly int _count;

    public HollowNodes(IApiClient api, CacheSet caches, int count, TimeProvider time, ILogger log)
    {
        (_api, _pods, _count, _time) = (api, caches.Of<Pod>(), count, time);
        _loop = new("HollowNodes", this, ReconcileOptions.Default with { Workers = 32 }, time, log);
        _pods.Subscribe(change => _loop.Enqueue(ObjectKey.Of(change.Item)));
    }

    /// <summary>The nodes, each with room for as many pods as a node usually has.</summary>
    public async Task CreateAsync()
    {
        for (var i = 0; i < _count; i++)
        {
            var now = _time.GetUtcNow();
            await _api.CreateAsync(
                new Node
                {
                    Metadata = new() { Name = NameOf(i), Labels = ValueMap.Of(("kubernetes.io/hostname", NameOf(i))) },
                },
                default);
            var node = await _api.FindAsync<Node>(new("", NameOf(i)), default);
            await _api.UpdateStatusAsync(
                node! with
                {
                    Status = new()
                    {
                        Allocatable = ValueMap.Of(("cpu", Quantity.Parse("64")), ("memory", Quantity.Parse("256Gi")), ("pods", Quantity.FromUnits(110))),
                        Conditions = [new() { Type = NodeConditionType.Ready, Status = ConditionStatus.True, LastHeartbeatTime = now, LastTransitionTime = now }],
                    },
                },
                default);
            await _api.CreateAsync(new Lease { Metadata = new() { Name = NameOf(i), Namespace = LeaseNamespace }, Spec = new() { HolderIdentity = NameOf(i) } }, default);
        }
    }

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(_loop.RunAsync(stop), RenewAsync(stop));

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

    private async Task RenewAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(RenewEvery, _time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            for (var i = 0; i < _count; i++)
            {
                if (await _api.FindAsync<Lease>(new(LeaseNamespace, NameOf(i)), stop) is { } lease)
                {
                    await _api.UpdateAsync(lease with { Spec = lease.Spec with { RenewTime = _time.GetUtcNow() } }, stop);
                }
            }
        }
    }

    private static string NameOf(int node) => $"node-{node:d3}";
}

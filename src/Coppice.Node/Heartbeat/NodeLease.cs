using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Objects.Meta;

namespace Coppice.Node.Heartbeat;

public sealed record NodeLeaseOptions
{
    /// <summary>How long others take the node for alive after a renewal.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(40);

    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Renews the node's lease in kube-node-lease, by which the cluster knows that it lives.</summary>
public sealed class NodeLease(IApiClient api, string nodeName, NodeLeaseOptions options, TimeProvider time, Action<Exception> failed)
{
    public const string Namespace = "kube-node-lease";

    private static readonly Backoff Retries = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(7));

    private Lease? _latest;

    /// <summary>
    /// Whether the server answers the node's heartbeats, or none are sent. One that hears nothing asks before it says that it lives: what it
    /// writes may arrive all the same, and it would be taken for well while what must not run twice ends here.
    /// </summary>
    public Func<bool> IsAnswered { get; init; } = () => true;

    /// <summary>Until stop. What fails is told and tried again, sooner than the next renewal.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                // Without its node it would be nobody's, and stay for ever.
                failures = await RenewAsync(stop) ? 0 : failures + 1;
                pause = failures == 0 ? options.RenewEvery : Retries.After(failures);
            }
            catch (Exception broken) when (!stop.IsCancellationRequested)
            {
                failed(broken);
                _latest = null;
                pause = Retries.After(++failures);
            }

            try
            {
                await Task.Delay(pause, time, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <returns>False if there is no such node.</returns>
    public async ValueTask<bool> RenewAsync(CancellationToken stop)
    {
        _latest = IsAnswered() ? _latest : null;
        _latest ??= await api.FindAsync<Lease>(new ObjectKey(Namespace, nodeName), stop);
        if (_latest is not null)
        {
            _latest = await api.UpdateAsync(_latest with { Spec = Renewed(_latest.Spec) }, stop);
            return true;
        }

        var owners = await OwnersAsync(stop);
        _latest = owners.IsEmpty ? null : await api.CreateAsync(New(owners), stop);
        return _latest is not null;
    }

    private Lease New(ValueList<OwnerReference> owners) => new()
    {
        ApiVersion = "coordination.k8s.io/v1",
        Kind = "Lease",
        Metadata = new ObjectMeta { Name = nodeName, Namespace = Namespace, OwnerReferences = owners },
        Spec = Renewed(new LeaseSpec()),
    };

    private LeaseSpec Renewed(LeaseSpec spec) => spec with
    {
        HolderIdentity = nodeName, LeaseDurationSeconds = (int)options.Duration.TotalSeconds, RenewTime = time.GetUtcNow(),
    };

    // So that the lease goes with its node.
    private async ValueTask<ValueList<OwnerReference>> OwnersAsync(CancellationToken stop) =>
        await api.FindAsync<Objects.Core.Node>(new ObjectKey("", nodeName), stop) is { } node
            ? [new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = nodeName, Uid = node.Metadata.Uid ?? "" }]
            : [];
}

using Coppice.Client;
using Coppice.Node;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;

namespace Coppice.Simulation.World;

/// <summary>A simulated machine's node object and lease: registered once, Ready, and renewed every ten seconds while the machine runs.</summary>
internal sealed class SimulatedPresence(string name, string address, IApiClient api, TimeProvider time) : INodePresence
{
    public const string LeaseNamespace = "kube-node-lease";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public static readonly ValueMap<Quantity> Allocatable = ValueMap.Of(
        ("cpu", Quantity.Parse("4")), ("memory", Quantity.Parse("8Gi")), ("ephemeral-storage", Quantity.Parse("100Gi")), ("pods", Quantity.Parse("110")));

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ReportAsync(stop);
            }
            catch (ApiException e) when (e.IsConflict || e.IsAlreadyExists)
            {
                // Somebody (a cordon, a taint) wrote in between: the next report is on the newer node.
            }

            await Task.Delay(Period, time, stop);
        }
    }

    public void Wake()
    {
        // Nothing here changes but with the clock.
    }

    private async ValueTask ReportAsync(CancellationToken stop)
    {
        var node = await api.FindAsync<Objects.Core.Node>(new("", name), stop) ?? await api.CreateAsync(New(), stop);
        var now = ApiTime.Truncate(time.GetUtcNow());
        await api.UpdateStatusAsync(node with { Status = StatusOf(node, now) }, stop);
        var key = new ObjectKey(LeaseNamespace, name);
        if (await api.FindAsync<Lease>(key, stop) is { } lease)
        {
            await api.UpdateAsync(lease with { Spec = lease.Spec with { RenewTime = time.GetUtcNow() } }, stop);
        }
        else
        {
            await api.CreateAsync(
                new Lease
                {
                    Metadata = new() { Namespace = key.Namespace, Name = name },
                    Spec = new() { HolderIdentity = name, LeaseDurationSeconds = 40, RenewTime = time.GetUtcNow() },
                },
                stop);
        }
    }

    private Objects.Core.Node New() => new()
    {
        ApiVersion = "v1",
        Kind = "Node",
        Metadata = new() { Name = name, Labels = ValueMap.Of(("kubernetes.io/hostname", name)) },
    };

    private NodeStatus StatusOf(Objects.Core.Node node, DateTimeOffset now) => node.Status with
    {
        Capacity = Allocatable,
        Allocatable = Allocatable,
        Addresses = [new Objects.Core.NodeAddress { Type = NodeAddressType.InternalIP, Address = address }],
        Conditions =
        [
            new NodeCondition
            {
                Type = NodeConditionType.Ready,
                Status = ConditionStatus.True,
                Reason = "KubeletReady",
                Message = "kubelet is posting ready status",
                LastHeartbeatTime = now,
                LastTransitionTime = node.Status.Conditions.FirstOrDefault(c => c is { Type: NodeConditionType.Ready, Status: ConditionStatus.True })?.LastTransitionTime ?? now,
            },
        ],
    };
}

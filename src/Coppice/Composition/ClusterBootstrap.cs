using System.Net;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Networking;
using Coppice.Objects.Scheduling;

namespace Coppice.Composition;

/// <summary>What a cluster is expected to hold from the start.</summary>
internal static class ClusterBootstrap
{
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public static async Task EnsureNamespacesAsync(IApiClient api, CancellationToken stop)
    {
        foreach (var name in Namespaces)
        {
            await api.CreateIfAbsentAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, stop);
        }
    }

    /// <summary>The classes of priority that every cluster has.</summary>
    public static async Task EnsurePriorityClassesAsync(IApiClient api, CancellationToken stop)
    {
        foreach (var one in SystemPriorities.All)
        {
            await api.CreateIfAbsentAsync(one, stop);
        }
    }

    /// <summary>
    /// The range that services get their addresses from, as the API shows it. What it says is how it is: no other range that somebody
    /// makes is given out.
    /// </summary>
    public static async Task EnsureServiceRangeAsync(IApiClient api, IPNetwork range, TimeProvider time, CancellationToken stop)
    {
        var wanted = new ServiceCIDR
        {
            Metadata = new() { Name = "kubernetes" },
            Spec = new() { Cidrs = [range.ToString()] },
            Status = new()
            {
                Conditions =
                [
                    new()
                    {
                        Type = "Ready",
                        Status = ConditionStatus.True,
                        LastTransitionTime = ApiTime.Truncate(time.GetUtcNow()),
                        Message = "Kubernetes default Service CIDR is ready",
                    },
                ],
            },
        };
        var key = ObjectKey.Of(wanted);
        if (await api.FindAsync<ServiceCIDR>(key, stop) is { } found && found.Spec != wanted.Spec)
        {
            // The cluster was given another range, and one that is there cannot be changed.
            await api.DeleteAsync<ServiceCIDR>(key, null, stop);
        }

        await api.CreateIfAbsentAsync(wanted, stop);
    }
}

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
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

    /// <returns>False if there was such an object already; it is left as it is.</returns>
    public static async Task<bool> CreateIfAbsentAsync<T>(this IApiClient api, T item, CancellationToken stop) where T : KubernetesObject
    {
        if (await api.FindAsync<T>(ObjectKey.Of(item), stop) is not null)
        {
            return false;
        }

        await api.CreateAsync(item, stop);
        return true;
    }
}

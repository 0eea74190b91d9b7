using System.Net;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.Flowcontrol;
using Coppice.Client;
using Coppice.Node.LocalVolumes;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Networking;
using Coppice.Objects.Scheduling;
using Coppice.Objects.Storage;

namespace Coppice.Composition;

/// <summary>What a cluster is expected to hold from the start.</summary>
internal static class ClusterBootstrap
{
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    /// <summary>Makes what is not there yet.</summary>
    /// <param name="events">Told where something that is there is not as it would be made.</param>
    /// <param name="services">The range of their addresses.</param>
    public static async Task EnsureAsync(IApiClient api, IEventRecorder events, ClusterKeys keys, IPNetwork services, TimeProvider time, CancellationToken stop)
    {
        await EnsureNamespacesAsync(api, stop);
        await EnsurePriorityClassesAsync(api, stop);
        await BootstrapPolicy.EnsureAsync(api, stop);
        await PublishedAuthentication.WriteAsync(api, keys, stop);
        await FlowDefaults.EnsureAsync(api, stop);
        await EnsureServiceRangeAsync(api, events, services, time, stop);
        await EnsureStorageClassAsync(api, stop);
    }

    internal static async Task EnsureNamespacesAsync(IApiClient api, CancellationToken stop)
    {
        foreach (var name in Namespaces)
        {
            await api.CreateIfAbsentAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, stop);
        }
    }

    /// <summary>The classes of priority that every cluster has.</summary>
    private static async Task EnsurePriorityClassesAsync(IApiClient api, CancellationToken stop)
    {
        foreach (var one in SystemPriorities.All)
        {
            await api.CreateIfAbsentAsync(one, stop);
        }
    }

    /// <summary>A class for claims that name none, on the node's own disk: unless somebody has chosen others by then.</summary>
    private static async Task EnsureStorageClassAsync(IApiClient api, CancellationToken stop)
    {
        if ((await api.ListAsync<StorageClass>(new ListQuery(""), stop)).Items.Count > 0)
        {
            return;
        }

        await api.CreateIfAbsentAsync(
            new StorageClass
            {
                Metadata = new() { Name = "local", Annotations = ValueMap.Of((StorageClasses.DefaultNote, "true")) },
                Provisioner = LocalProvisioner.Name,
                ReclaimPolicy = PersistentVolumeReclaimPolicy.Delete,
                VolumeBindingMode = VolumeBindingMode.WaitForFirstConsumer,
                AllowVolumeExpansion = true,
            },
            stop);
    }

    /// <summary>
    /// The cluster's own range that services get their addresses from, as the API shows it. Others, which somebody makes or which was its
    /// own before, are given out when it is full.
    /// </summary>
    internal static async Task EnsureServiceRangeAsync(IApiClient api, IEventRecorder events, IPNetwork range, TimeProvider time, CancellationToken stop)
    {
        var wanted = new ServiceCIDR
        {
            Metadata = new() { Name = "kubernetes" },
            Spec = new() { Cidrs = [range.ToString()] },
            Status = new ServiceCIDRStatus().WithReady(true, "", "Kubernetes default Service CIDR is ready", time.GetUtcNow()),
        };
        if (await api.FindAsync<ServiceCIDR>(ObjectKey.Of(wanted), stop) is { } found && found.Spec != wanted.Spec)
        {
            events.Record(
                found,
                "Warning",
                "KubernetesDefaultServiceCIDRInconsistent",
                $"The default ServiceCIDR [{string.Join(' ', found.Spec.Cidrs)}] does not match the controller flag configurations [{range}]");

            // The cluster was given another range. The one before stays until somebody deletes it: services have addresses of it.
            wanted = wanted with { Metadata = new() { Name = $"kubernetes-{range.ToString().Replace('.', '-').Replace('/', '-')}" } };
        }

        await api.CreateIfAbsentAsync(wanted, stop);
    }
}

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
    /// <param name="services">The ranges of their addresses.</param>
    /// <param name="hooks">Told what is there.</param>
    public static async Task EnsureAsync(
        IApiClient api, IEventRecorder events, ClusterKeys keys, IReadOnlyList<IPNetwork> services, StartHooks hooks, TimeProvider time, CancellationToken stop)
    {
        await EnsureNamespacesAsync(api, stop);
        hooks.Finish(StartStep.Namespaces);
        await EnsurePriorityClassesAsync(api, stop);
        hooks.Finish(StartStep.PriorityClasses);
        await BootstrapPolicy.EnsureAsync(api, stop);
        hooks.Finish(StartStep.Roles);
        await PublishedAuthentication.WriteAsync(api, keys, stop);
        hooks.Finish(StartStep.Authentication);
        await FlowDefaults.EnsureAsync(api, stop);
        hooks.Finish(StartStep.Flows);
        await EnsureServiceRangeAsync(api, events, services, time, stop);
        hooks.Finish(StartStep.ServiceRange);
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
    /// The cluster's own ranges that services get their addresses from, as the API shows them. Others, which somebody makes or which were its
    /// own before, are given out when they are full. A second family is added to what is there, as in Kubernetes.
    /// </summary>
    internal static async Task EnsureServiceRangeAsync(IApiClient api, IEventRecorder events, IReadOnlyList<IPNetwork> ranges, TimeProvider time, CancellationToken stop)
    {
        var wanted = new ServiceCIDR
        {
            Metadata = new() { Name = "kubernetes" },
            Spec = new() { Cidrs = ranges.Select(range => range.ToString()).ToValueList() },
            Status = new ServiceCIDRStatus().WithReady(true, "", "Kubernetes default Service CIDR is ready", time.GetUtcNow()),
        };
        var found = await api.FindAsync<ServiceCIDR>(ObjectKey.Of(wanted), stop);
        if (found is { Spec.Cidrs: [var only] } && wanted.Spec.Cidrs is [var first, _] && only == first)
        {
            await api.UpdateAsync(found with { Spec = wanted.Spec }, stop);
            return;
        }

        if (found is not null && found.Spec != wanted.Spec)
        {
            events.Record(
                found,
                "Warning",
                "KubernetesDefaultServiceCIDRInconsistent",
                $"The default ServiceCIDR [{string.Join(' ', found.Spec.Cidrs)}] does not match the controller flag configurations [{string.Join(' ', wanted.Spec.Cidrs)}]");

            // The cluster was given another range. The one before stays until somebody deletes it: services have addresses of it.
            wanted = wanted with { Metadata = new() { Name = $"kubernetes-{NameOf(wanted.Spec.Cidrs)}" } };
        }

        await api.CreateIfAbsentAsync(wanted, stop);

        static string NameOf(IEnumerable<string> ranges) => string.Join('-', ranges.Select(range => range.Replace("::", "").Replace('.', '-').Replace(':', '-').Replace('/', '-')));
    }
}

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Objects.Storage;

namespace Coppice.Node.Status;

/// <summary>
/// The CSINode of a node, which says which drivers of volumes it has: none. Others, such as the makers of volumes, ask for it before anything
/// else, and for what Kubernetes itself had once, and leaves to drivers today. It goes with its node, and is made again for the next of its name.
/// </summary>
/// <param name="failed">Told what went wrong; the next call tries again.</param>
public sealed class NodeDrivers(IApiClient api, Action<Exception> failed)
{
    private const string MigratedNote = "storage.alpha.kubernetes.io/migrated-plugins";

    /// <summary>What every kubelet of 1.36 leaves to drivers.</summary>
    private const string Migrated =
        "kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file,kubernetes.io/cinder,kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume";

    private string? _shownFor;

    /// <summary>Writes it if that was not done for this node, by its uid. Drivers that are there stay: they are whoever's who registered them.</summary>
    public async ValueTask ShowAsync(Objects.Core.Node node, CancellationToken stop)
    {
        if (_shownFor == node.Metadata.Uid)
        {
            return;
        }

        try
        {
            await WriteAsync(node, stop);
            _shownFor = node.Metadata.Uid;
        }
        catch (Exception broken) when (!stop.IsCancellationRequested)
        {
            failed(broken);
        }
    }

    private async ValueTask WriteAsync(Objects.Core.Node node, CancellationToken stop)
    {
        var found = await api.FindAsync<CSINode>(new("", node.Metadata.Name!), stop);
        if (found is not null && found.Metadata.OwnerReferences.All(one => one.Uid != node.Metadata.Uid))
        {
            // It goes with an earlier node of this name, and only by chance was found before.
            await DeleteAsync(found, stop);
            found = null;
        }

        if (found is null)
        {
            await api.CreateAsync(New(node), stop);
        }
        else if (found.Metadata.Annotations.Find(MigratedNote) != Migrated)
        {
            await api.UpdateAsync(found with { Metadata = found.Metadata with { Annotations = found.Metadata.Annotations.With(MigratedNote, Migrated) } }, stop);
        }
    }

    private static CSINode New(Objects.Core.Node node) => new()
    {
        ApiVersion = "storage.k8s.io/v1",
        Kind = "CSINode",
        Metadata = new ObjectMeta
        {
            Name = node.Metadata.Name,
            Annotations = ValueMap.Of((MigratedNote, Migrated)),
            OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = node.Metadata.Name!, Uid = node.Metadata.Uid ?? "" }],
        },
    };

    private async ValueTask DeleteAsync(CSINode old, CancellationToken stop)
    {
        try
        {
            await api.DeleteAsync<CSINode>(ObjectKey.Of(old), new() { Preconditions = new() { Uid = old.Metadata.Uid } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }
}

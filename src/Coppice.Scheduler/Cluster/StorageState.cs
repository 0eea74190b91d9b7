using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Scheduler;

/// <summary>The claims, volumes and classes of the cluster, with what the scheduler has decided and not heard of yet. For one thread at a time.</summary>
internal sealed class StorageState
{
    private readonly Dictionary<ObjectKey, PersistentVolumeClaim> _claims = [];
    private readonly Dictionary<string, PersistentVolume> _volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StorageClass> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CSINode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, VolumeAttachment>> _attachments = new(StringComparer.Ordinal);

    public IReadOnlyCollection<PersistentVolume> Volumes => _volumes.Values;

    public PersistentVolumeClaim? Claim(ObjectKey key) => _claims.GetValueOrDefault(key);

    public PersistentVolume? Volume(string name) => _volumes.GetValueOrDefault(name);

    /// <summary>What the node's drivers say of it; null if they said nothing.</summary>
    public CSINode? Drivers(string node) => _nodes.GetValueOrDefault(node);

    /// <summary>The volumes that are attached to a node, or are to be.</summary>
    public IEnumerable<PersistentVolume> AttachedTo(string node) => _attachments.TryGetValue(node, out var attachments)
        ? attachments.Values.Select(one => one.Spec.Source.PersistentVolumeName is { } name ? Volume(name) : null).OfType<PersistentVolume>()
        : [];

    public StorageClass? ClassOf(PersistentVolumeClaim claim) => _classes.GetValueOrDefault(StorageClasses.NameFor(claim));

    public void Learn(ObjectChange<PersistentVolumeClaim> change) => Learn(_claims, ObjectKey.Of(change.Item), change.New);

    public void Learn(ObjectChange<PersistentVolume> change) => Set(change.Item.Metadata.Name!, change.New);

    public void Learn(ObjectChange<StorageClass> change) => Learn(_classes, change.Item.Metadata.Name!, change.New);

    public void Learn(ObjectChange<CSINode> change) => Learn(_nodes, change.Item.Metadata.Name!, change.New);

    public void Learn(ObjectChange<VolumeAttachment> change)
    {
        // Where and what it attaches never changes.
        var node = change.Item.Spec.NodeName;
        if (!_attachments.TryGetValue(node, out var attachments))
        {
            _attachments[node] = attachments = new(StringComparer.Ordinal);
        }

        Learn(attachments, change.Item.Metadata.Name!, change.New);
        if (attachments.Count == 0)
        {
            _attachments.Remove(node);
        }
    }

    /// <summary>Until the API says otherwise, the volume is like this: whoever comes next must not choose it too.</summary>
    /// <param name="volume">Null for gone.</param>
    public void Set(string name, PersistentVolume? volume) => Learn(_volumes, name, volume);

    private static void Learn<TKey, T>(Dictionary<TKey, T> known, TKey key, T? item)
        where TKey : notnull
        where T : class
    {
        if (item is null)
        {
            known.Remove(key);
        }
        else
        {
            known[key] = item;
        }
    }
}

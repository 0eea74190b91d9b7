using System.Globalization;
using System.Text;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Resources;

/// <summary>
/// One version of an object in the two forms that readers want: the immutable record, and the JSON that goes to every watcher and
/// list. Each is made at most once a version, when first asked for.
/// </summary>
public sealed class ObjectForm
{
    private static readonly byte[] MetadataStart = "\"metadata\":{"u8.ToArray();

    private readonly Type _type;
    private readonly ReadOnlyMemory<byte> _stored;
    private KubernetesObject? _item;
    private ReadOnlyMemory<byte> _json;

    /// <param name="stored">The JSON as the store holds it: without a resourceVersion, which is known only when it is written.</param>
    internal ObjectForm(Type type, ReadOnlyMemory<byte> stored, Revision revision, KubernetesObject? item = null)
    {
        _type = type;
        _stored = stored;
        Revision = revision;
        _item = item is null ? null : WithRevision(item);
    }

    public Revision Revision { get; }

    public KubernetesObject Item => _item ??= WithRevision((KubernetesObject)ApiJson.Read(_stored.Span, _type));

    public ReadOnlyMemory<byte> Json => _json.IsEmpty ? _json = Splice() : _json;

    /// <summary>A form of an object that is not in the store, such as a dry run's or another kind's view of a stored one.</summary>
    public static ObjectForm Detached(KubernetesObject item)
    {
        var revision = long.TryParse(item.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
        return new ObjectForm(item.GetType(), default, new Revision(revision)) { _item = item, _json = ApiJson.WriteObject(item) };
    }

    /// <summary>The bytes to store for an object.</summary>
    internal static byte[] ToStore(KubernetesObject item) =>
        ApiJson.WriteObject(item with { Metadata = item.Metadata with { ResourceVersion = null } });

    /// <summary>
    /// True if storing an object would store what is stored already. Bytes are compared where records differ: what was not read back
    /// yet may have, say, fractions of seconds that are never written.
    /// </summary>
    internal bool IsSame(KubernetesObject item) => item.Equals(Item) || (!_stored.IsEmpty && ToStore(item).AsSpan().SequenceEqual(_stored.Span));

    private KubernetesObject WithRevision(KubernetesObject item) =>
        item with { Metadata = item.Metadata with { ResourceVersion = Revision.ToString() } };

    private byte[] Splice()
    {
        var source = _stored.Span;
        var at = source.IndexOf(MetadataStart) + MetadataStart.Length;
        var insert = Encoding.ASCII.GetBytes($"\"resourceVersion\":\"{Revision}\",");
        var json = new byte[source.Length + insert.Length];
        source[..at].CopyTo(json);
        insert.CopyTo(json.AsSpan(at));
        source[at..].CopyTo(json.AsSpan(at + insert.Length));
        return json;
    }
}

/// <summary>The forms that hang on a stored value: that of its version, and that of its deletion, whose revision is another.</summary>
internal sealed class StoredForms
{
    public ObjectForm? Live { get; set; }

    public ObjectForm? Deleted { get; set; }
}

using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Coppice.ApiServer.Protobuf;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Storage;

/// <summary>
/// One version of an object in the two forms that readers want: the immutable record, which is made once, when first asked for; and the
/// JSON that goes to every watcher and list, which is what the store holds with the resourceVersion written into it on the way out.
/// </summary>
public sealed class ObjectForm
{
    /// <summary>In bytes: the field's name and punctuation, and the longest number.</summary>
    private const int LongestRevisionField = 48;

    private readonly IObjectFormat? _format;
    private readonly ReadOnlyMemory<byte> _stored;
    private ReadOnlyMemory<byte> _detached;
    private KubernetesObject? _item;
    private int? _protobufLength;

    // It is shown in another version than the one that is stored, or is not stored at all.
    private readonly bool _isConverted;

    // Whether what is stored is still what its kind reads there; a kind of records always does.
    private volatile bool _isKnown;

    /// <param name="stored">The JSON as the store holds it: without a resourceVersion, which is known only when it is written.</param>
    /// <param name="isExact">It was written in this format, and so is what the format reads.</param>
    internal ObjectForm(IObjectFormat format, ReadOnlyMemory<byte> stored, Revision revision, KubernetesObject? item = null, bool isExact = false)
    {
        _format = format;
        _stored = stored;
        IsExact = isExact;
        _isKnown = isExact || !format.Rewrites;
        Revision = revision;
        _item = item is null ? null : WithRevision(item);
    }

    private ObjectForm(KubernetesObject item, Revision revision, ReadOnlyMemory<byte> stored)
    {
        _stored = stored;
        _isConverted = true;
        _detached = ApiJson.WriteObject(item);
        _isKnown = true;
        Revision = revision;
        _item = item;
    }

    private static ReadOnlySpan<byte> MetadataStart => "\"metadata\":{"u8;

    public Revision Revision { get; }

    public KubernetesObject Item => _item ??= WithRevision(_format!.Read(_stored.Span));

    /// <summary>In bytes.</summary>
    public int JsonLength => Rewritten().IsEmpty ? _stored.Length + RevisionField(stackalloc byte[LongestRevisionField]).Length : _detached.Length;

    /// <summary>In bytes, as the message that <see cref="WriteProtobuf"/> writes. Found out once: lists tell lengths before contents.</summary>
    public int ProtobufLength => _protobufLength ?? Message().Length;

    /// <summary>The schema whose fields have numbers in protobuf; null for an object without such an encoding.</summary>
    private ObjectSchema? Numbered => _format is not null ? _format.Numbered : Item is CustomObject ? null : RecordSchemas.Of(Item.GetType());

    /// <summary>A form of an object that is not in the store, such as a dry run's or another kind's view of a stored one.</summary>
    public static ObjectForm Detached(KubernetesObject item)
    {
        var revision = long.TryParse(item.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
        return new ObjectForm(item, new Revision(revision), default);
    }

    /// <summary>What is stored is this object in these words: written again, it would be the same.</summary>
    internal bool IsAsStored => !_stored.IsEmpty && !_isConverted && Rewritten().IsEmpty;

    /// <summary>This process has written it, in the words that it reads: nothing of what is stored is unknown to it.</summary>
    internal bool IsExact { get; }

    /// <summary>The same version of the object in another version of its kind.</summary>
    internal ObjectForm Converted(KubernetesObject item) => new(item, Revision, _stored);

    /// <summary>The same content as of another revision.</summary>
    internal ObjectForm At(Revision revision) => _isConverted
        ? new(_item! with { Metadata = _item.Metadata with { ResourceVersion = revision.ToString() } }, revision, _stored)
        : new(_format!, _stored, revision, _item, IsExact);

    public void WriteJson(IBufferWriter<byte> output)
    {
        if (Rewritten() is { IsEmpty: false } detached)
        {
            output.Write(detached.Span);
            return;
        }

        var json = _stored.Span;
        var at = json.IndexOf(MetadataStart) + MetadataStart.Length;
        output.Write(json[..at]);
        output.Write(RevisionField(stackalloc byte[LongestRevisionField]));
        output.Write(json[at..]);
    }

    /// <summary>The JSON as it is kept, which has no resourceVersion unless the object is not in the store.</summary>
    internal ReadOnlyMemory<byte> StoredJson => Rewritten() is { IsEmpty: false } detached ? detached : _stored;

    /// <summary>The object as a message of protobuf, without what names its kind.</summary>
    /// <exception cref="InvalidOperationException">Its kind has no such encoding.</exception>
    public void WriteProtobuf(IBufferWriter<byte> output) => output.Write(Message());

    /// <summary>The JSON in one piece, for those who change it.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var json = new ArrayBufferWriter<byte>(JsonLength);
        WriteJson(json);
        return json.WrittenMemory;
    }

    /// <summary>The bytes to store for an object.</summary>
    internal static byte[] ToStore(KubernetesObject item) => ApiJson.WriteObject(Unversioned(item));

    /// <summary>An object as it is stored.</summary>
    internal static KubernetesObject Unversioned(KubernetesObject item) =>
        item.Metadata.ResourceVersion is null ? item : item with { Metadata = item.Metadata with { ResourceVersion = null } };

    /// <summary>True if these bytes are what the store holds.</summary>
    internal bool IsStoredAs(ReadOnlySpan<byte> bytes) => !_stored.IsEmpty && bytes.SequenceEqual(_stored.Span);

    /// <summary>The JSON of what is not stored as it is read; empty for what is.</summary>
    private ReadOnlyMemory<byte> Rewritten()
    {
        if (!_isKnown)
        {
            // Two who do this at once find the same.
            if (!ToStore(Item).AsSpan().SequenceEqual(_stored.Span))
            {
                _detached = ApiJson.WriteObject(Item);
            }

            _isKnown = true;
        }

        return _detached;
    }

    /// <returns>Good until the next object is encoded on this thread.</returns>
    private ReadOnlySpan<byte> Message()
    {
        var scratch = EncodingScratch.Take();
        WriteJson(scratch.Json);
        var schema = Numbered ?? throw new InvalidOperationException("objects of a kind without numbers have no message");
        ProtobufTranscoder.Write(scratch.Json.WrittenSpan, schema, scratch.Message);
        var message = scratch.Message.Written;
        _protobufLength = message.Length;
        return message;
    }

    private KubernetesObject WithRevision(KubernetesObject item) =>
        item with { Metadata = item.Metadata with { ResourceVersion = Revision.ToString() } };

    private ReadOnlySpan<byte> RevisionField(Span<byte> buffer)
    {
        Utf8.TryWrite(buffer, CultureInfo.InvariantCulture, $"\"resourceVersion\":\"{Revision.Value}\",", out var length);
        return buffer[..length];
    }
}

/// <summary>The forms that hang on a stored value: that of its version, and that of its deletion, whose revision is another.</summary>
/// <param name="format">How they are read: with another, they are other forms.</param>
/// <param name="isExact">The value was written in this format.</param>
internal sealed class StoredForms(IObjectFormat format, bool isExact)
{
    public IObjectFormat Format => format;

    public bool IsExact => isExact;

    /// <summary>What was written, but for its revision, if reading it would give the same, until its form is made; else null.</summary>
    public KubernetesObject? Written { get; set; }

    public ObjectForm? Live { get; set; }

    public ObjectForm? Deleted { get; set; }
}

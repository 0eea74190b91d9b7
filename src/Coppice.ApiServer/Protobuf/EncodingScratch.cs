using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Protobuf;

/// <summary>Where objects are encoded, one at a time: each thread has its own and uses it again.</summary>
internal sealed class EncodingScratch
{
    /// <summary>What is kept for the next object; the room that a giant needed is given back.</summary>
    private const int KeptBytesMax = 256 * 1024;

    [ThreadStatic]
    private static EncodingScratch? _ofThisThread;

    private readonly Utf8JsonWriter _writer;

    private EncodingScratch() => _writer = new(Json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public ArrayBufferWriter<byte> Json { get; } = new();

    public MessageBuffer Message { get; } = new();

    /// <summary>An object as JSON, good until the next one asks on this thread.</summary>
    public static ReadOnlyMemory<byte> JsonOf(KubernetesObject item)
    {
        var scratch = Take();
        scratch._writer.Reset(scratch.Json);
        ApiJson.WriteObject(scratch._writer, item);
        scratch._writer.Flush();
        return scratch.Json.WrittenMemory;
    }

    /// <summary>Empty, and good until the next one asks on this thread.</summary>
    public static EncodingScratch Take()
    {
        if (_ofThisThread is not { } scratch || scratch.Json.Capacity > KeptBytesMax)
        {
            _ofThisThread = scratch = new();
        }

        scratch.Json.ResetWrittenCount();
        scratch.Message.Clear();
        return scratch;
    }
}

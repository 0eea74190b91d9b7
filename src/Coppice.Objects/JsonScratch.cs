using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coppice.Objects;

/// <summary>Where a record is written before its length is known: each thread has its own and uses it again.</summary>
internal sealed class JsonScratch
{
    /// <summary>What is kept for the next record; the room that a giant needed is given back.</summary>
    private const int KeptBytesMax = 256 * 1024;

    [ThreadStatic]
    private static JsonScratch? _ofThisThread;

    private JsonScratch() => Writer = new(Json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public ArrayBufferWriter<byte> Json { get; } = new();

    public Utf8JsonWriter Writer { get; }

    /// <summary>Empty, and good until the next one asks on this thread.</summary>
    public static JsonScratch Take()
    {
        if (_ofThisThread is not { } scratch || scratch.Json.Capacity > KeptBytesMax)
        {
            _ofThisThread = scratch = new();
        }

        scratch.Json.ResetWrittenCount();
        scratch.Writer.Reset(scratch.Json);
        return scratch;
    }
}

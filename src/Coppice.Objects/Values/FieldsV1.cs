using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>
/// A set of fields as its JSON, unread. Most objects of a kind are written by the same few programs and have the same fields: equal sets
/// are one instance wherever they are read, so that a thousand pods have one.
/// </summary>
[JsonConverter(typeof(FieldsV1Converter))]
public sealed class FieldsV1 : IEquatable<FieldsV1>
{
    // How many sets are remembered, and up to what size in bytes: more than the programs of a large cluster make, and a few MB at most.
    // Nothing is kept alive by it.
    private const int SharedMax = 4096;
    private const int SharedBytesMax = 32 * 1024;

    private static readonly WeakReference<FieldsV1>?[] Shared = new WeakReference<FieldsV1>?[SharedMax];

    private readonly byte[] _json;
    private readonly int _hash;

    private FieldsV1(byte[] json, int hash) => (_json, _hash) = (json, hash);

    /// <summary>As it is written, in UTF-8.</summary>
    public ReadOnlySpan<byte> Json => _json;

    /// <param name="json">Valid JSON.</param>
    public static FieldsV1 Of(ReadOnlySpan<byte> json)
    {
        var hash = HashOf(json);
        if (json.Length > SharedBytesMax)
        {
            return new FieldsV1(json.ToArray(), hash);
        }

        ref var place = ref Shared[hash & (SharedMax - 1)];
        if (Volatile.Read(ref place) is { } shared && shared.TryGetTarget(out var known) && known._hash == hash && known.Json.SequenceEqual(json))
        {
            return known;
        }

        var made = new FieldsV1(json.ToArray(), hash);
        Volatile.Write(ref place, new WeakReference<FieldsV1>(made));
        return made;
    }

    public bool Equals(FieldsV1? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && Json.SequenceEqual(other.Json));

    public override bool Equals(object? obj) => Equals(obj as FieldsV1);

    public override int GetHashCode() => _hash;

    public override string ToString() => Encoding.UTF8.GetString(_json);

    /// <summary>The same in every run: which sets are shared must not depend on the process.</summary>
    private static int HashOf(ReadOnlySpan<byte> json)
    {
        var hash = 14695981039346656037UL;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(json))
        {
            hash = (hash ^ word) * 1099511628211UL;
            hash ^= hash >> 29;
        }

        foreach (var rest in json[(json.Length & ~7)..])
        {
            hash = (hash ^ rest) * 1099511628211UL;
        }

        return (int)(hash ^ (hash >> 32));
    }
}

internal sealed class FieldsV1Converter : JsonConverter<FieldsV1>
{
    private static readonly SearchValues<byte> Spellings = SearchValues.Create(" \t\r\n"u8);

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override FieldsV1 Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        var raw = JsonMarshal.GetRawUtf8Value(value.RootElement);
        return FieldsV1.Of(IsInOneForm(raw) ? raw : InOneForm(value.RootElement));
    }

    /// <summary>Nothing in it could be written in another way.</summary>
    internal static bool IsInOneForm(ReadOnlySpan<byte> json) => json.IndexOfAny(Spellings) < 0 && json.IndexOf("\\u"u8) < 0;

    /// <summary>Clients put spaces and escapes where they like: the same set must be the same text.</summary>
    private static ReadOnlySpan<byte> InOneForm(JsonElement value)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, AsIs))
        {
            value.WriteTo(writer);
        }

        return json.WrittenSpan;
    }

    public override void Write(Utf8JsonWriter writer, FieldsV1 value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Json, skipInputValidation: true);
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>Bytes that JSON carries as base64; compared by content.</summary>
[JsonConverter(typeof(Base64DataConverter))]
public readonly struct Base64Data(ReadOnlyMemory<byte> bytes) : IEquatable<Base64Data>
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public static Base64Data FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    public string ToText() => Encoding.UTF8.GetString(Bytes.Span);

    public bool Equals(Base64Data other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override bool Equals(object? obj) => obj is Base64Data other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <summary>Its length only: the content may be a secret.</summary>
    public override string ToString() => $"{Bytes.Length} bytes";

    public static bool operator ==(Base64Data a, Base64Data b) => a.Equals(b);

    public static bool operator !=(Base64Data a, Base64Data b) => !a.Equals(b);
}

internal sealed class Base64DataConverter : JsonConverter<Base64Data>
{
    public override bool HandleNull => true;

    public override Base64Data Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? default : new(reader.GetBytesFromBase64());

    public override void Write(Utf8JsonWriter writer, Base64Data value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.Bytes.Span);
}

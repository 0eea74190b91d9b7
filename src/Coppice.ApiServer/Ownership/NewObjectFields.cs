using System.Buffers;
using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Ownership;

/// <summary>
/// The fields that new objects set, remembered by what decides them: the names of their fields, which values say nothing (0, false, an
/// empty text), and the values in lists, by which elements are told apart. The pods of a Deployment are alike in that, and so are most
/// objects that one program makes; finding their fields anew for each would take longer than all else that is done with them here.
/// </summary>
internal static class NewObjectFields
{
    // How many likenesses are remembered, and up to what size in bytes.
    private const int KnownMax = 1024;
    private const int LikenessBytesMax = 8 * 1024;

    // The marks of tokens are below all that a text may have in it, and so is this on top of them.
    private const byte SaysNothing = 0x10;

    private static readonly Likeness?[] Known = new Likeness?[KnownMax];

    /// <param name="json">Of an object of the kind.</param>
    /// <param name="find">Finds them, from what is remembered and nothing else of the object.</param>
    /// <param name="of">Given to it.</param>
    public static FieldSet Find<T>(Kind kind, ReadOnlySpan<byte> json, Func<T, FieldSet> find, T of)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(2 * json.Length);
        try
        {
            var text = buffer.AsSpan(0, Write(json, buffer));
            if (text.Length > LikenessBytesMax)
            {
                return find(of);
            }

            var hash = new HashCode();
            hash.AddBytes(text);
            ref var place = ref Known[hash.ToHashCode() & (KnownMax - 1)];
            if (Volatile.Read(ref place) is { } known && known.Kind == kind && text.SequenceEqual(known.Text))
            {
                return known.Fields;
            }

            var found = new Likeness(kind, text.ToArray(), find(of));
            Volatile.Write(ref place, found);
            return found.Fields;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>How long it is: no more than a byte for each token beside its text.</returns>
    private static int Write(ReadOnlySpan<byte> json, Span<byte> likeness)
    {
        var reader = new Utf8JsonReader(json);
        var (length, lists) = (0, 0);
        while (reader.Read())
        {
            var token = reader.TokenType;
            lists += token == JsonTokenType.StartArray ? 1 : token == JsonTokenType.EndArray ? -1 : 0;
            likeness[length++] = (byte)token;
            if (token == JsonTokenType.PropertyName || (lists > 0 && token is JsonTokenType.String or JsonTokenType.Number))
            {
                reader.ValueSpan.CopyTo(likeness[length..]);
                length += reader.ValueSpan.Length;
            }
            else if (token is JsonTokenType.String or JsonTokenType.Number && reader.ValueSpan is [] or [(byte)'0'])
            {
                likeness[length - 1] |= SaysNothing;
            }
        }

        return length;
    }

    private sealed record Likeness(Kind Kind, byte[] Text, FieldSet Fields);
}

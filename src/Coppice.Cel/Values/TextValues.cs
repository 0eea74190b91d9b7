using System.Text;

namespace Coppice.Cel.Values;

/// <summary>A text of Unicode characters: sizes, indexes and order go by characters, not by the halves that they are kept in.</summary>
public sealed class StringValue(string value) : CelValue
{
    public static readonly StringValue Empty = new("");

    private int _size = value.Length == 0 ? 0 : -1;

    public string Value { get; } = value;

    public override string TypeName => "string";

    public override long Size => _size >= 0 ? _size : _size = CountOf(Value);

    /// <summary>True if each character is one char, so that indexes need no counting.</summary>
    public bool IsPlain => Size == Value.Length;

    public override bool EqualTo(CelValue other) => other is StringValue text && text.Value == Value;

    private static int CountOf(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
            {
                count--;
            }
        }

        return count;
    }
}

public sealed class BytesValue(byte[] value) : CelValue
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public byte[] Value { get; } = value;

    public override string TypeName => "bytes";

    public override long Size => Value.Length;

    public override bool EqualTo(CelValue other) => other is BytesValue bytes && bytes.Value.AsSpan().SequenceEqual(Value);

    /// <summary>The text that they are in UTF-8; null if they are none.</summary>
    public string? Decode()
    {
        try
        {
            return Strict.GetString(Value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>Texts in the order of their characters' numbers, which is that of their bytes in UTF-8.</summary>
internal static class TextOrder
{
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            if (left[i] != right[i])
            {
                // Halves of characters beyond the first plane come after all that are whole.
                var (a, b) = (char.IsSurrogate(left[i]), char.IsSurrogate(right[i]));
                return a == b ? left[i].CompareTo(right[i]) : a ? 1 : -1;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}

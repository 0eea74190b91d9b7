using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>
/// An amount of a resource, as in "500m" of a CPU or "64Mi" of memory: a decimal number with at most nine digits after the point, and
/// the family of suffixes that it is written with. Text is always canonical: no fraction, the largest suffix that allows it.
/// </summary>
[JsonConverter(typeof(QuantityConverter))]
public readonly record struct Quantity : IComparable<Quantity>
{
    private const long NanosPerUnit = 1_000_000_000;

    // A body of megabytes may be one number, and reading it takes the square of its length.
    private const int LongestText = 256;

    // What people write fits into 128 bits while it is scaled: so many digits are less than 2^40, and ten is less than 2^(10/3).
    private const int FewDigits = 12;
    private const int FewBits = 85;

    // Kubernetes caps what it reads at the largest 64-bit number of whole units.
    private static readonly Int128 LargestNanos = (Int128)long.MaxValue * NanosPerUnit;

    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    private static readonly string[] DecimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

    private readonly Int128 _nanos;

    private Quantity(Int128 nanos, QuantityFormat format)
    {
        _nanos = Int128.Clamp(nanos, -LargestNanos, LargestNanos);
        Format = format;
    }

    public QuantityFormat Format { get; }

    public bool IsZero => _nanos == 0;

    public bool IsNegative => _nanos < 0;

    /// <summary>Whole units, rounded up (away from zero).</summary>
    public long Value => (long)DivideUp(_nanos, NanosPerUnit);

    /// <summary>Thousandths, rounded up; what CPU is counted in.</summary>
    public long MilliValue => (long)Int128.Clamp(DivideUp(_nanos, NanosPerUnit / 1000), long.MinValue, long.MaxValue);

    /// <summary>Whole units and their fraction, as near as can be.</summary>
    public double ToDouble() => (double)_nanos / NanosPerUnit;

    public static Quantity FromUnits(long units, QuantityFormat format = QuantityFormat.DecimalSuffix) => new((Int128)units * NanosPerUnit, format);

    public static Quantity FromBytes(long bytes) => FromUnits(bytes, QuantityFormat.BinarySuffix);

    public static Quantity FromMillis(long millis) => new((Int128)millis * (NanosPerUnit / 1000), QuantityFormat.DecimalSuffix);

    public static Quantity FromNanos(long nanos) => new(nanos, QuantityFormat.DecimalSuffix);

    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity) ? quantity : throw new FormatException($"'{text}' is not a quantity such as 500m, 1.5 or 64Mi");

    public static bool TryParse([NotNullWhen(true)] string? text, out Quantity quantity)
    {
        quantity = default;
        if (string.IsNullOrEmpty(text) || text.Length > LongestText)
        {
            return false;
        }

        var at = text[0] is '+' or '-' ? 1 : 0;
        var numberStart = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
        {
            at++;
        }

        if (!TryReadSuffix(text.AsSpan(at), out var scale, out var format)
            || !TryScale(text.AsSpan(numberStart, at - numberStart), scale, out var nanos))
        {
            return false;
        }

        quantity = new Quantity(text[0] == '-' ? -nanos : nanos, format);
        return true;
    }

    /// <summary>Amounts are compared, not how they are written: 0 and 0Mi are the same.</summary>
    public bool Equals(Quantity other) => _nanos == other._nanos;

    public override int GetHashCode() => _nanos.GetHashCode();

    public int CompareTo(Quantity other) => _nanos.CompareTo(other._nanos);

    public static Quantity operator +(Quantity a, Quantity b) => new(a._nanos + b._nanos, a.IsZero ? b.Format : a.Format);

    public static Quantity operator -(Quantity a, Quantity b) => new(a._nanos - b._nanos, a.IsZero ? b.Format : a.Format);

    public static bool operator <(Quantity a, Quantity b) => a._nanos < b._nanos;

    public static bool operator >(Quantity a, Quantity b) => a._nanos > b._nanos;

    public static bool operator <=(Quantity a, Quantity b) => a._nanos <= b._nanos;

    public static bool operator >=(Quantity a, Quantity b) => a._nanos >= b._nanos;

    public override string ToString()
    {
        if (_nanos == 0)
        {
            return "0";
        }

        // Below 1024, or with a fraction, a binary suffix would lose digits: Kubernetes then writes a decimal one.
        var binary = Format == QuantityFormat.BinarySuffix && _nanos % NanosPerUnit == 0 && Int128.Abs(_nanos) >= (Int128)1024 * NanosPerUnit;
        return binary ? WriteBinary() : WriteDecimal();
    }

    private string WriteBinary()
    {
        var units = _nanos / NanosPerUnit;
        var suffix = 0;
        while (suffix < BinarySuffixes.Length - 1 && units % 1024 == 0)
        {
            units /= 1024;
            suffix++;
        }

        return units.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[suffix];
    }

    private string WriteDecimal()
    {
        var mantissa = _nanos;
        var suffix = 0;
        while (suffix < DecimalSuffixes.Length - 1 && mantissa % 1000 == 0)
        {
            mantissa /= 1000;
            suffix++;
        }

        var ending = Format == QuantityFormat.DecimalExponent
            ? suffix == 3 ? "" : $"e{(suffix - 3) * 3}"
            : DecimalSuffixes[suffix];
        return mantissa.ToString(CultureInfo.InvariantCulture) + ending;
    }

    private static bool TryReadSuffix(ReadOnlySpan<char> suffix, out (int Tens, int Binary) scale, out QuantityFormat format)
    {
        format = QuantityFormat.DecimalSuffix;
        scale = default;
        for (var i = 0; i < DecimalSuffixes.Length; i++)
        {
            if (suffix.SequenceEqual(DecimalSuffixes[i]))
            {
                scale = ((i - 3) * 3, 0);
                return true;
            }
        }

        for (var i = 1; i < BinarySuffixes.Length; i++)
        {
            if (suffix.SequenceEqual(BinarySuffixes[i]))
            {
                (scale, format) = ((0, i * 10), QuantityFormat.BinarySuffix);
                return true;
            }
        }

        format = QuantityFormat.DecimalExponent;
        if (suffix[0] is 'e' or 'E' && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
        {
            scale = (Math.Clamp(exponent, -60, 60), 0);
            return true;
        }

        return false;
    }

    private static bool TryScale(ReadOnlySpan<char> number, (int Tens, int Binary) scale, out Int128 nanos)
    {
        nanos = 0;
        var point = number.IndexOf('.');
        if (number.IsEmpty || number is "." || number.Count('.') > 1)
        {
            return false;
        }

        var tens = scale.Tens + 9 - (point < 0 ? 0 : number.Length - point - 1);
        nanos = number.Length <= FewDigits && Math.Abs(tens) * 10 / 3 + scale.Binary <= FewBits
            ? ScaleFew(number, tens, scale.Binary)
            : ScaleMany(number, tens, scale.Binary);
        return true;
    }

    private static Int128 ScaleFew(ReadOnlySpan<char> number, int tens, int binary)
    {
        var mantissa = 0L;
        foreach (var digit in number)
        {
            if (digit != '.')
            {
                mantissa = mantissa * 10 + (digit - '0');
            }
        }

        Int128 power = 1;
        for (var i = 0; i < Math.Abs(tens); i++)
        {
            power *= 10;
        }

        var shifted = (Int128)mantissa << binary;
        return tens >= 0 ? Int128.Min(shifted * power, LargestNanos) : (shifted + power - 1) / power;
    }

    private static Int128 ScaleMany(ReadOnlySpan<char> number, int tens, int binary)
    {
        var mantissa = System.Numerics.BigInteger.Zero;
        foreach (var digit in number)
        {
            if (digit != '.')
            {
                mantissa = mantissa * 10 + (digit - '0');
            }
        }

        mantissa <<= binary;
        if (tens >= 0)
        {
            mantissa *= System.Numerics.BigInteger.Pow(10, tens);
        }
        else
        {
            mantissa = System.Numerics.BigInteger.DivRem(mantissa, System.Numerics.BigInteger.Pow(10, -tens), out var rest) + (rest.IsZero ? 0 : 1);
        }

        return mantissa > (System.Numerics.BigInteger)LargestNanos ? LargestNanos : (Int128)mantissa;
    }

    private static Int128 DivideUp(Int128 value, long by)
    {
        var (quotient, rest) = Int128.DivRem(value, by);
        return rest == 0 ? quotient : quotient + Int128.Sign(value);
    }
}

/// <summary>The family of suffixes that a quantity is written with.</summary>
public enum QuantityFormat
{
    DecimalSuffix,
    BinarySuffix,
    DecimalExponent,
}

internal sealed class QuantityConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number => System.Text.Encoding.ASCII.GetString(reader.ValueSpan),
            _ => null,
        };
        return Quantity.TryParse(text, out var quantity)
            ? quantity
            : throw new JsonException($"'{text}' is not a quantity such as 500m, 1.5 or 64Mi");
    }

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

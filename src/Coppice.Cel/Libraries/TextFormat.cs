using System.Globalization;
using System.Numerics;
using System.Text;
using Coppice.Cel.Values;

namespace Coppice.Cel.Libraries;

/// <summary><c>'%s has %d'.format([name, count])</c>.</summary>
internal static class TextFormat
{
    private const int DigitsDefault = 6;

    // No number has more digits that mean anything; beyond, somebody wants memory.
    private const int DigitsMax = 1000;

    public static CelValue Apply(string format, ListValue arguments)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                text.Append(format[at]);
                continue;
            }

            at++;
            if (at < format.Length && format[at] == '%')
            {
                text.Append('%');
                continue;
            }

            int? digits = null;
            if (at < format.Length && format[at] == '.')
            {
                var end = at + 1;
                while (end < format.Length && char.IsAsciiDigit(format[end]))
                {
                    end++;
                }

                if (!int.TryParse(format.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var read) || read > DigitsMax)
                {
                    return new ErrorValue("error while parsing precision: could not convert precision to integer");
                }

                (digits, at) = (read, end);
            }

            if (at >= format.Length)
            {
                return new ErrorValue("could not parse formatting clause: unexpected end of string");
            }

            if (next >= arguments.Count)
            {
                return new ErrorValue($"index {next} out of range");
            }

            var (written, error) = Write(format[at], digits, arguments[next++]);
            if (written is null)
            {
                return new ErrorValue($"error during formatting: {error}");
            }

            text.Append(written);
        }

        return new StringValue(text.ToString());
    }

    private static (string? Text, string? Error) Write(char clause, int? digits, CelValue value)
    {
        var wrong = (null as string, value is ErrorValue error ? error.Message : $"no such overload for %{clause}: {value.TypeName}");
        switch (clause)
        {
            case 's':
                return (Plain(value), wrong.Item2);
            case 'd':
                return value is IntValue or UintValue ? (((NumberValue)value).Text, null) : value is DoubleValue { Value: var n } && !double.IsFinite(n) ? (Infinite(n), null) : wrong;
            case 'f':
                return value is NumberValue ? (Fixed(((NumberValue)value).ToDouble(), digits ?? DigitsDefault), null) : wrong;
            case 'e':
                return value is NumberValue ? (Exponent(((NumberValue)value).ToDouble(), digits ?? DigitsDefault), null) : wrong;
            case 'b':
                return Integer(value) is { } bits ? (Signed(bits, Binary), null) : value is BoolValue flag ? (flag.Value ? "1" : "0", null) : wrong;
            case 'o':
                return Integer(value) is { } octal ? (Signed(octal, Octal), null) : wrong;
            case 'x' or 'X':
                var hex = value switch
                {
                    StringValue text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text.Value)),
                    BytesValue bytes => Convert.ToHexStringLower(bytes.Value),
                    _ => Integer(value) is { } number ? Signed(number, n => n.IsZero ? "0" : n.ToString("x", CultureInfo.InvariantCulture).TrimStart('0')) : null,
                };
                return hex is null ? wrong : (clause == 'X' ? hex.ToUpperInvariant() : hex, null);
            default:
                return (null, $"unrecognized formatting clause \"{clause}\"");
        }
    }

    private static BigInteger? Integer(CelValue value) => value switch
    {
        IntValue number => number.Value,
        UintValue number => number.Value,
        _ => null,
    };

    private static string Signed(BigInteger number, Func<BigInteger, string> write) => number.Sign < 0 ? "-" + write(-number) : write(number);

    private static string Binary(BigInteger number) => number.IsZero ? "0" : number.ToString("b", CultureInfo.InvariantCulture).TrimStart('0');

    private static string Octal(BigInteger number)
    {
        var digits = "";
        for (; !number.IsZero; number >>= 3)
        {
            digits = (char)('0' + (int)(number & 7)) + digits;
        }

        return digits.Length == 0 ? "0" : digits;
    }

    private static string Infinite(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private static string Fixed(double value, int digits) => double.IsFinite(value) ? value.ToString($"F{digits}", CultureInfo.InvariantCulture) : Infinite(value);

    private static string Exponent(double value, int digits) =>
        double.IsFinite(value) ? value.ToString(digits == 0 ? "0e+00" : $"0.{new string('0', digits)}e+00", CultureInfo.InvariantCulture) : Infinite(value);

    /// <summary>As <c>%s</c> shows a value; null for what can't be shown.</summary>
    private static string? Plain(CelValue value) => value switch
    {
        StringValue text => text.Value,
        BoolValue flag => flag.Value ? "true" : "false",
        DoubleValue { Value: var n } when !double.IsFinite(n) => Infinite(n),
        NumberValue number => number.Text,
        NullValue => "null",
        TypeValue type => type.Name,
        BytesValue bytes => Encoding.UTF8.GetString(bytes.Value),
        TimestampValue time => TimeText.Write(time),
        DurationValue duration => TimeText.Write(duration),
        ListValue list => list.Elements().Select(Plain).ToList() is var parts && parts.Contains(null) ? null : $"[{string.Join(", ", parts)}]",
        MapValue map => PlainMap(map),
        _ => null,
    };

    private static string? PlainMap(MapValue map)
    {
        var parts = new List<(string Key, string Value)>();
        foreach (var key in map.Keys)
        {
            if (Plain(key) is not { } name || !map.TryGet(key, out var value) || Plain(value) is not { } shown)
            {
                return null;
            }

            parts.Add((name, shown));
        }

        return $"{{{string.Join(", ", parts.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}: {one.Value}"))}}}";
    }
}

using System.Globalization;
using System.Numerics;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Coppice.ApiServer.Decoding;

/// <summary>What a scalar of YAML 1.1 is in JSON, as Kubernetes' reader takes it: "yes" is true, 0o17 and 017 are fifteen, ~ is null.</summary>
internal static class YamlScalars
{
    public static string ToJson(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str" || scalar.Tag == "!")
        {
            return Text(scalar.Value);
        }

        return scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => "null",
            "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => "true",
            "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => "false",
            var plain => Number(plain) ?? Text(plain),
        };
    }

    private static string Text(string value) => JsonSerializer.Serialize(value, YamlTextContext.Default.String);

    private static string? Number(string plain)
    {
        if (!char.IsAsciiDigit(plain[0]) && plain[0] is not ('-' or '+' or '.'))
        {
            return null;
        }

        var digits = plain.Replace("_", "", StringComparison.Ordinal);
        return Whole(digits)?.ToString(CultureInfo.InvariantCulture) ?? Fraction(digits);
    }

    private static long? Whole(string text)
    {
        var sign = text[0] == '-' ? -1 : 1;
        var digits = text.AsSpan(text[0] is '-' or '+' ? 1 : 0);
        BigInteger? value = digits switch
        {
            ['0', 'x' or 'X', .. var hex] => InBase(hex, 16),
            ['0', 'o', .. var octal] => InBase(octal, 8),
            ['0', 'b' or 'B', .. var binary] => InBase(binary, 2),
            ['0', _, ..] => InBase(digits[1..], 8),
            _ => InBase(digits, 10),
        };
        return value * sign is { } whole && whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : null;
    }

    private static BigInteger? InBase(ReadOnlySpan<char> digits, int radix)
    {
        // More digits than a number can have are text.
        if (digits.IsEmpty || digits.Length > 64)
        {
            return null;
        }

        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            if (!char.IsAsciiHexDigit(c) || Convert.ToInt32(c.ToString(), 16) is var digit && digit >= radix)
            {
                return null;
            }

            value = value * radix + Convert.ToInt32(c.ToString(), 16);
        }

        return value;
    }

    private static string? Fraction(string text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : null;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class YamlTextContext : System.Text.Json.Serialization.JsonSerializerContext;

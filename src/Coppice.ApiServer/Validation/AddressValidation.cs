using System.Net;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Validation;

/// <summary>Addresses and their ranges that have one meaning only, and in the one form that newer fields take.</summary>
internal static class AddressValidation
{
    private const string AddressRule = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    private const string RangeRule = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

    /// <summary>An address, as the name of an object.</summary>
    public static Findings<string> Canonical(string text)
    {
        if (!TryRead(text, out var address, out var hasLeadingZeros))
        {
            return [AddressRule];
        }

        return hasLeadingZeros ? ["must not have leading 0s"]
            : address.IsIPv4MappedToIPv6 ? ["must not be an IPv4-mapped IPv6 address"]
            : address.ToString() != text ? [$"must be in canonical form ({QuotedText.Of(address.ToString())})"]
            : [];
    }

    /// <summary>A range without bits beyond its length, in its one form.</summary>
    public static Findings<FieldError> CanonicalRange(FieldPath path, string text)
    {
        if (StrictRange(path, text) is { Count: > 0 } errors)
        {
            return errors;
        }

        var form = IPNetwork.Parse(text).ToString();
        return form == text ? [] : [FieldError.Invalid(path, text, $"must be in canonical form ({QuotedText.Of(form)})")];
    }

    /// <summary>Of fields that took what has several meanings once: what an object has already it may keep.</summary>
    /// <param name="kept">What it has.</param>
    public static Findings<FieldError> StrictRange(FieldPath path, string text, IEnumerable<string> kept) =>
        kept.Contains(text) ? FieldRules.Range(path, text) : StrictRange(path, text);

    /// <summary>A range without bits beyond its length.</summary>
    private static Findings<FieldError> StrictRange(FieldPath path, string text)
    {
        var slash = text.IndexOf('/');
        var digits = slash < 0 ? "" : text[(slash + 1)..];
        if (slash < 0 || !TryRead(text[..slash], out var address, out var hasLeadingZeros) || !IsLength(digits, address, out var length))
        {
            return Wrong(RangeRule);
        }

        if (hasLeadingZeros || (digits.Length > 1 && digits[0] == '0'))
        {
            return Wrong("must not have leading 0s in IP or prefix length");
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return Wrong("must not have an IPv4-mapped IPv6 address");
        }

        return new IPNetwork(address, length).BaseAddress.Equals(address) ? [] : Wrong("must not have bits set beyond the prefix length");

        Findings<FieldError> Wrong(string rule) => [FieldError.Invalid(path, text, rule)];
    }

    private static bool IsLength(string digits, IPAddress address, out int length)
    {
        length = 0;
        return digits.Length is > 0 and <= 3
            && digits.All(char.IsAsciiDigit)
            && (length = int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture)) <= address.GetAddressBytes().Length * 8;
    }

    /// <summary>Numbers of IPv4 with leading zeros are decimal here: octal, as elsewhere, would be another address.</summary>
    private static bool TryRead(string text, out IPAddress address, out bool hasLeadingZeros)
    {
        hasLeadingZeros = false;
        address = IPAddress.None;
        if (text.Contains(':'))
        {
            return FieldRules.IsAddress(text, null) && IPAddress.TryParse(text, out address!);
        }

        var parts = text.Split('.');
        if (parts.Length != 4 || parts.Any(p => p.Length is 0 or > 15 || !p.All(char.IsAsciiDigit)))
        {
            return false;
        }

        hasLeadingZeros = parts.Any(p => p.Length > 1 && p[0] == '0');
        var plain = string.Join('.', parts.Select(p => p.TrimStart('0') is { Length: > 0 } rest ? rest : "0"));
        return FieldRules.IsAddress(plain, null) && IPAddress.TryParse(plain, out address!);
    }
}

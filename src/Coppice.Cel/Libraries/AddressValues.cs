using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coppice.Cel.Values;

namespace Coppice.Cel.Libraries;

/// <summary>An IP address.</summary>
internal sealed class AddressValue(IPAddress address) : OpaqueValue(TypeText)
{
    public const string TypeText = "net.IP";

    public IPAddress Address => address;

    public bool IsV4 => address.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>In bytes.</summary>
    public override long Size => IsV4 ? 4 : 16;

    public override bool EqualTo(CelValue other) => other is AddressValue value && value.Address.Equals(address);

    /// <summary>Only whole addresses, as they are written: no zones, no leading zeros, no IPv4 within IPv6.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out AddressValue? value, [NotNullWhen(false)] out string? error)
    {
        value = null;
        error = null;
        if (text.Contains(':'))
        {
            error = text.Contains('%') ? $"IP address {Quote(text)} with zone value is not allowed"
                : text.Contains('[') || !IPAddress.TryParse(text, out var six) ? $"IP Address {Quote(text)} parse error during conversion from string: ParseAddr({Quote(text)}): unable to parse IP"
                : six.IsIPv4MappedToIPv6 ? $"IPv4-mapped IPv6 address {Quote(text)} is not allowed"
                : null;
            value = error is null ? new(IPAddress.Parse(text)) : null;
        }
        else if (text.Split('.') is { Length: 4 } parts && parts.All(IsByte))
        {
            value = new(IPAddress.Parse(text));
        }
        else
        {
            error = $"IP Address {Quote(text)} parse error during conversion from string: ParseAddr({Quote(text)}): unable to parse IP";
        }

        return value is not null;
    }

    private static bool IsByte(string part) =>
        part.Length is 1 or 2 or 3 && (part[0] != '0' || part.Length == 1) && byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    public static string Quote(string text) => $"\"{text}\"";
}

/// <summary>A range of addresses: 10.0.0.0/8.</summary>
internal sealed class RangeValue(AddressValue address, int length) : OpaqueValue(TypeText)
{
    public const string TypeText = "net.CIDR";

    public AddressValue Address => address;

    public int Length => length;

    /// <summary>Of its prefix, in bytes.</summary>
    public override long Size => (length + 7) / 8;

    public override bool EqualTo(CelValue other) => other is RangeValue range && range.Length == length && range.Address.EqualTo(address);

    public RangeValue Masked => new(new(Network(address.Address).BaseAddress), length);

    public bool Contains(AddressValue other) => other.IsV4 == address.IsV4 && Network(address.Address).Contains(other.Address);

    public bool Contains(RangeValue other) => other.Length >= length && Contains(other.Address);

    public override string ToString() => $"{address.Address}/{length}";

    public static bool TryRead(string text, [NotNullWhen(true)] out RangeValue? value, [NotNullWhen(false)] out string? error)
    {
        value = null;
        var slash = text.LastIndexOf('/');
        var bits = slash < 0 ? "" : text[(slash + 1)..];
        error = $"network address parse error during conversion from string: netip.ParsePrefix({AddressValue.Quote(text)}): {(slash < 0 ? "no '/'" : "bad prefix")}";
        if (slash < 0 || !AddressValue.TryRead(text[..slash], out var address, out _) || bits.Length is 0 or > 3 || (bits[0] == '0' && bits.Length > 1)
            || !int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > (address.IsV4 ? 32 : 128))
        {
            return false;
        }

        error = null;
        value = new(address, length);
        return true;
    }

    private IPNetwork Network(IPAddress within)
    {
        var bytes = within.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] &= (byte)(0xFF00 >> Math.Clamp(length - i * 8, 0, 8));
        }

        return new(new IPAddress(bytes), length);
    }
}

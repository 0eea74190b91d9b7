using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coppice.Network.Nftables;

namespace Coppice.Network.Translation;

/// <summary>Reads values of one object into rules; what cannot be one is left out, and noted in the words of an event.</summary>
/// <param name="families">The one that the rules are of; and whether there are rules of the other one, which its addresses are for.</param>
internal sealed class FieldReader(RuleOwner owner, RuleFamilies families)
{
    /// <summary>Kubernetes' bounds for how long a client stays with its endpoint, and its default of three hours.</summary>
    private const int AffinitySecondsMax = 86400;
    private const int AffinitySecondsDefault = 10800;

    // An event says what is wrong, not all of it.
    private const int ValueLengthMax = 64;

    public List<RuleWarning> Warnings { get; } = [];

    /// <summary>What the rules can lead to: an address of their family. An empty text is none, and no warning.</summary>
    public IPAddress? Address(string? text, string field)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (!IPAddress.TryParse(text, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != text))
        {
            Invalid(text, field, "is no IP address");
            return null;
        }

        if (!families.Own.Has(address))
        {
            if (!families.HasOther)
            {
                IncorrectVersion(text, field);
            }

            return null;
        }

        return address;
    }

    public IEnumerable<IPAddress> Addresses(IEnumerable<string?> texts, string field) => texts.Select(text => Address(text, field)).OfType<IPAddress>();

    /// <summary>Kubernetes takes a range whose address has bits beyond its length; they count for nothing.</summary>
    public IPNetwork? Range(string? text, string field)
    {
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Split('/') is not [var address, var bits] || address.Length == 0
            || !int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            Invalid(trimmed, field, "is no range of addresses");
            return null;
        }

        if (Address(address, field) is not { } first)
        {
            return null;
        }

        if (length > families.Own.Length)
        {
            Invalid(trimmed, field, "is no range of addresses");
            return null;
        }

        return new IPNetwork(first, length);
    }

    public TransportProtocol? Protocol(string? name, string field)
    {
        if (ProtocolOf(name) is { } protocol)
        {
            return protocol;
        }

        Invalid(name, field, "is no protocol");
        return null;
    }

    public static TransportProtocol? ProtocolOf(string? name) => name switch
    {
        null or "" or "TCP" => TransportProtocol.Tcp,
        "UDP" => TransportProtocol.Udp,
        "SCTP" => TransportProtocol.Sctp,
        _ => null,
    };

    public bool IsPort(int number, string field)
    {
        if (number is > 0 and <= ushort.MaxValue)
        {
            return true;
        }

        Invalid(number.ToString(CultureInfo.InvariantCulture), field, "is no port");
        return false;
    }

    public TimeSpan Affinity(int? seconds, string field)
    {
        if (seconds is null or (> 0 and <= AffinitySecondsMax))
        {
            return TimeSpan.FromSeconds(seconds ?? AffinitySecondsDefault);
        }

        Invalid(seconds.Value.ToString(CultureInfo.InvariantCulture), field, $"is not between 1 and {AffinitySecondsMax}");
        return TimeSpan.FromSeconds(AffinitySecondsDefault);
    }

    private void IncorrectVersion(string text, string field) =>
        Warnings.Add(new RuleWarning(owner, RuleReasons.IncorrectIPVersion, $"{Shown(text)} in {field} has incorrect IP version"));

    private void Invalid(string? text, string field, string what) =>
        Warnings.Add(new RuleWarning(owner, RuleReasons.Invalid, $"{Shown(text)} in {field} {what}"));

    private static string Shown(string? text) => text is { Length: > ValueLengthMax } ? text[..ValueLengthMax] + "…" : text ?? "";
}

/// <summary>Which rules are made: of one family, beside those of the other or alone.</summary>
internal readonly record struct RuleFamilies(NftFamily Own, bool HasOther);

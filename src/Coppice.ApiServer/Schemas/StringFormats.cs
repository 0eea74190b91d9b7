using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Coppice.Objects;

namespace Coppice.ApiServer.Schemas;

/// <summary>The formats of strings that Kubernetes checks. One that it does not know asks nothing.</summary>
internal static partial class StringFormats
{
    private static readonly Dictionary<string, Func<string, bool>> Known = new(StringComparer.Ordinal)
    {
        ["bsonobjectid"] = text => IsObjectId().IsMatch(text),
        ["byte"] = IsBase64,
        ["cidr"] = IsCidr,
        ["creditcard"] = text => IsCreditCard().IsMatch(text) && HasCheckDigit(text),
        ["date"] = text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        ["date-time"] = text => IsDateTime().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        ["duration"] = text => IsGoDuration().IsMatch(text) || IsWordyDuration().IsMatch(text),
        ["email"] = text => MailAddress.TryCreate(text, out _),
        ["hexcolor"] = text => IsHexColor().IsMatch(text),
        ["hostname"] = text => text.Length is > 0 and <= 255 && IsHostname().IsMatch(text),
        ["ipv4"] = text => IsIpAddress(text, AddressFamily.InterNetwork),
        ["ipv6"] = text => IsIpAddress(text, AddressFamily.InterNetworkV6),
        ["isbn"] = text => IsIsbn10(Digits(text)) || IsIsbn13(Digits(text)),
        ["isbn10"] = text => IsIsbn10(Digits(text)),
        ["isbn13"] = text => IsIsbn13(Digits(text)),
        ["k8s-long-name"] = text => text.Length <= 253 && IsLongName().IsMatch(text),
        ["k8s-short-name"] = text => text.Length <= 63 && IsShortName().IsMatch(text),
        ["mac"] = text => IsMac().IsMatch(text),
        ["rgbcolor"] = text => IsRgbColor().IsMatch(text),
        ["ssn"] = text => IsSocialSecurityNumber().IsMatch(text),
        ["uri"] = text => text.StartsWith('/') || (Uri.TryCreate(text, UriKind.Absolute, out _) && text.Contains(':')),
        ["uuid"] = text => IsUuid().IsMatch(text),
        ["uuid3"] = text => IsUuidOf(text, '3'),
        ["uuid4"] = text => IsUuidOf(text, '4'),
        ["uuid5"] = text => IsUuidOf(text, '5'),
    };

    // All of them without hyphens, with those that any string fits.
    private static readonly HashSet<string> Names = [.. Known.Keys.Select(WithoutHyphens), "password", "quantity"];

    public static bool IsKnown(string format) => Names.Contains(WithoutHyphens(format));

    /// <summary>The name is written with hyphens or without: "date-time", "datetime".</summary>
    public static bool Fits(string format, string text)
    {
        var rule = Known.GetValueOrDefault(format) ?? (format == "datetime" ? Known["date-time"] : null);
        return rule is null || rule(text);
    }

    private static string WithoutHyphens(string format) => format.Replace("-", "", StringComparison.Ordinal);

    private static bool IsBase64(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _);

    private static bool IsCidr(string text) =>
        text.IndexOf('/') is var slash and > 0
        && IPAddress.TryParse(text[..slash], out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text[..slash])
        && byte.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && length <= (address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);

    private static bool IsIpAddress(string text, AddressFamily family) =>
        IPAddress.TryParse(text, out var address)
        && address.AddressFamily == family
        && (family == AddressFamily.InterNetworkV6 ? !text.Contains('%') : address.ToString() == text);

    private static bool IsUuidOf(string text, char version) => IsUuid().IsMatch(text) && text.Replace("-", "", StringComparison.Ordinal)[12] == version;

    private static string Digits(string text) => text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    private static bool IsIsbn10(string text) =>
        text.Length == 10
        && text[..9].All(char.IsAsciiDigit)
        && (char.IsAsciiDigit(text[9]) || text[9] is 'X')
        && text.Select((sign, i) => (10 - i) * (sign == 'X' ? 10 : sign - '0')).Sum() % 11 == 0;

    private static bool IsIsbn13(string text) =>
        text.Length == 13 && text.All(char.IsAsciiDigit) && text.Select((sign, i) => (i % 2 == 0 ? 1 : 3) * (sign - '0')).Sum() % 10 == 0;

    private static bool HasCheckDigit(string text)
    {
        var digits = text.Where(char.IsAsciiDigit).Reverse().Select((sign, i) => i % 2 == 0 ? sign - '0' : (sign - '0') * 2);
        return digits.Sum(digit => digit > 9 ? digit - 9 : digit) % 10 == 0;
    }

    [GeneratedRegex(@"^[0-9a-fA-F]{24}\z")]
    private static partial Regex IsObjectId();

    [GeneratedRegex(@"^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11}|6[27][0-9]{14})\z")]
    private static partial Regex IsCreditCard();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?\z")]
    private static partial Regex IsDateTime();

    [GeneratedRegex(@"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\z")]
    private static partial Regex IsHexColor();

    [GeneratedRegex(@"^([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62})(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62}))*\.?)\z")]
    private static partial Regex IsHostname();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex IsLongName();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex IsShortName();

    [GeneratedRegex(@"^(([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}|([0-9a-fA-F]{2}[:-]){7}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4})\z")]
    private static partial Regex IsMac();

    [GeneratedRegex(@"^rgb\(\s*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])\s*(,\s*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])\s*){2}\)\z")]
    private static partial Regex IsRgbColor();

    [GeneratedRegex(@"^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}\z")]
    private static partial Regex IsSocialSecurityNumber();

    [GeneratedRegex(@"^(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\z")]
    private static partial Regex IsUuid();

    [GeneratedRegex(@"^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)\z")]
    private static partial Regex IsGoDuration();

    [GeneratedRegex(@"^[0-9]+ ?(nanosecond|microsecond|millisecond|second|minute|hour|day|week|ns|us|µs|ms|s|m|h|d|w)s?\z")]
    private static partial Regex IsWordyDuration();
}

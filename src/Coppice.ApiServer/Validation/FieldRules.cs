using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Validation;

/// <summary>Rules that many fields share. Every member answers with what is wrong with one field, and with nothing if all is well.</summary>
public static class FieldRules
{
    public const string Immutable = "field is immutable";

    public const string Negative = "must be greater than or equal to 0";

    public const string NotPositive = "must be greater than zero";

    private const int LastPort = 65535;

    private const int LongestIpv4 = 15;

    private static readonly SearchValues<char> OfAddresses = SearchValues.Create("0123456789abcdefABCDEF.:");

    public static string Between(long least, long most) => $"must be between {least} and {most}, inclusive";

    /// <summary>An error where something is wrong.</summary>
    public static Findings<FieldError> If(bool wrong, Func<FieldError> error) => wrong ? [error()] : [];

    /// <summary>One error for each of the things that <see cref="Names"/> found.</summary>
    public static Findings<FieldError> Named(FieldPath path, string value, Func<string, Findings<string>> rule)
    {
        var errors = Findings<FieldError>.None;
        foreach (var message in rule(value))
        {
            errors.Add(FieldError.Invalid(path, value, message));
        }

        return errors;
    }

    public static Findings<FieldError> RequiredName(FieldPath path, string? value, Func<string, Findings<string>> rule) =>
        string.IsNullOrEmpty(value) ? [FieldError.Required(path)] : Named(path, value, rule);

    public static Findings<FieldError> Required(FieldPath path, string? value, string detail = "")
    {
        var errors = Findings<FieldError>.None;
        if (string.IsNullOrEmpty(value))
        {
            errors.Add(FieldError.Required(path, detail));
        }

        return errors;
    }

    /// <param name="supported">In the order in which a message shows them.</param>
    public static Findings<FieldError> OneOf(FieldPath path, string? value, params ReadOnlySpan<string> supported)
    {
        if (string.IsNullOrEmpty(value))
        {
            return [FieldError.Required(path)];
        }

        return supported.Contains(value) ? [] : [FieldError.NotSupported(path, value, supported.ToArray())];
    }

    public static Findings<FieldError> OneOfIfSet(FieldPath path, string? value, params ReadOnlySpan<string> supported) =>
        value is null ? [] : OneOf(path, value, supported);

    public static Findings<FieldError> NotNegative(FieldPath path, long? value)
    {
        var errors = Findings<FieldError>.None;
        if (value < 0)
        {
            errors.Add(FieldError.Invalid(path, value, Negative));
        }

        return errors;
    }

    public static Findings<FieldError> InRange(FieldPath path, long? value, long least, long most)
    {
        var errors = Findings<FieldError>.None;
        if (value < least || value > most)
        {
            errors.Add(FieldError.Invalid(path, value, Between(least, most)));
        }

        return errors;
    }

    public static Findings<FieldError> Port(FieldPath path, int value) => InRange(path, value, 1, LastPort);

    /// <summary>A port by number, or by the name that a container gives it.</summary>
    public static Findings<FieldError> PortOrName(FieldPath path, IntOrString value) =>
        value.Text is { } name ? Named(path, name, Names.PortName) : Port(path, value.Number);

    public static Findings<FieldError> Unchanged<T>(FieldPath path, T value, T old)
    {
        var errors = Findings<FieldError>.None;
        if (!EqualityComparer<T>.Default.Equals(value, old))
        {
            errors.Add(FieldError.Invalid(path, value, Immutable));
        }

        return errors;
    }

    public static Findings<FieldError> Address(FieldPath path, string value)
    {
        var errors = Findings<FieldError>.None;
        if (!IsAddress(value, null))
        {
            errors.Add(FieldError.Invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
        }

        return errors;
    }

    /// <summary>Four decimal numbers without leading zeros, or an address of IPv6.</summary>
    /// <param name="family">Null for either.</param>
    public static bool IsAddress(string value, AddressFamily? family) => IsAddress(value, family, out _);

    /// <param name="address">What it is.</param>
    public static bool IsAddress(string value, AddressFamily? family, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return !value.AsSpan().ContainsAnyExcept(OfAddresses)
            && IPAddress.TryParse(value, out address)
            && (family is null || address.AddressFamily == family)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || IsWrittenAs(address, value));
    }

    /// <summary>A range of addresses with its length, as in "10.9.8.0/24".</summary>
    public static Findings<FieldError> Range(FieldPath path, string value)
    {
        var errors = Findings<FieldError>.None;
        var slash = value.IndexOf('/');
        var most = value.Contains(':') ? 128 : 32;
        if (slash < 0 || !IsAddress(value[..slash], null) || !int.TryParse(value[(slash + 1)..], out var length) || length < 0 || length > most)
        {
            errors.Add(FieldError.Invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
        }

        return errors;
    }

    /// <summary>A whole number that is not negative, or a percentage.</summary>
    public static Findings<FieldError> NumberOrPercent(FieldPath path, IntOrString? value)
    {
        if (value is not { } given)
        {
            return [];
        }

        if (given.IsNumber)
        {
            return NotNegative(path, given.Number);
        }

        var digits = given.Text!.TrimEnd('%');
        return digits.Length == given.Text.Length - 1 && digits.Length > 0 && digits.All(char.IsAsciiDigit)
            ? []
            : [FieldError.Invalid(path, given.Text, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')")];
    }

    /// <summary>Elements that share what tells them apart, beginning with the second of each.</summary>
    public static Findings<(int Index, TKey Key)> Repeated<T, TKey>(ValueList<T> items, Func<T, TKey> key)
    {
        if (items.Count < 2)
        {
            return [];
        }

        var found = Findings<(int Index, TKey Key)>.None;
        var seen = new HashSet<TKey>();
        for (var i = 0; i < items.Count; i++)
        {
            if (!seen.Add(key(items[i])))
            {
                found.Add((i, key(items[i])));
            }
        }

        return found;
    }

    /// <summary>An error for each element of a list whose name an earlier one has; there may be any number without a name.</summary>
    public static Findings<FieldError> DistinctNames<T>(
        FieldPath path, ValueList<T> items, Func<T, string?> name, Func<FieldPath, string, FieldError> error)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (index, repeated) in Repeated(items, name))
        {
            if (!string.IsNullOrEmpty(repeated))
            {
                errors.Add(error(path.Index(index), repeated));
            }
        }

        return errors;
    }

    /// <summary>The errors of all elements of a list, each with its path.</summary>
    public static Findings<FieldError> Each<T>(FieldPath path, ValueList<T> items, Func<FieldPath, T, Findings<FieldError>> rule)
    {
        var errors = Findings<FieldError>.None;
        for (var i = 0; i < items.Count; i++)
        {
            errors.AddRange(rule(path.Index(i), items[i]));
        }

        return errors;
    }

    private static bool IsWrittenAs(IPAddress address, string value)
    {
        Span<char> text = stackalloc char[LongestIpv4];
        return address.TryFormat(text, out var length) && value.AsSpan().SequenceEqual(text[..length]);
    }
}

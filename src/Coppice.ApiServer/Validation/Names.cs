using System.Text.RegularExpressions;
using Coppice.ApiServer.Errors;

namespace Coppice.ApiServer.Validation;

/// <summary>
/// The forms that names and values take. Every member answers with what is wrong, in Kubernetes' words, and with nothing if all is
/// well.
/// </summary>
public static partial class Names
{
    public const int LabelLimit = 63;

    public const int SubdomainLimit = 253;

    private const int PortNameLimit = 15;

    private const string LabelForm = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

    private const string OldLabelForm = "[a-z]([-a-z0-9]*[a-z0-9])?";

    private const string SubdomainForm = $@"{LabelForm}(\.{LabelForm})*";

    private const string QualifiedForm = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

    private const string UnderscoreLabelForm = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

    private const string UnderscoreSubdomainForm = $@"{UnderscoreLabelForm}(\.{UnderscoreLabelForm})*";

    private const string WildcardForm = $@"\*\.{SubdomainForm}";

    private const string SysctlSegment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

    private const string SysctlForm = $@"({SysctlSegment}[\./])*{SysctlSegment}";

    private const string ValueForm = $"({QualifiedForm})?";
    private const string ReasonForm = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";

    private const string KeyForm = "[-._a-zA-Z0-9]+";

    private const string Characters = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    // Written once: they are looked at for every name, and shown for hardly any.
    private static readonly string LabelRule = Explain(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
        LabelForm,
        "my-name",
        "123-abc");

    private static readonly string SubdomainRule = Explain(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        SubdomainForm,
        "example.com");

    private static readonly string UnderscoreSubdomainRule = Explain(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
        UnderscoreSubdomainForm,
        "example.com");

    private static readonly string OldLabelRule = Explain(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        OldLabelForm,
        "my-name",
        "abc-123");

    private static readonly string ValueRule = Explain(
        $"a valid label must be an empty string or {Characters[5..]}", ValueForm, "MyValue", "my_value", "12345");

    private static readonly string ReasonRule = Explain(
        "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
        ReasonForm,
        "my_name",
        "MY_NAME",
        "MyName",
        "ReasonA,ReasonB",
        "ReasonA:ReasonB");

    private static readonly string QualifiedRule = Explain(Characters, QualifiedForm, "MyName", "my.name", "123-abc");

    private static readonly string WildcardRule = Explain(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
        WildcardForm,
        "*.example.com");

    /// <summary>Of what would be several labels only the dots are wrong.</summary>
    public static Findings<string> Label(string text) =>
        Check(text, LabelLimit, IsLabel(), text.Contains('.') && IsSubdomain().IsMatch(text) ? "must not contain dots" : LabelRule);

    public static Findings<string> Subdomain(string text) => Check(text, SubdomainLimit, IsSubdomain(), SubdomainRule);

    /// <summary>All subdomains of a domain, as in "*.example.com".</summary>
    public static Findings<string> Wildcard(string text) => Check(text, SubdomainLimit, IsWildcard(), WildcardRule);

    /// <summary>A domain to look names up in; the root, and names of old with underscores, are among them.</summary>
    public static Findings<string> SearchDomain(string text)
    {
        var name = text.EndsWith('.') ? text[..^1] : text;
        return text == "." ? [] : Check(name, SubdomainLimit, IsUnderscoreSubdomain(), UnderscoreSubdomainRule);
    }

    /// <summary>A setting of the kernel, its parts told apart by dots or slashes.</summary>
    public static Findings<string> Sysctl(string text) => text.Length <= SubdomainLimit && IsSysctl().IsMatch(text)
        ? []
        : [$"must have at most {SubdomainLimit} characters and match regex ^{SysctlForm}$"];

    /// <summary>A label by RFC 1035, which begins with a letter: the parts of the names of kinds.</summary>
    public static Findings<string> OldLabel(string text) => Check(text, LabelLimit, IsOldLabel(), OldLabelRule);

    /// <summary>Why a condition is so, in one word.</summary>
    public static Findings<string> Reason(string text) => IsReason().IsMatch(text) ? [] : [ReasonRule];

    /// <summary>The value of a label.</summary>
    public static Findings<string> LabelValue(string text) => Check(text, LabelLimit, IsValue(), ValueRule);

    /// <summary>The name of a label, an annotation, a taint: "name" or "example.com/name".</summary>
    public static Findings<string> Qualified(string text)
    {
        var slash = text.IndexOf('/');
        if (slash < 0)
        {
            return QualifiedName(text);
        }

        if (slash != text.LastIndexOf('/'))
        {
            return [$"a qualified name {QualifiedRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }

        var found = Findings<string>.None;
        if (slash == 0)
        {
            found.Add("prefix part must be non-empty");
        }
        else
        {
            foreach (var message in Check(text.AsSpan(0, slash), SubdomainLimit, IsSubdomain(), SubdomainRule))
            {
                found.Add($"prefix part {message}");
            }
        }

        found.AddRange(QualifiedName(text.AsSpan(slash + 1)));
        return found;
    }

    /// <summary>A key in a ConfigMap or Secret, which may become a file's name.</summary>
    public static Findings<string> ConfigKey(string text)
    {
        var found = Findings<string>.None;
        if (text.Length > SubdomainLimit)
        {
            found.Add(TooLong(SubdomainLimit));
        }

        if (!IsKey().IsMatch(text))
        {
            found.Add(Explain("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", KeyForm, "key.name", "KEY_NAME", "key-name"));
        }

        switch (text)
        {
            case ".":
                found.Add("must not be '.'");
                break;
            case "..":
                found.Add("must not be '..'");
                break;
            case { } when text.StartsWith("..", StringComparison.Ordinal):
                found.Add("must not start with '..'");
                break;
        }

        return found;
    }

    /// <summary>Whatever can stand in a URL between two slashes, as the names of roles may.</summary>
    public static Findings<string> PathSegment(string text)
    {
        if (text is "." or "..")
        {
            return [$"may not be '{text}'"];
        }

        var found = Findings<string>.None;
        foreach (var part in (ReadOnlySpan<char>)['/', '%'])
        {
            if (text.Contains(part))
            {
                found.Add($"may not contain '{part}'");
            }
        }

        return found;
    }

    /// <summary>The name of a variable: anything printable but the equals sign.</summary>
    public static Findings<string> Variable(string text)
    {
        var found = Findings<string>.None;
        if (text.Length == 0)
        {
            found.Add("environment variable name must be non-empty");
        }

        if (text.Any(c => c is < ' ' or > '~' or '='))
        {
            found.Add("a valid environment variable name must consist only of printable ASCII characters other than '='");
        }

        return found;
    }

    public static Findings<string> PortName(string text)
    {
        var found = Findings<string>.None;
        if (text.Length > PortNameLimit)
        {
            found.Add(TooLong(PortNameLimit));
        }

        if (text.Length == 0 || !text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            found.Add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }

        if (!text.Any(char.IsAsciiLetterLower))
        {
            found.Add("must contain at least one letter (a-z)");
        }

        if (text.Contains("--", StringComparison.Ordinal))
        {
            found.Add("must not contain consecutive hyphens");
        }

        if (text.StartsWith('-') || text.EndsWith('-'))
        {
            found.Add("must not begin or end with a hyphen");
        }

        return found;
    }

    private static Findings<string> QualifiedName(ReadOnlySpan<char> name)
    {
        var found = Findings<string>.None;
        if (name.Length == 0)
        {
            found.Add("name part must be non-empty");
        }
        else if (name.Length > LabelLimit)
        {
            found.Add($"name part {TooLong(LabelLimit)}");
        }

        if (!IsQualified().IsMatch(name))
        {
            found.Add($"name part {QualifiedRule}");
        }

        return found;
    }

    private static Findings<string> Check(ReadOnlySpan<char> text, int limit, Regex form, string rule) => (text.Length > limit, form.IsMatch(text)) switch
    {
        (false, true) => [],
        (true, true) => [TooLong(limit)],
        (true, false) => [TooLong(limit), rule],
        (false, false) => [rule],
    };

    private static string TooLong(int limit) => $"must be no more than {limit} bytes";

    private static string Explain(string rule, string form, params string[] examples) =>
        $"{rule} (e.g. {string.Join(" or ", examples.Select(e => $"'{e}', "))}regex used for validation is '{form}')";

    [GeneratedRegex(@"\A" + LabelForm + @"\z")]
    private static partial Regex IsLabel();

    [GeneratedRegex(@"\A" + OldLabelForm + @"\z")]
    private static partial Regex IsOldLabel();

    [GeneratedRegex(@"\A" + SubdomainForm + @"\z")]
    private static partial Regex IsSubdomain();

    [GeneratedRegex(@"\A" + WildcardForm + @"\z")]
    private static partial Regex IsWildcard();

    [GeneratedRegex(@"\A" + UnderscoreSubdomainForm + @"\z")]
    private static partial Regex IsUnderscoreSubdomain();

    [GeneratedRegex(@"\A" + SysctlForm + @"\z")]
    private static partial Regex IsSysctl();

    [GeneratedRegex(@"\A" + QualifiedForm + @"\z")]
    private static partial Regex IsQualified();

    [GeneratedRegex(@"\A" + ReasonForm + @"\z")]
    private static partial Regex IsReason();

    [GeneratedRegex(@"\A" + ValueForm + @"\z")]
    private static partial Regex IsValue();

    [GeneratedRegex(@"\A" + KeyForm + @"\z")]
    private static partial Regex IsKey();
}

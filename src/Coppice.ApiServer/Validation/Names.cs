using System.Text.RegularExpressions;

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

    private const string ValueForm = $"({QualifiedForm})?";

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

    private static readonly string OldLabelRule = Explain(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        OldLabelForm,
        "my-name",
        "abc-123");

    private static readonly string ValueRule = Explain(
        $"a valid label must be an empty string or {Characters[5..]}", ValueForm, "MyValue", "my_value", "12345");

    private static readonly string QualifiedRule = Explain(Characters, QualifiedForm, "MyName", "my.name", "123-abc");

    public static IEnumerable<string> Label(string text) => Check(text, LabelLimit, IsLabel(), LabelRule);

    public static IEnumerable<string> Subdomain(string text) => Check(text, SubdomainLimit, IsSubdomain(), SubdomainRule);

    /// <summary>A label by RFC 1035, which begins with a letter: the names of services.</summary>
    public static IEnumerable<string> OldLabel(string text) => Check(text, LabelLimit, IsOldLabel(), OldLabelRule);

    /// <summary>The value of a label.</summary>
    public static IEnumerable<string> LabelValue(string text) => Check(text, LabelLimit, IsValue(), ValueRule);

    /// <summary>The name of a label, an annotation, a taint: "name" or "example.com/name".</summary>
    public static IEnumerable<string> Qualified(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
        {
            return [$"a qualified name {QualifiedRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }

        IEnumerable<string> prefix = parts.Length == 1
            ? []
            : parts[0].Length == 0 ? ["prefix part must be non-empty"] : Subdomain(parts[0]).Select(m => $"prefix part {m}");
        return [.. prefix, .. QualifiedName(parts[^1])];
    }

    /// <summary>A key in a ConfigMap or Secret, which may become a file's name.</summary>
    public static IEnumerable<string> ConfigKey(string text)
    {
        if (text.Length > SubdomainLimit)
        {
            yield return TooLong(SubdomainLimit);
        }

        if (!IsKey().IsMatch(text))
        {
            yield return Explain("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", KeyForm, "key.name", "KEY_NAME", "key-name");
        }

        switch (text)
        {
            case ".":
                yield return "must not be '.'";
                break;
            case "..":
                yield return "must not be '..'";
                break;
            case { } when text.StartsWith("..", StringComparison.Ordinal):
                yield return "must not start with '..'";
                break;
        }
    }

    /// <summary>The name of a variable: anything printable but the equals sign.</summary>
    public static IEnumerable<string> Variable(string text)
    {
        if (text.Length == 0)
        {
            yield return "environment variable name must be non-empty";
        }

        if (text.Any(c => c is < ' ' or > '~' or '='))
        {
            yield return "a valid environment variable name must consist only of printable ASCII characters other than '='";
        }
    }

    public static IEnumerable<string> PortName(string text)
    {
        if (text.Length > PortNameLimit)
        {
            yield return TooLong(PortNameLimit);
        }

        if (text.Length == 0 || !text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            yield return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        }

        if (!text.Any(char.IsAsciiLetterLower))
        {
            yield return "must contain at least one letter (a-z)";
        }

        if (text.Contains("--", StringComparison.Ordinal))
        {
            yield return "must not contain consecutive hyphens";
        }

        if (text.StartsWith('-') || text.EndsWith('-'))
        {
            yield return "must not begin or end with a hyphen";
        }
    }

    private static IEnumerable<string> QualifiedName(string name)
    {
        if (name.Length == 0)
        {
            yield return "name part must be non-empty";
        }
        else if (name.Length > LabelLimit)
        {
            yield return $"name part {TooLong(LabelLimit)}";
        }

        if (!IsQualified().IsMatch(name))
        {
            yield return $"name part {QualifiedRule}";
        }
    }

    private static IEnumerable<string> Check(string text, int limit, Regex form, string rule) => (text.Length > limit, form.IsMatch(text)) switch
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

    [GeneratedRegex(@"\A" + QualifiedForm + @"\z")]
    private static partial Regex IsQualified();

    [GeneratedRegex(@"\A" + ValueForm + @"\z")]
    private static partial Regex IsValue();

    [GeneratedRegex(@"\A" + KeyForm + @"\z")]
    private static partial Regex IsKey();
}

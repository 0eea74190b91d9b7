using System.Text.RegularExpressions;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>A named format, and what it says of a text.</summary>
internal sealed class FormatValue(string name, Func<string, IReadOnlyList<string>> check) : OpaqueValue(TypeText)
{
    public const string TypeText = "kubernetes.NamedFormat";

    public string Name => name;

    public IReadOnlyList<string> Check(string text) => check(text);

    public override bool EqualTo(CelValue other) => other is FormatValue format && format.Name == name;
}

/// <summary><c>format.dns1123Label().validate(x)</c>: none if it is right, otherwise what is wrong.</summary>
internal static partial class FormatLibrary
{
    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainPattern = @"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
    private const string OldLabelPattern = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private const string ValuePattern = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
    private const string NamePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

    private const string LabelError =
        $"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{LabelPattern}')";

    private const string SubdomainError =
        $"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{SubdomainPattern}')";

    private const string OldLabelError =
        $"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '{OldLabelPattern}')";

    private const string ValueError =
        $"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '{ValuePattern}')";

    private const string NameError =
        $"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{NamePattern}')";

    private static readonly CelType Type = CelType.Opaque(FormatValue.TypeText);

    private static readonly Dictionary<string, FormatValue> Formats = new List<FormatValue>
    {
        new("dns1123Label", text => Check(text, LabelPattern, 63, LabelError)),
        new("dns1123Subdomain", text => Check(text, SubdomainPattern, 253, SubdomainError)),
        new("dns1035Label", text => Check(text, OldLabelPattern, 63, OldLabelError)),
        new("dns1123LabelPrefix", text => Check(WithoutDash(text), LabelPattern, 63, LabelError)),
        new("dns1123SubdomainPrefix", text => Check(WithoutDash(text), SubdomainPattern, 253, SubdomainError)),
        new("dns1035LabelPrefix", text => Check(WithoutDash(text), OldLabelPattern, 63, OldLabelError)),
        new("qualifiedName", QualifiedName),
        new("labelValue", text => Check(text, ValuePattern, 63, ValueError)),
        new("uri", text => UrlValue.Read(text) is ErrorValue error ? [error.Message.Replace("URL parse error during conversion from string: ", "", StringComparison.Ordinal)] : []),
        new("uuid", text => Uuid().IsMatch(text) ? [] : ["does not match the UUID format"]),
        new("byte", text => Convert.TryFromBase64String(text, new byte[text.Length], out _) ? [] : ["invalid base64"]),
        new("date", text => TimeText.ReadTimestamp($"{text}T00:00:00Z") is ErrorValue ? ["invalid date"] : []),
        new("datetime", text => TimeText.ReadTimestamp(text) is ErrorValue ? ["invalid datetime"] : []),
    }.ToDictionary(format => format.Name, StringComparer.Ordinal);

    public static IEnumerable<Overload> Overloads =>
    [
        .. Formats.Values.Select(format => Global($"format.{format.Name}", $"format_{format.Name}", [], Type, _ => format)),
        Global("format.named", "format-named", [CelType.String], CelType.OptionalOf(Type),
            a => Formats.TryGetValue(((StringValue)a[0]).Value, out var format) ? OptionalValue.Of(format) : OptionalValue.None),
        Member("validate", "format-validate", [Type, CelType.String], CelType.OptionalOf(CelType.ListOf(CelType.String)), a => Validate((FormatValue)a[0], ((StringValue)a[1]).Value)),
    ];

    private static OptionalValue Validate(FormatValue format, string text) =>
        format.Check(text) is { Count: > 0 } wrong ? OptionalValue.Of(new ArrayList([.. wrong.Select(one => new StringValue(one))])) : OptionalValue.None;

    private static IReadOnlyList<string> Check(string text, string pattern, int lengthMax, string error)
    {
        // What is too long is not looked into.
        return text.Length > lengthMax ? [$"must be no more than {lengthMax} characters"]
            : Regex.IsMatch(text, $@"\A(?:{pattern})\z", RegexOptions.NonBacktracking) ? []
            : [error];
    }

    private static string WithoutDash(string text) => text.EndsWith('-') ? text[..^1] + "a" : text;

    private static IReadOnlyList<string> QualifiedName(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
        {
            return [$"a qualified name {NameError["name part ".Length..]} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }

        var wrong = new List<string>();
        if (parts.Length == 2)
        {
            wrong.AddRange(parts[0].Length == 0 ? ["prefix part must be non-empty"] : Check(parts[0], SubdomainPattern, 253, SubdomainError).Select(one => $"prefix part {one}"));
        }

        if (parts[^1].Length == 0)
        {
            wrong.Add("name part must be non-empty");
        }
        else if (parts[^1].Length > 63)
        {
            wrong.Add("name part must be no more than 63 characters");
        }

        return [.. wrong, .. Check(parts[^1], NamePattern, 63, NameError).Where(one => one == NameError)];
    }

    [GeneratedRegex(@"\A[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\z")]
    private static partial Regex Uuid();
}

using System.Net;
using System.Text.RegularExpressions;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>An absolute URL, or the absolute path of one.</summary>
internal sealed partial class UrlValue : OpaqueValue
{
    public const string TypeText = "kubernetes.URL";

    private readonly string _text;

    private UrlValue(string text, Match parts)
        : base(TypeText)
    {
        _text = text;
        Scheme = parts.Groups["scheme"].Value.ToLowerInvariant();
        Host = Uri.UnescapeDataString(parts.Groups["host"].Value);
        Port = parts.Groups["port"].Value;
        EscapedPath = parts.Groups["path"].Value;
        Query = parts.Groups["query"].Value;
    }

    public string Scheme { get; }

    /// <summary>Of an IPv6 address with its brackets.</summary>
    public string Host { get; }

    public string Port { get; }

    public string EscapedPath { get; }

    /// <summary>As it is written after the question mark.</summary>
    public string Query { get; }

    public override bool EqualTo(CelValue other) => other is UrlValue url && url._text == _text;

    public static CelValue Read(string text)
    {
        var parts = Url().Match(text);
        var path = parts.Groups["path"].Value;
        var wrong = text.Length == 0 ? "empty url"
            : text.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0 || text.Contains('\u007f') ? "net/url: invalid control character in URL"
            : !parts.Success || (!parts.Groups["scheme"].Success && path is not ['/', ..]) || (!parts.Groups["host"].Success && path is not ['/', ..]) ? "invalid URI for request"
            : BadEscape().IsMatch(path) ? $"invalid URL escape \"{BadEscape().Match(path).Value}\""
            : null;
        return wrong is null ? new UrlValue(text, parts) : new ErrorValue($"URL parse error during conversion from string: parse \"{text}\": {wrong}");
    }

    [GeneratedRegex(@"^(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?://(?:[^@/?#]*@)?(?<host>\[[^\]/?#]*\]|[^:/?#]*)(?::(?<port>[0-9]*))?(?=[/?#]|$))?(?<path>[^?#]*)(?:\?(?<query>[^#]*))?(?:#.*)?$", RegexOptions.Singleline)]
    private static partial Regex Url();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2}).{0,2}")]
    private static partial Regex BadEscape();
}

/// <summary>The parts of URLs.</summary>
internal static class UrlLibrary
{
    private static readonly CelType Type = CelType.Opaque(UrlValue.TypeText);

    public static IEnumerable<Overload> Overloads =>
    [
        Global("url", "string_to_url", [CelType.String], Type, a => UrlValue.Read(((StringValue)a[0]).Value)),
        Global("isURL", "is_url_string", [CelType.String], CelType.Bool, a => BoolValue.Of(UrlValue.Read(((StringValue)a[0]).Value) is UrlValue)),
        Part("getScheme", "url_get_scheme", url => url.Scheme),
        Part("getHost", "url_get_host", url => url.Port.Length > 0 ? $"{url.Host}:{url.Port}" : url.Host),
        Part("getHostname", "url_get_hostname", url => url.Host.Trim('[', ']')),
        Part("getPort", "url_get_port", url => url.Port),
        Part("getEscapedPath", "url_get_escaped_path", url => url.EscapedPath),
        Member("getQuery", "url_get_query", [Type], CelType.MapOf(CelType.String, CelType.ListOf(CelType.String)), a => Query(((UrlValue)a[0]).Query)),
    ];

    private static Overload Part(string function, string id, Func<UrlValue, string> part) =>
        Member(function, id, [Type], CelType.String, a => new StringValue(part((UrlValue)a[0])));

    private static DictionaryMap Query(string query)
    {
        var values = DictionaryMap.NewEntries();
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries).Where(pair => !pair.Contains(';')))
        {
            var (name, value) = pair.IndexOf('=') is var at && at >= 0 ? (pair[..at], pair[(at + 1)..]) : (pair, "");
            var key = new StringValue(WebUtility.UrlDecode(name));
            var before = values.TryGetValue(key, out var known) ? ((ListValue)known).Elements() : [];
            values[key] = new ArrayList([.. before, new StringValue(WebUtility.UrlDecode(value))]);
        }

        return new(values);
    }
}

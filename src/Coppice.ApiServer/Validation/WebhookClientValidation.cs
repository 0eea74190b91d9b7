using System.Text.RegularExpressions;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Validation;

/// <summary>How webhooks are reached, whatever they are for.</summary>
internal static partial class WebhookClientValidation
{
    private const string Form = "; desired format: https://host[/path]";

    /// <param name="path">Of the client's configuration.</param>
    public static Findings<FieldError> Validate(FieldPath path, WebhookClientConfig client) => (client.Url, client.Service) switch
    {
        ({ } url, null) => Url(path.Child("url"), url),
        (null, { } service) => Service(path.Child("service"), service),
        _ => [FieldError.Required(path, "exactly one of url or service is required")],
    };

    private static Findings<FieldError> Url(FieldPath path, string url)
    {
        if (Problem(url) is { } problem)
        {
            return [FieldError.Required(path, $"url must be a valid URL: parse {QuotedText.Of(url)}: {problem}{Form}")];
        }

        var parts = UrlParts().Match(url);
        var (scheme, authority) = (parts.Groups["scheme"].Value.ToLowerInvariant(), parts.Groups["authority"].Value);
        var (fragment, query) = (parts.Groups["fragment"].Value, parts.Groups["query"].Value);
        var at = authority.LastIndexOf('@');
        var host = authority[(at + 1)..];
        return
        [
            .. FieldRules.If(scheme != "https", () => FieldError.Invalid(path, scheme, $"'https' is the only allowed URL scheme{Form}")),
            .. FieldRules.If(host.Length == 0, () => FieldError.Invalid(path, host, $"host must be provided{Form}")),
            .. FieldRules.If(at >= 0, () => FieldError.Invalid(path, authority[..at], "user information is not permitted in the URL")),
            .. FieldRules.If(fragment.Length > 0, () => FieldError.Invalid(path, fragment, "fragments are not permitted in the URL")),
            .. FieldRules.If(query.Length > 0, () => FieldError.Invalid(path, query, "query parameters are not permitted in the URL")),
        ];
    }

    /// <summary>Why a text is no URL to Go; null if it is one.</summary>
    private static string? Problem(string url) =>
        url.Any(c => c is < ' ' or '\u007F') ? "net/url: invalid control character in URL"
        : url.StartsWith(':') ? "missing protocol scheme"
        : UrlParts().Match(url).Groups["authority"].Value is var authority && authority.Contains(' ') ? "invalid character \" \" in host name"
        : Port().Match(authority[(authority.LastIndexOf('@') + 1)..]) is { Success: true } port && !port.ValueSpan[1..].ContainsOnlyDigits() ? $"invalid port {QuotedText.Of(port.Value)} after host"
        : null;

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;

    private static Findings<FieldError> Service(FieldPath path, ServiceReference service) =>
    [
        .. FieldRules.Required(path.Child("name"), service.Name, "service name is required"),
        .. FieldRules.Required(path.Child("namespace"), service.Namespace, "service namespace is required"),
        .. FieldRules.If(
            service.Port is < 1 or > 65535,
            () => FieldError.Invalid(path.Child("port"), service.Port, $"port is not valid: {FieldRules.Between(1, 65535)}")),
        .. Path(path.Child("path"), service.Path ?? ""),
    ];

    private static Findings<FieldError> Path(FieldPath path, string text)
    {
        if (text is "" or "/")
        {
            return [];
        }

        if (text == "//")
        {
            return [FieldError.Invalid(path, text, "segment[0] may not be empty")];
        }

        var errors = FieldRules.If(text[0] != '/', () => FieldError.Invalid(path, text, "must start with a '/'"));
        var segments = (text.EndsWith('/') ? text[1..^1] : text[1..]).Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i].Length == 0)
            {
                errors.Add(FieldError.Invalid(path, text, $"segment[{i}] may not be empty"));
                continue;
            }

            foreach (var problem in Names.Subdomain(segments[i]))
            {
                errors.Add(FieldError.Invalid(path, text, $"segment[{i}]: {problem}"));
            }
        }

        return errors;
    }

    [GeneratedRegex(@"^(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?://(?<authority>[^/?#]*))?[^?#]*(?:\?(?<query>[^#]*))?(?:#(?<fragment>.*))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex UrlParts();

    [GeneratedRegex(@":[^:\]]*$")]
    private static partial Regex Port();
}

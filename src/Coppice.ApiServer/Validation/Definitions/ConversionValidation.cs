using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>How a definition's versions are turned into each other. The names of fields in errors are Kubernetes' internal ones.</summary>
internal static class ConversionValidation
{
    private static readonly string[] KnownReviews = ["v1", "v1beta1"];

    public static Findings<FieldError> Validate(FieldPath path, CustomResourceConversion? conversion)
    {
        if (conversion is null)
        {
            return [];
        }

        var errors = FieldRules.OneOf(
            path.Child("strategy"), conversion.Strategy, ConversionStrategyType.None, ConversionStrategyType.Webhook);
        var client = path.Child("webhookClientConfig");
        var versions = path.Child("conversionReviewVersions");
        var webhook = conversion.Webhook;
        if (conversion.Strategy == ConversionStrategyType.Webhook)
        {
            errors.AddRange(webhook?.ClientConfig is { } config ? OfClient(client, config)
                : [FieldError.Required(client, "required when strategy is set to Webhook")]);
            errors.AddRange(OfReviews(versions, webhook?.ConversionReviewVersions ?? default));
            return errors;
        }

        const string NotSet = "should not be set when strategy is not set to Webhook";
        errors.AddRange(FieldRules.If(webhook?.ClientConfig is not null, () => FieldError.Forbidden(client, NotSet)));
        errors.AddRange(FieldRules.If(webhook is { ConversionReviewVersions.IsEmpty: false }, () => FieldError.Forbidden(versions, NotSet)));
        return errors;
    }

    private static Findings<FieldError> OfClient(FieldPath path, WebhookClientConfig config) => (config.Url, config.Service) switch
    {
        ({ } url, null) => OfUrl(path.Child("url"), url),
        (null, { } service) => OfService(path.Child("service"), service),
        _ => [FieldError.Required(path, "exactly one of url or service is required")],
    };

    private static Findings<FieldError> OfUrl(FieldPath path, string url)
    {
        const string Form = "; desired format: https://host[/path]";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            return [FieldError.Required(path, $"url must be a valid URL: parse {QuotedText.Of(url)}: invalid URI for request{Form}")];
        }

        return
        [
            .. FieldRules.If(address.Scheme != "https", () => FieldError.Invalid(
                path, address.Scheme, $"'https' is the only allowed URL scheme{Form}")),
            .. FieldRules.If(address.Host.Length == 0, () => FieldError.Invalid(path, "", $"host must be specified{Form}")),
            .. FieldRules.If(address.UserInfo.Length > 0, () => FieldError.Invalid(
                path, address.UserInfo, "user information is not permitted in the URL")),
            .. FieldRules.If(address.Fragment.Length > 0, () => FieldError.Invalid(
                path, address.Fragment.TrimStart('#'), "fragments are not permitted in the URL")),
            .. FieldRules.If(address.Query.Length > 0, () => FieldError.Invalid(
                path, address.Query.TrimStart('?'), "query parameters are not permitted in the URL")),
        ];
    }

    private static Findings<FieldError> OfService(FieldPath path, ServiceReference service)
    {
        var port = service.Port ?? 443;
        return
        [
            .. FieldRules.Required(path.Child("name"), service.Name, "service name is required"),
            .. FieldRules.Required(path.Child("namespace"), service.Namespace, "service namespace is required"),
            .. FieldRules.If(port is < 1 or > 65535, () => FieldError.Invalid(
                path.Child("port"), port, $"port is not valid: {FieldRules.Between(1, 65535)}")),
            .. OfPath(path.Child("path"), service.Path),
        ];
    }

    private static Findings<FieldError> OfPath(FieldPath path, string? urlPath)
    {
        if (urlPath is null || urlPath == "/")
        {
            return [];
        }

        if (!urlPath.StartsWith('/'))
        {
            return [FieldError.Invalid(path, urlPath, "must start with a '/'")];
        }

        var errors = Findings<FieldError>.None;
        var steps = urlPath[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i];
            if (step.Length == 0 && i < steps.Length - 1)
            {
                errors.Add(FieldError.Invalid(path, urlPath, $"segment[{i}] may not be empty"));
            }
            else if (step.Length > 0 && Names.Subdomain(step) is { Count: > 0 } wrong)
            {
                errors.Add(FieldError.Invalid(path, urlPath, $"segment[{i}]: {wrong[0]}"));
            }
        }

        return errors;
    }

    private static Findings<FieldError> OfReviews(FieldPath path, ValueList<string> versions)
    {
        if (versions.IsEmpty)
        {
            return [FieldError.Required(path)];
        }

        var errors = Findings<FieldError>.None;
        for (var i = 0; i < versions.Count; i++)
        {
            errors.AddRange(versions.Take(i).Contains(versions[i])
                ? [FieldError.Invalid(path.Index(i), versions[i], "duplicate version")]
                : FieldRules.Named(path.Index(i), versions[i], Names.OldLabel));
        }

        errors.AddRange(FieldRules.If(
            !versions.Any(KnownReviews.Contains), () => FieldError.Invalid(path, versions, $"must include at least one of {string.Join(", ", KnownReviews)}")));
        return errors;
    }
}

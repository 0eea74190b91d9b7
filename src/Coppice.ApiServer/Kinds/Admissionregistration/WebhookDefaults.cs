using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>What is meant where a webhook's terms do not say it.</summary>
internal static class WebhookDefaults
{
    public const int TimeoutSeconds = 10;

    private const int ServicePort = 443;

    public static ValueList<RuleWithOperations> Of(ValueList<RuleWithOperations> rules) =>
        rules.Any(rule => rule.Scope is null) ? rules.ConvertAll(rule => rule.Scope is null ? rule with { Scope = ScopeType.All } : rule) : rules;

    public static WebhookClientConfig Of(WebhookClientConfig client) =>
        client.Service is { Port: null } service ? client with { Service = service with { Port = ServicePort } } : client;
}

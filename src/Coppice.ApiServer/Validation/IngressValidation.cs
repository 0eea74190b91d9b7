using System.Text.Json;
using System.Text.RegularExpressions;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Validation;

/// <summary>Ingresses and their classes.</summary>
internal static partial class IngressValidation
{
    public const string ClassNote = "kubernetes.io/ingress.class";

    private const int ControllerLimit = 250;

    private const string UrlPathForm = @"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+";

    private const string NoAddress = "must be a DNS name, not an IP address";

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    // What the list of rules is when there is none, as it is shown.
    private static readonly JsonElement Nothing = JsonElement.Parse("null");

    // Proxies differ in what they make of these.
    private static readonly string[] OddSequences = ["//", "/./", "/../", "%2f", "%2F"];

    private static readonly string[] OddEnds = ["/..", "/."];

    public static Findings<FieldError> Spec(IngressSpec spec) =>
    [
        .. FieldRules.If(
            spec.Rules.IsEmpty && spec.DefaultBackend is null,
            () => FieldError.Invalid(SpecPath, Nothing, "either `defaultBackend` or `rules` must be specified")),
        .. spec.DefaultBackend is { } backend ? Backend(SpecPath.Child("defaultBackend"), backend) : [],
        .. FieldRules.Each(SpecPath.Child("rules"), spec.Rules, Rule),
        .. FieldRules.Each(SpecPath.Child("tls"), spec.Tls, Tls),
        .. spec.IngressClassName is { } name ? FieldRules.Named(SpecPath.Child("ingressClassName"), name, Names.Subdomain) : [],
    ];

    /// <summary>Who is new names the class in the field or in the older annotation, not two of them.</summary>
    public static Findings<FieldError> ClassOf(Ingress item) =>
        item.Metadata.Annotations.Find(ClassNote) is { } noted && item.Spec.IngressClassName is { } name && noted != name
            ? [FieldError.Invalid(FieldPath.Of("annotations", ClassNote), noted, "must match `ingressClassName` when both are specified")]
            : [];

    public static Findings<FieldError> Status(IngressStatus status)
    {
        var path = FieldPath.Of("status", "loadBalancer", "ingress");
        return FieldRules.Each(path, status.LoadBalancer.Ingress, (at, way) =>
        [
            .. string.IsNullOrEmpty(way.Ip) ? [] : FieldRules.Address(at.Child("ip"), way.Ip),
            .. string.IsNullOrEmpty(way.Hostname) ? [] : Hostname(at.Child("hostname"), way.Hostname),
        ]);
    }

    public static Findings<FieldError> Class(IngressClassSpec spec) =>
    [
        .. Controller(SpecPath.Child("controller"), spec.Controller),
        .. spec.Parameters is { } parameters ? Parameters(SpecPath.Child("parameters"), parameters) : [],
    ];

    private static Findings<FieldError> Hostname(FieldPath path, string name) =>
    [
        .. FieldRules.Named(path, name, Names.Subdomain),
        .. FieldRules.If(FieldRules.IsAddress(name, null), () => FieldError.Invalid(path, name, NoAddress)),
    ];

    private static Findings<FieldError> Rule(FieldPath path, IngressRule rule) =>
    [
        .. string.IsNullOrEmpty(rule.Host) ? [] : Host(path.Child("host"), rule.Host),
        .. rule.Http is { } http ? Http(path.Child("http", "paths"), http) : [],
    ];

    private static Findings<FieldError> Host(FieldPath path, string host) =>
    [
        .. FieldRules.If(FieldRules.IsAddress(host, null), () => FieldError.Invalid(path, host, NoAddress)),
        .. HostName(path, host),
    ];

    private static Findings<FieldError> HostName(FieldPath path, string host) =>
        FieldRules.Named(path, host, host.Contains('*') ? Names.Wildcard : Names.Subdomain);

    private static Findings<FieldError> Http(FieldPath path, HTTPIngressRuleValue http) =>
    [
        .. FieldRules.If(http.Paths.IsEmpty, () => FieldError.Required(path)),
        .. FieldRules.Each(path, http.Paths, HttpPath),
    ];

    private static Findings<FieldError> HttpPath(FieldPath path, HTTPIngressPath rule)
    {
        if (rule.PathType is not { } type)
        {
            return [FieldError.Required(path.Child("pathType"), "pathType must be specified")];
        }

        return
        [
            .. type switch
            {
                PathType.Exact or PathType.Prefix => PlainPath(path.Child("path"), rule.Path ?? ""),
                PathType.ImplementationSpecific => string.IsNullOrEmpty(rule.Path) ? [] : AbsolutePath(path.Child("path"), rule.Path),
                _ => [FieldError.NotSupported(path.Child("pathType"), type, PathType.Exact, PathType.ImplementationSpecific, PathType.Prefix)],
            },
            .. Backend(path.Child("backend"), rule.Backend),
        ];
    }

    private static Findings<FieldError> AbsolutePath(FieldPath path, string value) =>
        FieldRules.If(!value.StartsWith('/'), () => FieldError.Invalid(path, value, "must be an absolute path"));

    private static Findings<FieldError> PlainPath(FieldPath path, string value) =>
    [
        .. AbsolutePath(path, value),
        .. OddSequences
            .Where(odd => value.Contains(odd, StringComparison.Ordinal))
            .Select(odd => FieldError.Invalid(path, value, $"must not contain '{odd}'")),
        .. OddEnds
            .Where(odd => value.EndsWith(odd, StringComparison.Ordinal))
            .Select(odd => FieldError.Invalid(path, value, $"cannot end with '{odd}'")),
    ];

    private static Findings<FieldError> Backend(FieldPath path, IngressBackend backend) => backend switch
    {
        { Resource: not null, Service: not null } => [FieldError.Invalid(path, "", "cannot set both resource and service backends")],
        { Resource: { } resource } => Reference(path.Child("resource"), resource),
        { Service: { } service } =>
        [
            .. FieldRules.RequiredName(path.Child("service", "name"), service.Name, Names.Label),
            .. Port(path, service.Port),
        ],
        _ => [FieldError.Invalid(path, "", "resource or service backend is required")],
    };

    private static Findings<FieldError> Port(FieldPath backend, ServiceBackendPort port)
    {
        var path = backend.Child("service", "port");
        return (string.IsNullOrEmpty(port.Name), port.Number == 0) switch
        {
            (false, false) => [FieldError.Invalid(backend, "", "cannot set both port name & port number")],
            (false, true) => FieldRules.Named(path.Child("name"), port.Name!, Names.PortName),
            (true, false) => FieldRules.Port(path.Child("number"), port.Number),
            _ => [FieldError.Required(backend, "port name or number is required")],
        };
    }

    private static Findings<FieldError> Tls(FieldPath path, IngressTLS tls) =>
    [
        .. FieldRules.Each(path.Child("hosts"), tls.Hosts, HostName),
        .. string.IsNullOrEmpty(tls.SecretName) ? [] : FieldRules.Named(path.Child("secretName"), tls.SecretName, Names.Subdomain),
    ];

    private static Findings<FieldError> Controller(FieldPath path, string? controller)
    {
        if (string.IsNullOrEmpty(controller))
        {
            return [FieldError.Required(path)];
        }

        return
        [
            .. FieldRules.If(LabelValidation.ByteCount(controller) > ControllerLimit, () => FieldError.TooLong(path, ControllerLimit)),
            .. DomainPrefixed(path, controller),
        ];
    }

    private static Findings<FieldError> DomainPrefixed(FieldPath path, string value)
    {
        if (value.Split('/', 2) is not [{ Length: > 0 } domain, { Length: > 0 } rest])
        {
            return [FieldError.Invalid(path, value, "must be a domain-prefixed path (such as \"acme.io/foo\")")];
        }

        return
        [
            .. FieldRules.Named(path, domain, Names.Subdomain),
            .. FieldRules.If(
                !IsUrlPath().IsMatch(rest), () => FieldError.Invalid(path, rest, $"Invalid path (regex used for validation is '{UrlPathForm}')")),
        ];
    }

    private static Findings<FieldError> Parameters(FieldPath path, IngressClassParametersReference reference) =>
    [
        .. Reference(path, new TypedLocalObjectReference { ApiGroup = reference.ApiGroup, Kind = reference.Kind, Name = reference.Name }),
        .. Scope(path, reference),
    ];

    private static Findings<FieldError> Scope(FieldPath path, IngressClassParametersReference reference) => reference switch
    {
        { Scope: null } => [FieldError.Required(path.Child("scope"))],
        { Scope: IngressClassParametersReferenceScope.Namespace, Namespace: null } =>
            [FieldError.Required(path.Child("namespace"), "`parameters.scope` is set to 'Namespace'")],
        { Scope: IngressClassParametersReferenceScope.Namespace, Namespace: { } space } => FieldRules.Named(path.Child("namespace"), space, Names.Label),
        { Scope: IngressClassParametersReferenceScope.Cluster, Namespace: null } => [],
        { Scope: IngressClassParametersReferenceScope.Cluster } =>
            [FieldError.Forbidden(path.Child("namespace"), "`parameters.scope` is set to 'Cluster'")],
        _ =>
        [
            FieldError.NotSupported(
                path.Child("scope"),
                reference.Scope,
                IngressClassParametersReferenceScope.Cluster,
                IngressClassParametersReferenceScope.Namespace),
        ],
    };

    private static Findings<FieldError> Reference(FieldPath path, TypedLocalObjectReference reference) =>
    [
        .. reference.ApiGroup is { } group ? FieldRules.Named(path.Child("apiGroup"), group, Names.Subdomain) : [],
        .. FieldRules.RequiredName(path.Child("kind"), reference.Kind, Names.PathSegment),
        .. FieldRules.RequiredName(path.Child("name"), reference.Name, Names.PathSegment),
    ];

    [GeneratedRegex(@"\A" + UrlPathForm + @"\z")]
    private static partial Regex IsUrlPath();
}

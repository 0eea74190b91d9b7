using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Flowcontrol;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Validation;

/// <summary>Which requests belong together.</summary>
internal static class FlowSchemaValidation
{
    private const string Everything = "*";

    private const string Exempt = "exempt";

    private const int LastPrecedence = 10000;

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    // In the order in which a message shows them.
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

    public static Findings<FieldError> Validate(FlowSchema item) =>
    [
        .. Spec(item.Metadata.Name ?? "", item.Spec),
        .. FieldRules.If(
            FlowDefaults.MandatorySchemas.FirstOrDefault(one => one.Metadata.Name == item.Metadata.Name) is { } fixedOne && fixedOne.Spec != item.Spec,
            () => FieldError.Invalid(SpecPath, item.Spec, $"spec of '{item.Metadata.Name}' must equal the fixed value")),
    ];

    /// <summary>Of schemas and of levels.</summary>
    public static Findings<FieldError> Conditions<T>(ValueList<T> conditions, Func<T, string?> typeOf)
    {
        var path = FieldPath.Of("status", "conditions");
        return
        [
            .. FieldRules.Repeated(conditions, typeOf).Select(r => FieldError.Duplicate(path.Index(r.Index).Child("type"), r.Key ?? "")),
            .. FieldRules.Each(path, conditions, (at, condition) => FieldRules.Required(at.Child("type"), typeOf(condition), "must not be empty")),
        ];
    }

    private static Findings<FieldError> Spec(string name, FlowSchemaSpec spec)
    {
        var (precedence, level) = (SpecPath.Child("matchingPrecedence"), SpecPath.Child("priorityLevelConfiguration", "name"));
        return
        [
            .. FieldRules.If(spec.MatchingPrecedence <= 0, () => FieldError.Invalid(precedence, spec.MatchingPrecedence, "must be a positive value")),
            .. FieldRules.If(
                spec.MatchingPrecedence > LastPrecedence,
                () => FieldError.Invalid(precedence, spec.MatchingPrecedence, $"must not be greater than {LastPrecedence}")),
            .. FieldRules.If(
                spec.MatchingPrecedence == 1 && name != Exempt,
                () => FieldError.Invalid(precedence, spec.MatchingPrecedence, "only the schema named 'exempt' may have matchingPrecedence 1")),
            .. FieldRules.If(
                spec.DistinguisherMethod is { Type: not (FlowDistinguisherMethodType.ByNamespace or FlowDistinguisherMethodType.ByUser) },
                () => FieldError.NotSupported(
                    SpecPath.Child("distinguisherMethod", "type"),
                    spec.DistinguisherMethod,
                    FlowDistinguisherMethodType.ByNamespace,
                    FlowDistinguisherMethodType.ByUser)),
            .. spec.PriorityLevelConfiguration.Name.Length == 0
                ? [FieldError.Required(level, "must reference a priority level")]
                : FieldRules.Named(level, spec.PriorityLevelConfiguration.Name, Names.Subdomain),
            .. FieldRules.Each(SpecPath.Child("rules"), spec.Rules, Rule),
        ];
    }

    private static Findings<FieldError> Rule(FieldPath path, PolicyRulesWithSubjects rule) =>
    [
        .. FieldRules.If(rule.Subjects.IsEmpty, () => FieldError.Required(path.Child("subjects"), "subjects must contain at least one value")),
        .. FieldRules.Each(path.Child("subjects"), rule.Subjects, OneSubject),
        .. FieldRules.If(
            rule.ResourceRules.IsEmpty && rule.NonResourceRules.IsEmpty,
            () => FieldError.Required(path, "at least one of resourceRules and nonResourceRules has to be non-empty")),
        .. FieldRules.Each(path.Child("resourceRules"), rule.ResourceRules, ResourceRule),
        .. FieldRules.Each(path.Child("nonResourceRules"), rule.NonResourceRules, PathRule),
    ];

    private static Findings<FieldError> OneSubject(FieldPath path, Subject subject)
    {
        if (subject.Kind is not (SubjectKind.User or SubjectKind.Group or SubjectKind.ServiceAccount))
        {
            return [FieldError.NotSupported(path.Child("kind"), subject.Kind, SubjectKind.Group, SubjectKind.ServiceAccount, SubjectKind.User)];
        }

        return
        [
            .. Part(path, subject.Kind, SubjectKind.User, "user", subject.User, (at, user) => FieldRules.Required(at.Child("name"), user.Name)),
            .. Part(path, subject.Kind, SubjectKind.Group, "group", subject.Group, (at, group) => FieldRules.Required(at.Child("name"), group.Name)),
            .. Part(path, subject.Kind, SubjectKind.ServiceAccount, "serviceAccount", subject.ServiceAccount, Account),
        ];
    }

    private static Findings<FieldError> Part<T>(
        FieldPath path, string kind, string own, string field, T? part, Func<FieldPath, T, Findings<FieldError>> rule)
        where T : class =>
        (kind == own, part) switch
        {
            (true, null) => [FieldError.Required(path.Child(field), $"{field} is required when subject kind is '{own}'")],
            (true, { } given) => rule(path.Child(field), given),
            (false, null) => [],
            _ => [FieldError.Forbidden(path.Child(field), $"{field} is forbidden when subject kind is not '{own}'")],
        };

    private static Findings<FieldError> Account(FieldPath path, ServiceAccountSubject account) =>
    [
        .. account.Name == Everything ? [] : FieldRules.RequiredName(path.Child("name"), account.Name, Names.Subdomain),
        .. account.Namespace.Length == 0
            ? [FieldError.Required(path.Child("namespace"), "must specify namespace for service account")]
            : FieldRules.Named(path.Child("namespace"), account.Namespace, Names.Label),
    ];

    private static Findings<FieldError> ResourceRule(FieldPath path, ResourcePolicyRule rule) =>
    [
        .. VerbList(path.Child("verbs"), rule.Verbs),
        .. All(path.Child("apiGroups"), rule.ApiGroups, "resource rules must supply at least one api group", "api groups"),
        .. All(path.Child("resources"), rule.Resources, "resource rules must supply at least one resource", "resources"),
        .. Namespaces(path.Child("namespaces"), rule),
    ];

    private static Findings<FieldError> Namespaces(FieldPath path, ResourcePolicyRule rule)
    {
        if (rule.Namespaces.IsEmpty)
        {
            return rule.ClusterScope
                ? []
                : [FieldError.Required(path, "resource rules that are not cluster scoped must supply at least one namespace")];
        }

        return rule.Namespaces.Contains(Everything)
            ? Alone(path, rule.Namespaces, "namespaces")
            : FieldRules.Each(path, rule.Namespaces, (at, space) =>
                [.. Names.Label(space).Select(why => FieldError.Invalid(at, space, $"each member of this list must be '*' or a DNS-1123 label; {why}"))]);
    }

    private static Findings<FieldError> PathRule(FieldPath path, NonResourcePolicyRule rule)
    {
        var urls = path.Child("nonResourceURLs");
        return
        [
            .. VerbList(path.Child("verbs"), rule.Verbs),
            .. All(urls, rule.NonResourceURLs, "nonResourceURLs must contain at least one value", "non-resource URLs"),
            .. rule.NonResourceURLs.Contains(Everything) ? [] : FieldRules.Each(urls, rule.NonResourceURLs, Url),
        ];
    }

    private static Findings<FieldError> Url(FieldPath path, string url)
    {
        var why = url switch
        {
            "" => "must not be empty",
            "/" => null,
            _ when url[0] != '/' => "must start with slash",
            _ when url.Contains(' ') => "must not contain white-space",
            _ when url.Contains("//", StringComparison.Ordinal) => "must not contain double slash",
            _ when url.Contains('*') && (url.IndexOf('*') != url.Length - 1 || !url.EndsWith("/*", StringComparison.Ordinal)) =>
                "wildcard can only do suffix matching",
            _ => null,
        };
        return why is null ? [] : [FieldError.Invalid(path, url, why)];
    }

    private static Findings<FieldError> VerbList(FieldPath path, ValueList<string> verbs) =>
        verbs.IsEmpty || verbs.Contains(Everything) ? All(path, verbs, "verbs must contain at least one value", "verbs")
        : FieldRules.If(verbs.Any(verb => !Verbs.Contains(verb)), () => FieldError.NotSupported(path, verbs, Verbs));

    private static Findings<FieldError> All(FieldPath path, ValueList<string> values, string missing, string others) =>
        values.IsEmpty ? [FieldError.Required(path, missing)] : Alone(path, values, others);

    private static Findings<FieldError> Alone(FieldPath path, ValueList<string> values, string others) => FieldRules.If(
        values.Count > 1 && values.Contains(Everything),
        () => FieldError.Invalid(path, values, $"if '*' is present, must not specify other {others}"));
}

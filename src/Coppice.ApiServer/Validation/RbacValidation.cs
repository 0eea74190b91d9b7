using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Validation;

/// <summary>Roles and their bindings.</summary>
public static class RbacValidation
{
    public const string Group = "rbac.authorization.k8s.io";

    private const string ClusterRoleKind = "ClusterRole";

    private static readonly FieldPath RoleRefPath = FieldPath.Of("roleRef");

    /// <param name="isNamespaced">They are of a Role, which knows only its namespace.</param>
    public static Findings<FieldError> Rules(ValueList<PolicyRule> rules, bool isNamespaced) =>
        FieldRules.Each(FieldPath.Of("rules"), rules, (path, rule) => Rule(path, rule, isNamespaced));

    public static Findings<FieldError> Aggregation(AggregationRule? aggregation)
    {
        var path = FieldPath.Of("aggregationRule", "clusterRoleSelectors");
        return aggregation switch
        {
            null => [],
            { ClusterRoleSelectors.IsEmpty: true } =>
                [FieldError.Required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil")],
            _ => FieldRules.Each(path, aggregation.ClusterRoleSelectors, (at, selector) =>
            {
                var errors = LabelValidation.Selector(at, selector);
                return errors.Count == 0 ? errors : [.. errors, FieldError.Invalid(at, null, "invalid label selector.")];
            }),
        };
    }

    /// <param name="isNamespaced">It is a RoleBinding.</param>
    public static Findings<FieldError> Binding(RoleRef role, ValueList<Subject> subjects, bool isNamespaced) =>
    [
        .. FieldRules.If(role.ApiGroup != Group, () => FieldError.NotSupported(RoleRefPath.Child("apiGroup"), role.ApiGroup, Group)),
        .. FieldRules.If(!IsRole(role.Kind, isNamespaced), () => FieldError.NotSupported(
            RoleRefPath.Child("kind"), role.Kind, isNamespaced ? ["Role", ClusterRoleKind] : [ClusterRoleKind])),
        .. FieldRules.RequiredName(RoleRefPath.Child("name"), role.Name, Names.PathSegment),
        .. FieldRules.Each(FieldPath.Of("subjects"), subjects, (path, subject) => Subject(path, subject, isNamespaced)),
    ];

    public static Findings<FieldError> SameRole(RoleRef role, RoleRef old) =>
        FieldRules.If(role != old, () => FieldError.Invalid(RoleRefPath, role, "cannot change roleRef"));

    private static bool IsRole(string kind, bool isNamespaced) => kind == ClusterRoleKind || (isNamespaced && kind == "Role");

    private static Findings<FieldError> Rule(FieldPath path, PolicyRule rule, bool isNamespaced)
    {
        var errors = FieldRules.If(rule.Verbs.IsEmpty, () => FieldError.Required(path.Child("verbs"), "verbs must contain at least one value"));
        if (rule.NonResourceUrls.IsEmpty)
        {
            return
            [
                .. errors,
                .. FieldRules.If(
                    rule.ApiGroups.IsEmpty, () => FieldError.Required(path.Child("apiGroups"), "resource rules must supply at least one api group")),
                .. FieldRules.If(
                    rule.Resources.IsEmpty, () => FieldError.Required(path.Child("resources"), "resource rules must supply at least one resource")),
            ];
        }

        var urls = path.Child("nonResourceURLs");
        return
        [
            .. errors,
            .. FieldRules.If(isNamespaced, () => FieldError.Invalid(urls, rule.NonResourceUrls, "namespaced rules cannot apply to non-resource URLs")),
            .. FieldRules.If(
                !rule.ApiGroups.IsEmpty || !rule.Resources.IsEmpty || !rule.ResourceNames.IsEmpty,
                () => FieldError.Invalid(urls, rule.NonResourceUrls, "rules cannot apply to both regular resources and non-resource URLs")),
        ];
    }

    private static Findings<FieldError> Subject(FieldPath path, Subject subject, bool isNamespaced)
    {
        var errors = FieldRules.Required(path.Child("name"), subject.Name);
        var group = subject.ApiGroup ?? "";
        switch (subject.Kind)
        {
            case SubjectKind.ServiceAccount:
                errors.AddRange(subject.Name.Length > 0 ? FieldRules.Named(path.Child("name"), subject.Name, Names.Subdomain) : []);
                errors.AddRange(FieldRules.If(group.Length > 0, () => FieldError.NotSupported(path.Child("apiGroup"), group, "")));
                errors.AddRange(isNamespaced ? [] : FieldRules.Required(path.Child("namespace"), subject.Namespace));
                break;
            case SubjectKind.User or SubjectKind.Group:
                errors.AddRange(FieldRules.If(group != Group, () => FieldError.NotSupported(path.Child("apiGroup"), group, Group)));
                break;
            default:
                errors.Add(FieldError.NotSupported(path.Child("kind"), subject.Kind, SubjectKind.ServiceAccount, SubjectKind.User, SubjectKind.Group));
                break;
        }

        return errors;
    }
}

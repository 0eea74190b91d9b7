using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;

namespace Coppice.ApiServer.Validation;

/// <summary>Who serves which version of which group.</summary>
internal static class APIServiceValidation
{
    private const int LastGroupPriority = 20000;
    private const int LastVersionPriority = 1000;

    private static readonly FieldPath Path = FieldPath.Of("spec");

    public static Findings<FieldError> Validate(APIService item)
    {
        var spec = item.Spec;
        var (group, version) = (spec.Group ?? "", spec.Version ?? "");
        var wanted = $"{version}.{group}";
        return
        [
            .. FieldRules.If(
                item.Metadata.Name != wanted,
                () => FieldError.Invalid(FieldPath.Of("metadata", "name"), item.Metadata.Name, $"must be `spec.version+\".\"+spec.group`: {QuotedText.Of(wanted)}")),
            .. FieldRules.If(
                group.Length == 0 && version != "v1",
                () => FieldError.Required(Path.Child("group"), "only v1 may have an empty group and it better be legacy kube")),
            .. group.Length == 0 ? [] : FieldRules.Named(Path.Child("group"), group, Names.Subdomain),
            .. FieldRules.Named(Path.Child("version"), version, Names.OldLabel),
            .. FieldRules.If(
                spec.GroupPriorityMinimum is <= 0 or > LastGroupPriority,
                () => FieldError.Invalid(Path.Child("groupPriorityMinimum"), spec.GroupPriorityMinimum, "must be positive and less than 20000")),
            .. FieldRules.If(
                spec.VersionPriority is <= 0 or > LastVersionPriority,
                () => FieldError.Invalid(Path.Child("versionPriority"), spec.VersionPriority, "must be positive and less than 1000")),
            .. spec.Service is { } service ? Remote(spec, service) : Local(spec),
        ];
    }

    public static Findings<FieldError> ValidateStatus(APIServiceStatus status) => FieldRules.Each(
        FieldPath.Of("status", "conditions"),
        status.Conditions,
        (path, condition) => FieldRules.OneOf(path.Child("status"), condition.Status, "False", "True", "Unknown"));

    private static Findings<FieldError> Local(APIServiceSpec spec) =>
    [
        .. FieldRules.If(
            !spec.CaBundle.Bytes.IsEmpty,
            () => FieldError.Invalid(Path.Child("caBundle"), $"{spec.CaBundle.Bytes.Length} bytes", "local APIServices may not have a caBundle")),
        .. FieldRules.If(
            spec.InsecureSkipTLSVerify,
            () => FieldError.Invalid(Path.Child("insecureSkipTLSVerify"), true, "local APIServices may not have insecureSkipTLSVerify")),
    ];

    private static Findings<FieldError> Remote(APIServiceSpec spec, ServiceReference service)
    {
        var path = Path.Child("service");
        return
        [
            .. FieldRules.Required(path.Child("namespace"), service.Namespace),
            .. FieldRules.Required(path.Child("name"), service.Name),
            .. FieldRules.If(
                service.Port is < 1 or > 65535,
                () => FieldError.Invalid(path.Child("port"), service.Port, $"port is not valid: {FieldRules.Between(1, 65535)}")),
            .. FieldRules.If(
                spec.InsecureSkipTLSVerify && !spec.CaBundle.Bytes.IsEmpty,
                () => FieldError.Invalid(Path.Child("insecureSkipTLSVerify"), true, "may not be true if caBundle is present")),
        ];
    }
}

using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>The variables of a container, and the fields of the pod that they may be taken from.</summary>
internal static class EnvironmentValidation
{
    private const string OneOnly = "may not have more than one field specified at a time";

    private static readonly string[] VariableFields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    private static readonly string[] FileFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    private static readonly string[] OtherFields = ["spec.restartPolicy", "spec.schedulerName", "status.phase"];

    public static Findings<FieldError> Variables(FieldPath path, ValueList<EnvVar> variables) => FieldRules.Each(path, variables, Variable);

    public static Findings<FieldError> Sources(FieldPath path, ValueList<EnvFromSource> sources) => FieldRules.Each(path, sources, Source);

    /// <summary>A field that a file of a volume may show.</summary>
    public static Findings<FieldError> FileField(FieldPath path, ObjectFieldSelector field) => Field(path, field, FileFields);

    private static Findings<FieldError> Variable(FieldPath path, EnvVar variable) =>
    [
        .. FieldRules.RequiredName(path.Child("name"), variable.Name, Names.Variable),
        .. variable.ValueFrom is { } source ? Source(path.Child("valueFrom"), source, variable.Value) : [],
    ];

    private static Findings<FieldError> Source(FieldPath path, EnvVarSource source, string? value)
    {
        object?[] all = [source.FieldRef, source.ResourceFieldRef, source.ConfigMapKeyRef, source.SecretKeyRef, source.FileKeyRef];
        var given = all.Count(s => s is not null);
        if (given == 0)
        {
            return [FieldError.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`")];
        }

        return
        [
            .. source.FieldRef is { } field ? Field(path.Child("fieldRef"), field, VariableFields) : [],
            .. source.ResourceFieldRef is { } resource ? FieldRules.Required(path.Child("resourceFieldRef", "resource"), resource.Resource) : [],
            .. source.ConfigMapKeyRef is { } map ? Key(path.Child("configMapKeyRef"), map.Name, map.Key) : [],
            .. source.SecretKeyRef is { } secret ? Key(path.Child("secretKeyRef"), secret.Name, secret.Key) : [],
            .. value is not null
                ? [FieldError.Invalid(path, "", "may not be specified when `value` is not empty")]
                : given > 1 ? [FieldError.Invalid(path, "", OneOnly)] : Findings<FieldError>.None,
        ];
    }

    private static Findings<FieldError> Key(FieldPath path, string? name, string key) =>
    [
        .. FieldRules.Required(path.Child("name"), name),
        .. FieldRules.RequiredName(path.Child("key"), key, Names.ConfigKey),
    ];

    private static Findings<FieldError> Source(FieldPath path, EnvFromSource source) =>
    [
        .. source.Prefix is { } prefix ? FieldRules.Named(path.Child("prefix"), prefix, Names.Variable) : [],
        .. source.ConfigMapRef is { } map ? FieldRules.Required(path.Child("configMapRef", "name"), map.Name) : [],
        .. source.SecretRef is { } secret ? FieldRules.Required(path.Child("secretRef", "name"), secret.Name) : [],
        .. source switch
        {
            { ConfigMapRef: null, SecretRef: null } => [FieldError.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")],
            { ConfigMapRef: not null, SecretRef: not null } => [FieldError.Invalid(path, "", OneOnly)],
            _ => Findings<FieldError>.None,
        },
    ];

    private static Findings<FieldError> Field(FieldPath path, ObjectFieldSelector field, string[] supported)
    {
        var at = path.Child("fieldPath");
        if (field.FieldPath.Length == 0)
        {
            return [FieldError.Required(at)];
        }

        if (Subscript(field.FieldPath) is { } entry)
        {
            return entry.Map is "metadata.annotations" or "metadata.labels"
                ? FieldRules.Named(at, entry.Key, Names.Qualified)
                : [FieldError.Invalid(at, field.FieldPath, "does not support subscript")];
        }

        var known = VariableFields.Concat(FileFields).Concat(OtherFields).Contains(field.FieldPath);
        return !known
            ? [FieldError.Invalid(at, field.FieldPath, $"error converting fieldPath: field label not supported: {field.FieldPath}")]
            : supported.Contains(field.FieldPath) ? [] : [FieldError.NotSupported(at, field.FieldPath, supported)];
    }

    /// <summary>One label or annotation: <c>metadata.labels['app']</c>.</summary>
    private static (string Map, string Key)? Subscript(string path)
    {
        var open = path.IndexOf("['", StringComparison.Ordinal);
        return open > 0 && path.EndsWith("']", StringComparison.Ordinal) ? (path[..open], path[(open + 2)..^2]) : null;
    }
}

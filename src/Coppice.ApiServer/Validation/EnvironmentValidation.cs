using Coppice.ApiServer.Errors;
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

    private static readonly string[] ResourceFields =
    [
        "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory",
    ];

    private static readonly string[] CpuUnits = ["1m", "1"];

    private static readonly string[] ByteUnits = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

    private static readonly string[] OtherFields = ["spec.restartPolicy", "spec.schedulerName", "status.phase"];

    public static Findings<FieldError> Variables(FieldPath path, ValueList<EnvVar> variables) => FieldRules.Each(path, variables, Variable);

    public static Findings<FieldError> Sources(FieldPath path, ValueList<EnvFromSource> sources) => FieldRules.Each(path, sources, Source);

    /// <summary>A field that a file of a volume may show.</summary>
    public static Findings<FieldError> FileField(FieldPath path, ObjectFieldSelector field) => Field(path, field, FileFields);

    /// <summary>What a container was given, in units of which there are few.</summary>
    public static Findings<FieldError> Resource(FieldPath path, ResourceFieldSelector selector)
    {
        var (name, divisor) = (selector.Resource, selector.Divisor);
        var kind = name[(name.IndexOf('.') + 1)..];
        var (what, units) = kind switch
        {
            "cpu" => ("cpu", CpuUnits),
            "memory" => ("memory", ByteUnits),
            "ephemeral-storage" => ("local ephemeral storage", ByteUnits),
            _ => ("hugepages", ByteUnits),
        };
        var known = ResourceFields.Contains(name)
            || name.StartsWith("limits.hugepages-", StringComparison.Ordinal) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);
        return
        [
            .. name.Length == 0 ? [FieldError.Required(path.Child("resource"))]
                : known ? Findings<FieldError>.None : [FieldError.NotSupported(path.Child("resource"), name, ResourceFields)],
            .. FieldRules.If(
                known && !divisor.IsZero && !units.Contains(divisor.ToString()),
                () => FieldError.Invalid(
                    path.Child("divisor"),
                    name,
                    $"only divisor's values {(kind == "cpu" ? "1m and 1" : string.Join(", ", ByteUnits))} are supported with the {what} resource")),
        ];
    }

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
            .. source.ResourceFieldRef is { } resource ? Resource(path.Child("resourceFieldRef"), resource) : [],
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

using System.Text.Json;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.ApiServer.Validation;

/// <summary>ConfigMaps and Secrets.</summary>
internal static class ConfigurationValidation
{
    private const int SizeLimit = 1024 * 1024;

    private const string Sealed = "field is immutable when `immutable` is set";

    private const string Hidden = "<secret contents redacted>";

    private static readonly FieldPath Data = FieldPath.Of("data");

    public static Findings<FieldError> OfConfigMap(ConfigMap item)
    {
        var size = 0L;
        foreach (var (_, text) in item.Data)
        {
            size += LabelValidation.ByteCount(text);
        }

        foreach (var (_, bytes) in item.BinaryData)
        {
            size += bytes.Bytes.Length;
        }

        return
        [
            .. Keys(Data, item.Data),
            .. item.BinaryData.IsEmpty ? [] : InBoth(item),
            .. Keys(FieldPath.Of("binaryData"), item.BinaryData),
            // Kubernetes names no field here: it is their sum that is too long.
            .. size > SizeLimit ? [FieldError.TooLong(FieldPath.Of(""), SizeLimit)] : Findings<FieldError>.None,
        ];
    }

    public static Findings<FieldError> OfSecret(Secret item) =>
    [
        .. Keys(Data, item.Data),
        .. FieldRules.If(item.Data.Sum(d => (long)d.Value.Bytes.Length) > SizeLimit, () => FieldError.TooLong(Data, SizeLimit)),
        .. Promised(item),
    ];

    /// <summary>What is immutable stays so, with all it holds.</summary>
    public static Findings<FieldError> Kept(bool? immutable, bool? oldImmutable, params (string Field, bool Changed)[] data) => oldImmutable != true
        ? []
        :
        [
            .. FieldRules.If(immutable != true, () => FieldError.Forbidden(FieldPath.Of("immutable"), Sealed)),
            .. data.Where(d => d.Changed).Select(d => FieldError.Forbidden(FieldPath.Of(d.Field), Sealed)),
        ];

    private static Findings<FieldError> Keys<T>(FieldPath path, ValueMap<T> data)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (key, _) in data)
        {
            errors.AddRange(FieldRules.Named(path.Key(key), key, Names.ConfigKey));
        }

        return errors;
    }

    private static Findings<FieldError> InBoth(ConfigMap item) =>
    [
        .. item.Data.Keys.Where(item.BinaryData.ContainsKey)
            .Select(key => FieldError.Invalid(Data.Key(key), key, "duplicate of key present in binaryData")),
    ];

    private static Findings<FieldError> Promised(Secret item) => item.Type switch
    {
        SecretType.Kubernetesioserviceaccounttoken => FieldRules.Required(
            FieldPath.Of("metadata", "annotations").Key(AccountTokens.NameNote), item.Metadata.Annotations.Find(AccountTokens.NameNote)),
        SecretType.Kubernetesiodockercfg => Json(item, ".dockercfg"),
        SecretType.Kubernetesiodockerconfigjson => Json(item, ".dockerconfigjson"),
        SecretType.Kubernetesiobasicauth => item.Data.ContainsKey("username") || item.Data.ContainsKey("password")
            ? []
            : [FieldError.Required(Data.Key("username")), FieldError.Required(Data.Key("password"))],
        SecretType.Kubernetesiosshauth => FieldRules.If(
            item.Data.Find("ssh-privatekey").Bytes.IsEmpty, () => FieldError.Required(Data.Key("ssh-privatekey"))),
        SecretType.Kubernetesiotls => [.. Missing(item, "tls.crt"), .. Missing(item, "tls.key")],
        _ => [],
    };

    private static Findings<FieldError> Missing(Secret item, string key) =>
        FieldRules.If(!item.Data.ContainsKey(key), () => FieldError.Required(Data.Key(key)));

    private static Findings<FieldError> Json(Secret item, string key)
    {
        if (!item.Data.TryGetValue(key, out var content))
        {
            return [FieldError.Required(Data.Key(key))];
        }

        try
        {
            using var json = JsonDocument.Parse(content.Bytes);
            return FieldRules.If(
                json.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null),
                () => FieldError.Invalid(Data.Key(key), Hidden, $"json: cannot unmarshal {Shape(json.RootElement)} into Go value of type map[string]interface {{}}"));
        }
        catch (JsonException e)
        {
            return [FieldError.Invalid(Data.Key(key), Hidden, JsonSyntax.Describe(content.Bytes.Span, e))];
        }
    }

    private static string Shape(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "bool",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}

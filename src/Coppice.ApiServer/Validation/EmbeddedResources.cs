using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Schemas;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Validation;

/// <summary>Whole objects of the API inside of others: they say what they are, and their metadata is right.</summary>
internal static class EmbeddedResources
{
    /// <param name="path">Null for a whole object, which is not asked itself.</param>
    public static Findings<FieldError> Validate(JsonElement value, StructuralSchema schema, FieldPath? path)
    {
        var errors = Findings<FieldError>.None;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                if (schema.Source.XEmbeddedResource && path is not null)
                {
                    errors.AddRange(OfResource(value, path));
                }

                foreach (var property in value.EnumerateObject())
                {
                    var name = property.Name;
                    if (schema.Property(name) is { } known)
                    {
                        errors.AddRange(Validate(property.Value, known, path?.Child(name) ?? FieldPath.Of(name)));
                    }
                    else if (schema.Additional is { } additional)
                    {
                        errors.AddRange(Validate(property.Value, additional, (path ?? FieldPath.Of("")).Key(name)));
                    }
                }

                break;
            case JsonValueKind.Array when schema.Items is { } items:
                var index = 0;
                foreach (var element in value.EnumerateArray())
                {
                    errors.AddRange(Validate(element, items, (path ?? FieldPath.Of("")).Index(index++)));
                }

                break;
        }

        return errors;
    }

    private static Findings<FieldError> OfResource(JsonElement value, FieldPath path)
    {
        var errors = OfText(value, path.Child("apiVersion"), "apiVersion", OfVersion);
        errors.AddRange(OfText(value, path.Child("kind"), "kind", OfKind));
        if (FormerElements.Member(value, "metadata") is { } metadata)
        {
            errors.AddRange(OfMetadata(metadata, path.Child("metadata")));
        }

        return errors;
    }

    private static Findings<FieldError> OfText(
        JsonElement value, FieldPath path, string name, Func<FieldPath, string, Findings<FieldError>> rule)
    {
        if (FormerElements.Member(value, name) is not { } field)
        {
            return [FieldError.Required(path)];
        }

        return field.ValueKind != JsonValueKind.String ? [FieldError.Invalid(path, ValueRules.Shown(field), "must be a string")]
            : field.GetString() is { Length: > 0 } text ? rule(path, text)
            : [FieldError.Required(path)];
    }

    private static Findings<FieldError> OfVersion(FieldPath path, string text) =>
        FieldRules.If(text.Count(sign => sign == '/') > 1, () => FieldError.Invalid(path, text, $"unexpected GroupVersion string: {text}"));

    private static Findings<FieldError> OfKind(FieldPath path, string text) => Names.OldLabel(text.ToLowerInvariant()) is { Count: > 0 } wrong
        ? [FieldError.Invalid(path, text, $"may have mixed case, but should otherwise match: {string.Join(",", wrong)}")]
        : [];

    private static Findings<FieldError> OfMetadata(JsonElement value, FieldPath path)
    {
        try
        {
            return ObjectMetaValidation.ValidateEmbedded(path, ApiJson.Read<ObjectMeta>(value));
        }
        catch (JsonException e)
        {
            return [FieldError.Invalid(path, ValueRules.Shown(value), e.Message)];
        }
    }
}

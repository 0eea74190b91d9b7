using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Schemas;

/// <summary>Lists that are sets have no element twice, and those that are maps no key; what was so before may stay.</summary>
internal static class ListTypes
{
    /// <param name="path">Null for a whole object.</param>
    public static Findings<FieldError> Validate(JsonElement value, JsonElement? old, StructuralSchema schema, FieldPath? path)
    {
        var errors = Findings<FieldError>.None;
        if (old is { } before && JsonElement.DeepEquals(before, value))
        {
            return errors;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Array when schema.Items is { } items:
                errors.AddRange(Repeated(value, schema, path ?? FieldPath.Of("")));
                var former = FormerElements.Of(old, schema);
                var index = 0;
                foreach (var element in value.EnumerateArray())
                {
                    errors.AddRange(Validate(element, former.Find(element), items, path?.Index(index) ?? FieldPath.Of("").Index(index)));
                    index++;
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if ((schema.Property(property.Name) ?? schema.Additional) is { } known)
                    {
                        var name = property.Name;
                        errors.AddRange(Validate(
                            property.Value, FormerElements.Member(old, name), known, path?.Child(name) ?? FieldPath.Of(name)));
                    }
                }

                break;
        }

        return errors;
    }

    private static Findings<FieldError> Repeated(JsonElement list, StructuralSchema schema, FieldPath path)
    {
        var errors = Findings<FieldError>.None;
        if (schema.Source.XListType is not ("set" or "map"))
        {
            return errors;
        }

        var seen = new HashSet<JsonValue>();
        var told = new HashSet<JsonValue>();
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var key = schema.KeysOfItems.IsEmpty ? new JsonValue(element) : FormerElements.KeysOf(element, schema.KeysOfItems);
            if (!seen.Add(key) && told.Add(key))
            {
                errors.Add(FieldError.Duplicate(path.Index(index), ValueRules.Shown(key.Element)));
            }

            index++;
        }

        return errors;
    }
}

using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Validation;

/// <summary>What is wrong with the metadata of an object, whatever its kind.</summary>
public static class ObjectMetaValidation
{
    public static IEnumerable<FieldError> Validate(ObjectMeta metadata, ResourceDefinition definition)
    {
        if (string.IsNullOrEmpty(metadata.Name))
        {
            yield return FieldError.Required(FieldPath.Of("metadata", "name"), "name or generateName is required");
        }
    }

    public static IEnumerable<FieldError> ValidateUpdate(ObjectMeta metadata, ObjectMeta old, ResourceDefinition definition) => Validate(metadata, definition);
}

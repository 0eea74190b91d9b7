using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>The columns that kubectl prints of a definition's objects.</summary>
internal static class ColumnValidation
{
    private static readonly string[] Types = ["boolean", "date", "integer", "number", "string"];

    private static readonly string[] Formats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    public static Findings<FieldError> Validate(FieldPath path, ValueList<CustomResourceColumnDefinition> columns) =>
        FieldRules.Each(path, columns, OfColumn);

    private static Findings<FieldError> OfColumn(FieldPath path, CustomResourceColumnDefinition column)
    {
        var (type, jsonPath) = (path.Child("type"), path.Child("JSONPath"));
        var types = $"must be one of {string.Join(',', Types)}";
        return
        [
            .. FieldRules.Required(path.Child("name"), column.Name),
            .. column.Type.Length == 0 ? [FieldError.Required(type, types)]
                : FieldRules.If(!Types.Contains(column.Type), () => FieldError.Invalid(type, column.Type, types)),
            .. FieldRules.If(
                column.Format is not null && !Formats.Contains(column.Format),
                () => FieldError.Invalid(path.Child("format"), column.Format, $"must be one of {string.Join(',', Formats)}")),
            .. column.JsonPath.Length == 0 ? [FieldError.Required(jsonPath)] : SubresourceValidation.SimplePath(jsonPath, column.JsonPath),
        ];
    }
}

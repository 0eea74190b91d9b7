using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Cel.Rules;
using Coppice.Cel.Schemas;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Schemas;

/// <summary>The rules of a schema (x-kubernetes-validations), between the API's words and those of expressions.</summary>
internal static class RuleErrors
{
    private const string NotChecked =
        "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

    public static CelSchema SchemaOf(JSONSchemaProps schema) => CelSchema.Read(JsonSerializer.SerializeToElement(schema, ApiJson.TypeInfo<JSONSchemaProps>()));

    public static FieldError Of(RuleIssue issue)
    {
        var path = issue.Path.Length == 0 ? "<nil>" : issue.Path;
        return issue.Type switch
        {
            RuleIssueType.Forbidden => new(FieldErrorType.Forbidden, path, "", issue.Detail),
            RuleIssueType.Required => new(FieldErrorType.Required, path, "", issue.Detail),
            RuleIssueType.Duplicate => new(FieldErrorType.Duplicate, path, issue.Value, issue.Detail),
            RuleIssueType.NotSupported => FieldError.NotSupported(FieldPath.Of(path), issue.Value, issue.Detail.Split(',')),
            RuleIssueType.Internal => new(FieldErrorType.Internal, path, null, issue.Detail),
            _ => new(FieldErrorType.Invalid, path, issue.Value, issue.Detail),
        };
    }

    /// <summary>What an object's rules find; they are not asked about an object of another shape than they expect.</summary>
    /// <param name="found">What is wrong with it already.</param>
    public static Findings<FieldError> Of(SchemaRules rules, JsonElement item, JsonElement? old, Findings<FieldError> found)
    {
        if (rules.IsEmpty)
        {
            return [];
        }

        return found.Any(IsInTheWay)
            ? [new FieldError(FieldErrorType.Invalid, "<nil>", null, NotChecked)]
            : [.. rules.Validate(item, old).Issues.Select(Of)];
    }

    private static bool IsInTheWay(FieldError error) =>
        error.Type is FieldErrorType.Required or FieldErrorType.TooLong or FieldErrorType.TooMany or FieldErrorType.TypeInvalid;
}

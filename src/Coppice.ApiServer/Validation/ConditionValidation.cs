using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Validation;

/// <summary>The conditions of a status, where their writer is held to their form.</summary>
internal static class ConditionValidation
{
    private const int ReasonBytesMax = 1024;
    private const int MessageBytesMax = 32 * 1024;
    private const string NotSaid = "must be set";

    public static Findings<FieldError> Validate(FieldPath path, ValueList<Condition> conditions)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return FieldRules.Each(path, conditions, (at, one) =>
            [.. FieldRules.If(!seen.Add(one.Type), () => FieldError.Duplicate(at.Child("type"), one.Type)), .. Condition(at, one)]);
    }

    private static Findings<FieldError> Condition(FieldPath path, Condition condition)
    {
        var reason = path.Child("reason");
        return
        [
            .. FieldRules.Named(path.Child("type"), condition.Type, Names.Qualified),
            .. FieldRules.If(
                condition.Status is not ("False" or "True" or "Unknown"),
                () => FieldError.NotSupported(path.Child("status"), condition.Status, "False", "True", "Unknown")),
            .. FieldRules.If(
                condition.ObservedGeneration < 0,
                () => FieldError.Invalid(path.Child("observedGeneration"), condition.ObservedGeneration, "must be greater than or equal to zero")),
            .. FieldRules.If(condition.LastTransitionTime is null, () => FieldError.Required(path.Child("lastTransitionTime"), NotSaid)),
            .. condition.Reason.Length == 0 ? [FieldError.Required(reason, NotSaid)] : FieldRules.Named(reason, condition.Reason, Names.Reason),
            .. FieldRules.If(condition.Reason.Length > ReasonBytesMax, () => FieldError.TooLong(reason, ReasonBytesMax)),
            .. FieldRules.If(condition.Message.Length > MessageBytesMax, () => FieldError.TooLong(path.Child("message"), MessageBytesMax)),
        ];
    }
}

using System.Text.Json;

namespace Coppice.Cel.Schemas;

/// <summary>One of <c>x-kubernetes-validations</c>: what must hold of the values that it stands at.</summary>
/// <param name="Reason">The cause's reason: FieldValueInvalid, FieldValueForbidden, FieldValueRequired or FieldValueDuplicate; null means the first.</param>
/// <param name="FieldPath">Below the value, what is told of; <c>.a['b']</c>.</param>
/// <param name="OptionalOldSelf">oldSelf is an optional, and the rule is tried also where nothing was before.</param>
public sealed record ValidationRule(string Rule, string? Message = null, string? MessageExpression = null, string? Reason = null, string? FieldPath = null, bool? OptionalOldSelf = null)
{
    /// <summary>What is shown if it does not hold, and nobody says better.</summary>
    public string Shown => string.IsNullOrEmpty(Message) ? Rule.Trim() : Message.Trim();

    internal static ValidationRule Read(JsonElement rule)
    {
        return new(Text("rule") ?? "", Text("message"), Text("messageExpression"), Text("reason"), Text("fieldPath"), Flag("optionalOldSelf"));

        bool? Flag(string name) => rule.ValueKind == JsonValueKind.Object && rule.TryGetProperty(name, out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? flag.GetBoolean()
            : null;

        string? Text(string name) => rule.ValueKind == JsonValueKind.Object && rule.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}

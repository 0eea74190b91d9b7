using System.Text.Json;
using Coppice.Cel.Schemas;

namespace Coppice.Cel.Rules;

/// <summary>How a finding is told: the words of a field's error.</summary>
public enum RuleIssueType
{
    Invalid,
    Forbidden,
    Required,
    Duplicate,
    NotSupported,
    Internal,
}

/// <summary>Something wrong with a field: of a definition that has bad rules, or of an object that does not hold to good ones.</summary>
/// <param name="Path">From the root that was given.</param>
/// <param name="Value">What is shown as the bad value: a string, a Boolean or JSON.</param>
/// <param name="Detail">For <see cref="RuleIssueType.NotSupported"/>, the values that are, separated by commas.</param>
public sealed record RuleIssue(RuleIssueType Type, string Path, object? Value, string Detail)
{
    /// <summary>A rule as Kubernetes shows it as a bad value: by the names of its fields in Go.</summary>
    internal static JsonElement Show(ValidationRule rule)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("Rule", rule.Rule);
            writer.WriteString("Message", rule.Message ?? "");
            writer.WriteString("MessageExpression", rule.MessageExpression ?? "");
            writer.WriteString("Reason", rule.Reason);
            writer.WriteString("FieldPath", rule.FieldPath ?? "");
            if (rule.OptionalOldSelf is { } optional)
            {
                writer.WriteBoolean("OptionalOldSelf", optional);
            }
            else
            {
                writer.WriteNull("OptionalOldSelf");
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }
}

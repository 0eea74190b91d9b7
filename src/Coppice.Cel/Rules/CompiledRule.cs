using Coppice.Cel.Schemas;
using Coppice.Cel.Types;

namespace Coppice.Cel.Rules;

/// <summary>A rule that was read and checked against the type of what it stands at.</summary>
/// <param name="Condition">Null if the rule is empty or wrong.</param>
/// <param name="Error">What is wrong with it.</param>
/// <param name="Message">The messageExpression; null if there is none, or it is wrong.</param>
/// <param name="Path">The field below the value that is told of; empty for the value itself.</param>
internal sealed record CompiledRule(
    ValidationRule Rule,
    CompiledExpression? Condition,
    string? Error,
    CompiledExpression? Message,
    string? MessageError,
    string Path)
{
    public const string Self = "self";
    public const string OldSelf = "oldSelf";

    /// <summary>A transition rule: it compares what is to what was.</summary>
    public bool UsesOldSelf { get; } = (Condition?.Uses(OldSelf) ?? false) || (Message?.Uses(OldSelf) ?? false);

    /// <summary>What an evaluation of the rule may cost at the worst; 0 if there is nothing to evaluate.</summary>
    public ulong CostMax { get; private init; }

    /// <inheritdoc cref="CostMax"/>
    public ulong MessageCostMax { get; private init; }

    /// <param name="type">Of the value that the rule stands at.</param>
    public static CompiledRule Make(ValidationRule rule, CelType type, string path)
    {
        if (rule.Rule.AsSpan().Trim().IsEmpty)
        {
            return new(rule, null, null, null, null, path);
        }

        var sizes = new Dictionary<string, CelType>(StringComparer.Ordinal) { [Self] = type, [OldSelf] = type };
        var environment = new CelEnvironment(new Dictionary<string, CelType>(sizes)
        {
            [OldSelf] = rule.OptionalOldSelf == true ? CelType.OptionalOf(type) : type,
        });
        var condition = Compile(environment, rule.Rule, CelType.Bool, "compilation failed: ", "cel expression must evaluate to a bool", out var error);
        CompiledExpression? message = null;
        string? messageError = null;
        if (!string.IsNullOrEmpty(rule.MessageExpression))
        {
            message = Compile(
                new(sizes), rule.MessageExpression, CelType.String, "messageExpression compilation failed: ", "messageExpression must evaluate to a string", out messageError);
        }

        return new(rule, condition, error, message, messageError, path)
        {
            CostMax = condition is null ? 0 : condition.CostMax(sizes),
            MessageCostMax = message is null ? 0 : message.CostMax(sizes),
        };
    }

    private static CompiledExpression? Compile(CelEnvironment environment, string text, CelType type, string prefix, string mistyped, out string? error)
    {
        var expression = environment.Compile(text, out var errors);
        error = errors is not null ? prefix + errors : !expression!.Type.Is(type) ? mistyped : null;
        return error is null ? expression : null;
    }
}

using System.Text;
using Coppice.ApiServer.Admission.Evaluation;
using Coppice.Cel;
using Coppice.Cel.Values;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>What is told of a validation that does not hold.</summary>
internal static class PolicyMessage
{
    /// <summary>What its messageExpression makes, if that can be shown; else its message; else the expression.</summary>
    public static string Of(ReadyValidation validation, RequestEvaluation evaluation)
    {
        if (validation.Message is not null
            && evaluation.Evaluate(validation.Message).Value is StringValue made
            && made.Value.Trim() is { Length: > 0 } line
            && !line.Contains('\n')
            && Encoding.UTF8.GetByteCount(line) <= CelLimits.MessageBytesMax)
        {
            return line;
        }

        return validation.Terms.Message?.Trim() is { Length: > 0 } message ? message : $"failed expression: {validation.Condition.Text}";
    }
}

using Coppice.ApiServer.Metrics;
using Coppice.Cel;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Evaluation;

/// <summary>
/// The conditions of a webhook or a policy: which of the requests that its rules name are meant. They are compiled when they are first
/// asked for.
/// </summary>
/// <param name="fails">What goes wrong refuses a request; else the request is not meant then.</param>
internal sealed class ReadyConditions(ValueList<MatchCondition> terms, CelEnvironment environment, bool fails)
{
    private readonly Lazy<IReadOnlyList<ReadyExpression>> _conditions = new(() => [.. terms.Select(one => ReadyExpression.Of(environment, one.Expression, CelType.Bool))]);

    public bool AreNone => terms.IsEmpty;

    /// <summary>One condition that is false is enough, whatever goes wrong with the others.</summary>
    /// <param name="parameters">Null where there are none.</param>
    /// <param name="measured">Where it is counted.</param>
    /// <returns>Whether the request is meant; or what went wrong, where that refuses it.</returns>
    public (bool IsMeant, string? Error) Try(RequestInput input, System.Text.Json.JsonElement? parameters, ConditionSeries measured)
    {
        var began = measured.Metrics.Now;
        var result = Try(input, parameters, measured.Failed);
        measured.Evaluated(began);
        return result;
    }

    private (bool IsMeant, string? Error) Try(RequestInput input, System.Text.Json.JsonElement? parameters, Action failed)
    {
        var evaluation = new RequestEvaluation(input, RequestEvaluation.NoVariables, parameters, CelLimits.MatchConditionsPerRequest);
        var errors = new List<string>();
        foreach (var condition in _conditions.Value)
        {
            var (value, error) = evaluation.Evaluate(condition);
            if (value == BoolValue.False)
            {
                return (false, null);
            }

            if (error is null)
            {
                continue;
            }

            failed();
            if (!errors.Contains(error))
            {
                errors.Add(error);
            }
        }

        return errors.Count == 0 ? (true, null) : !fails ? (false, null) : (true, errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
    }
}

/// <summary>Where conditions are counted.</summary>
/// <param name="Kind">webhook or policy.</param>
/// <param name="Type">Of policies Kubernetes says of all that they validate.</param>
internal sealed record ConditionSeries(AdmissionMetrics Metrics, string Kind, string Name, string Operation, string Type = AdmissionMetrics.Validate)
{
    public void Failed() => Metrics.ConditionErrors.Of(Kind, Name, Operation, Type).Add(TimeSpan.Zero);

    /// <param name="began">A timestamp.</param>
    public void Evaluated(long began) => Metrics.ConditionDurations.Of(Kind, Name, Operation, Type).Add(Metrics.Since(began));
}

using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Types;

namespace Coppice.ApiServer.Admission.Evaluation;

/// <summary>An expression of a webhook or a policy, compiled once.</summary>
/// <param name="Compiled">Null if it is wrong.</param>
internal sealed record ReadyExpression(string Text, CompiledExpression? Compiled, string? Error)
{
    public static ReadyExpression Of(CelEnvironment environment, string text, params ReadOnlySpan<CelType> types)
    {
        var compiled = AdmissionExpressions.Compile(environment, text.Trim(), out var error, types);
        return new(text.Trim(), compiled, error);
    }
}

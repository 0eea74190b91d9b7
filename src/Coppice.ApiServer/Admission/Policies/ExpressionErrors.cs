using Coppice.ApiServer.Admission.Evaluation;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>What went wrong with an expression, in the words of metrics.</summary>
internal static class ExpressionErrors
{
    public const string None = "no_error";

    public static string TypeOf(string? error) => error is null ? None
        : error.StartsWith("compilation", StringComparison.Ordinal) ? "compile_error"
        : error == RequestEvaluation.OutOfBudget ? "out_of_budget"
        : "invalid_error";
}

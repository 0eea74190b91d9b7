using Coppice.Cel.Syntax;
using Coppice.Cel.Types;

namespace Coppice.Cel.Checking;

/// <summary>An expression of which every part is known to fit: what evaluation and estimates of costs go by.</summary>
/// <param name="Types">Of every node.</param>
/// <param name="Overloads">What a call may be: several where a type is found out by evaluation only.</param>
/// <param name="Names">What an identifier, or a chain of them, stands for as a whole: a variable or a type.</param>
internal sealed record CheckedExpression(
    Expression Root,
    IReadOnlyDictionary<Expression, CelType> Types,
    IReadOnlyDictionary<Expression, IReadOnlyList<Overload>> Overloads,
    IReadOnlyDictionary<Expression, string> Names)
{
    public CelType TypeOf(Expression expression) => Types[expression];
}

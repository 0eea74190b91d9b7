using System.Collections.Frozen;
using Coppice.Cel.Checking;
using Coppice.Cel.Evaluation;
using Coppice.Cel.Libraries;
using Coppice.Cel.Syntax;
using Coppice.Cel.Types;

namespace Coppice.Cel;

/// <summary>
/// What expressions may use: the language, Kubernetes' libraries, and the variables that whoever evaluates them gives. Made once, used
/// by many expressions.
/// </summary>
public sealed class CelEnvironment
{
    private static readonly FrozenDictionary<string, IReadOnlyList<Overload>> Functions = StandardLibraries.Overloads
        .GroupBy(overload => overload.Function)
        .ToFrozenDictionary(group => group.Key, group => (IReadOnlyList<Overload>)[.. group], StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, CelType> TypeNames = StandardLibraries.TypeNames.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Declarations _declarations;

    /// <param name="messages">The types of which objects can be written, by name; null for none.</param>
    public CelEnvironment(IReadOnlyDictionary<string, CelType> variables, Func<string, CelType?>? messages = null)
    {
        Variables = variables;
        _declarations = new(variables, Functions, TypeNames, messages ?? (_ => null));
    }

    public IReadOnlyDictionary<string, CelType> Variables { get; }

    /// <summary>Reads and checks an expression.</summary>
    /// <param name="errors">What is wrong with it, in cel-go's words and layout, or null.</param>
    /// <returns>The expression; null if something is wrong with it.</returns>
    public CompiledExpression? Compile(string text, out string? errors)
    {
        var source = new Source(text);
        var issues = new CelIssues();
        var tree = Parser.Parse(source, issues);
        var expression = tree is null ? null : Checker.Check(tree, _declarations, issues);
        errors = issues.Count > 0 ? issues.Show(source) : null;
        if (errors is not null || expression is null)
        {
            return null;
        }

        var (root, locals) = Planner.Plan(expression, TypeNames);
        return new(text, expression, root, locals);
    }
}

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
    private static readonly FrozenDictionary<string, IReadOnlyList<Overload>> Functions = ByName(StandardLibraries.Overloads);

    private static readonly FrozenDictionary<string, IReadOnlyList<Overload>> ChangeFunctions = ByName([.. StandardLibraries.Overloads, .. ChangeLibrary.Overloads]);

    private static readonly FrozenDictionary<string, CelType> TypeNames = StandardLibraries.TypeNames.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Declarations _declarations;

    /// <param name="makesChanges">Expressions may make what objects are changed by: <see cref="ChangeLibrary"/>.</param>
    public CelEnvironment(IReadOnlyDictionary<string, CelType> variables, bool makesChanges = false)
    {
        Variables = variables;
        _declarations = new(variables, makesChanges ? ChangeFunctions : Functions, TypeNames, makesChanges ? ChangeLibrary.Find : static _ => null);
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

    private static FrozenDictionary<string, IReadOnlyList<Overload>> ByName(IEnumerable<Overload> overloads) => overloads
        .GroupBy(overload => overload.Function)
        .ToFrozenDictionary(group => group.Key, group => (IReadOnlyList<Overload>)[.. group], StringComparer.Ordinal);
}

using System.Text.Json;
using Coppice.Cel.Schemas;

namespace Coppice.Cel.Rules;

/// <summary>What came of an object's rules.</summary>
/// <param name="Issues">Why it is refused; empty if it is not.</param>
/// <param name="Warnings">What does not hold of a part that did not change, and so is let pass.</param>
public sealed record RuleFindings(IReadOnlyList<RuleIssue> Issues, IReadOnlyList<RuleIssue> Warnings)
{
    public static readonly RuleFindings None = new([], []);
}

/// <summary>
/// The rules of a schema (<c>x-kubernetes-validations</c>), compiled once, tried on whole objects. Whether the rules themselves are in
/// order, <see cref="RuleDefinitions"/> says before.
/// </summary>
public sealed class SchemaRules
{
    private readonly RuleTree? _root;

    public SchemaRules(CelSchema schema)
    {
        _root = RuleTree.Make(schema, isResource: true);
    }

    /// <summary>True if there is nothing to try.</summary>
    public bool IsEmpty => _root is null;

    /// <param name="item">The object: with its defaults, pruned, and of the shape that the schema asks for.</param>
    /// <param name="old">What it replaces; null for what is new.</param>
    public RuleFindings Validate(JsonElement item, JsonElement? old, long budget = CelLimits.PerRequest)
    {
        if (_root is null)
        {
            return RuleFindings.None;
        }

        var walk = new RuleWalk(budget);
        walk.Visit(_root, item, old, RulePath.Root, new(old is { } before ? new(item, before, _root.Schema) : null, null));
        return walk.Findings;
    }
}

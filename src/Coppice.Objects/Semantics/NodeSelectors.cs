using System.Globalization;
using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>Which nodes a pod's node selector and node affinity mean. For scheduler and controllers alike.</summary>
public static class NodeSelectors
{
    /// <summary>The one field of a node that can be asked for.</summary>
    public const string NameField = "metadata.name";

    /// <summary>The node is one of those that the pod insists on.</summary>
    public static bool Allows(PodSpec spec, Core.Node node) =>
        Allows(spec.NodeSelector, spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, node);

    /// <param name="labels">Those that the node must have.</param>
    /// <param name="required">Of its terms one must match; null for none.</param>
    public static bool Allows(ValueMap<string> labels, NodeSelector? required, Core.Node node)
    {
        foreach (var (key, value) in labels)
        {
            if (node.Metadata.Labels.Find(key) != value)
            {
                return false;
            }
        }

        return required is null || AnyMatches(required.NodeSelectorTerms, node);
    }

    /// <summary>All conditions of the term hold; an empty term means no node.</summary>
    public static bool Matches(NodeSelectorTerm term, Core.Node node)
    {
        if (term.MatchExpressions.IsEmpty && term.MatchFields.IsEmpty)
        {
            return false;
        }

        foreach (var expression in term.MatchExpressions)
        {
            if (!Holds(expression, node.Metadata.Labels.Find(expression.Key)))
            {
                return false;
            }
        }

        foreach (var field in term.MatchFields)
        {
            if (!Holds(field, field.Key == NameField ? node.Metadata.Name : null))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AnyMatches(ValueList<NodeSelectorTerm> terms, Core.Node node)
    {
        foreach (var term in terms)
        {
            if (Matches(term, node))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(NodeSelectorRequirement requirement, string? value) => requirement.Operator switch
    {
        NodeSelectorOperator.In => value is not null && requirement.Values.Contains(value),
        NodeSelectorOperator.NotIn => value is null || !requirement.Values.Contains(value),
        NodeSelectorOperator.Exists => value is not null,
        NodeSelectorOperator.DoesNotExist => value is null,
        NodeSelectorOperator.Gt => Compare(value, requirement.Values) > 0,
        NodeSelectorOperator.Lt => Compare(value, requirement.Values) < 0,
        _ => false,
    };

    private static int Compare(string? value, ValueList<string> bound) =>
        bound.Count == 1
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(bound[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : 0;
}

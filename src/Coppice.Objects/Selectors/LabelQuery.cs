using Coppice.Objects.Meta;

namespace Coppice.Objects;

/// <summary>How one label is compared.</summary>
public enum LabelOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

/// <summary>One condition on one label.</summary>
/// <param name="Values">For In and NotIn a set; for GreaterThan and LessThan one whole number.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, ValueList<string> Values)
{
    public bool Matches(ValueMap<string> labels)
    {
        var has = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.In => has && Values.Contains(value!),
            LabelOperator.NotIn => !has || !Values.Contains(value!),
            LabelOperator.Exists => has,
            LabelOperator.DoesNotExist => !has,
            LabelOperator.GreaterThan => has && Compare(value!) is > 0,
            LabelOperator.LessThan => has && Compare(value!) is < 0,
            _ => throw new InvalidOperationException($"no such operator: {Operator}"),
        };
    }

    private int? Compare(string value) =>
        long.TryParse(value, out var left) && long.TryParse(Values[0], out var right) ? left.CompareTo(right) : null;
}

/// <summary>A label selector ready to be asked: all of its requirements must hold. The empty one matches everything.</summary>
public sealed record LabelQuery(ValueList<LabelRequirement> Requirements)
{
    public static readonly LabelQuery Everything = new(default(ValueList<LabelRequirement>));

    /// <summary>Matches no object at all, as a selector that is missing does.</summary>
    public static readonly LabelQuery Nothing = new([new LabelRequirement("", LabelOperator.In, default)]);

    public bool IsEverything => Requirements.IsEmpty;

    public bool Matches(ValueMap<string> labels)
    {
        foreach (var requirement in Requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>All labels of a plain map must be there, as a Service's selector asks.</summary>
    public static LabelQuery Of(ValueMap<string> labels) =>
        new(labels.Select(l => new LabelRequirement(l.Key, LabelOperator.In, [l.Value])).ToValueList());

    /// <summary>A selector of an object; a missing one matches nothing, an empty one everything.</summary>
    /// <exception cref="FormatException">It has an operator that does not exist.</exception>
    public static LabelQuery Of(LabelSelector? selector) => selector is null
        ? Nothing
        : new([
            .. selector.MatchLabels.Select(l => new LabelRequirement(l.Key, LabelOperator.In, [l.Value])),
            .. selector.MatchExpressions.Select(e => new LabelRequirement(e.Key, OperatorOf(e.Operator), e.Values)),
        ]);

    /// <summary>A selector as text: "app=web,tier in (a, b),!old".</summary>
    /// <exception cref="FormatException">The text is no selector; the message says where it stops being one.</exception>
    public static LabelQuery Parse(string? text) => string.IsNullOrWhiteSpace(text) ? Everything : new LabelQueryParser(text).Parse();

    private static LabelOperator OperatorOf(string name) => name switch
    {
        "In" => LabelOperator.In,
        "NotIn" => LabelOperator.NotIn,
        "Exists" => LabelOperator.Exists,
        "DoesNotExist" => LabelOperator.DoesNotExist,
        "Gt" => LabelOperator.GreaterThan,
        "Lt" => LabelOperator.LessThan,
        _ => throw new FormatException($"\"{name}\" is not a valid label selector operator"),
    };
}

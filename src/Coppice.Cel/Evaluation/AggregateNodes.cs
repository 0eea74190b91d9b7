using Coppice.Cel.Values;

namespace Coppice.Cel.Evaluation;

/// <param name="elements">With which of them may be left out.</param>
internal sealed class ListNode(IReadOnlyList<(EvaluationNode Value, bool Optional)> elements) : EvaluationNode
{
    private const ulong Cost = 10;

    public override CelValue Evaluate(Frame frame)
    {
        var values = new List<CelValue>(elements.Count);
        foreach (var (node, optional) in elements)
        {
            var value = node.Evaluate(frame);
            if (value is ErrorValue)
            {
                return value;
            }

            if (!optional)
            {
                values.Add(value);
            }
            else if (value is not OptionalValue some)
            {
                return new ErrorValue($"cannot initialize optional list element from non-optional value {value.TypeName}");
            }
            else if (some.Value is not null)
            {
                values.Add(some.Value);
            }
        }

        frame.Charge(Cost);
        return new ArrayList(values);
    }
}

internal sealed class MapNode(IReadOnlyList<(EvaluationNode Key, EvaluationNode Value, bool Optional)> entries) : EvaluationNode
{
    private const ulong Cost = 30;

    public override CelValue Evaluate(Frame frame)
    {
        var values = DictionaryMap.NewEntries();
        foreach (var (keyNode, node, optional) in entries)
        {
            var (key, value) = (keyNode.Evaluate(frame), node.Evaluate(frame));
            if ((key as ErrorValue ?? value as ErrorValue) is { } error)
            {
                return error;
            }

            if (optional)
            {
                if (value is not OptionalValue some)
                {
                    return new ErrorValue($"cannot initialize optional entry from non-optional value {value.TypeName}");
                }

                if (some.Value is null)
                {
                    continue;
                }

                value = some.Value;
            }

            if (key is not (StringValue or IntValue or UintValue or BoolValue))
            {
                return new ErrorValue($"unsupported key type: {key.TypeName}");
            }

            if (!values.TryAdd(key, value))
            {
                return new ErrorValue("Failed with repeated key");
            }
        }

        frame.Charge(Cost);
        return new DictionaryMap(values);
    }
}

internal sealed class MessageNode(string type, IReadOnlyList<(string Name, EvaluationNode Value, bool Optional)> fields) : EvaluationNode
{
    private const ulong Cost = 40;

    public override CelValue Evaluate(Frame frame)
    {
        var values = new OrderedDictionary<string, CelValue>(StringComparer.Ordinal);
        foreach (var (name, node, optional) in fields)
        {
            var value = node.Evaluate(frame);
            if (value is ErrorValue)
            {
                return value;
            }

            if (optional && value is not OptionalValue)
            {
                return new ErrorValue($"cannot initialize optional entry '{name}' from non-optional value {value.TypeName}");
            }

            if ((optional ? ((OptionalValue)value).Value : value) is { } given)
            {
                values[name] = given;
            }
        }

        frame.Charge(Cost);
        return new MessageValue(type, values);
    }
}

using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Checking;

/// <summary>What Kubernetes asks of literals beyond their types: that they are what they are read as, and that lists and maps are of one type.</summary>
internal sealed class LiteralChecks(CheckedExpression expression, CelIssues issues)
{
    /// <param name="mixed">Within a call that takes values of several types.</param>
    public void Check(Expression node, bool mixed = false)
    {
        switch (node)
        {
            case SelectExpression select when !expression.Names.ContainsKey(select):
                Check(select.Operand, mixed);
                break;
            case CallExpression call:
                CheckCall(call, mixed || call.Function == "format");
                break;
            case ListExpression list:
                CheckSame(list.Elements.Select(e => (e.Value, e.Optional)), mixed);
                break;
            case MapExpression map:
                CheckSame(map.Entries.Select(e => (e.Key, false)), mixed);
                CheckSame(map.Entries.Select(e => (e.Value, e.Optional)), mixed);
                break;
            case MessageExpression message:
                foreach (var field in message.Fields)
                {
                    Check(field.Value, mixed);
                }

                break;
            case ComprehensionExpression one:
                foreach (var part in (ReadOnlySpan<Expression>)[one.Range, one.Loop.Start, one.Loop.Condition, one.Loop.Step, one.Loop.Result])
                {
                    Check(part, mixed);
                }

                break;
        }
    }

    private void CheckCall(CallExpression call, bool mixed)
    {
        if (call.Target is not null && expression.Overloads.TryGetValue(call, out var found) && found[0].IsMember)
        {
            Check(call.Target, mixed);
        }

        foreach (var argument in call.Arguments)
        {
            Check(argument, mixed);
        }

        if (call.Function is "duration" or "timestamp" or "matches"
            && call.Arguments is [ConstantExpression { Value: StringValue literal } last]
            && expression.Overloads.TryGetValue(call, out var overloads)
            && overloads is [var overload]
            && Try(overload, literal) is ErrorValue)
        {
            issues.Add(last.Offset, $"invalid {call.Function} argument");
        }
    }

    private static CelValue Try(Overload overload, CelValue literal) =>
        overload.Function == "matches" ? overload.Body([StringValue.Empty, literal]) : overload.Body([literal]);

    private void CheckSame(IEnumerable<(Expression Value, bool Optional)> elements, bool mixed)
    {
        CelType? first = null;
        foreach (var (value, optional) in elements)
        {
            Check(value, mixed);
            var type = expression.TypeOf(value);
            type = optional && type.IsOptional ? type.Parameters[0] : type;
            first ??= type;
            if (!mixed && !first.Is(type))
            {
                issues.Add(value.Offset, $"expected type '{first}' but found '{type}'");
                return;
            }
        }
    }
}

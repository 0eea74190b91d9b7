using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Costs;

/// <summary>What one call may cost, and how large its answer may be; null where nobody knows.</summary>
/// <param name="costs">Of the arguments, which are part of the call's own.</param>
internal sealed class CallEstimate(CostEstimator sizes, CallExpression call, string id, IReadOnlyList<Estimate> costs)
{
    private const double Character = RuntimeCosts.Character;

    private IReadOnlyList<Expression> Arguments => call.Arguments;

    /// <summary>What the call is made on; for a function that has no target, its first argument.</summary>
    private Expression First => call.Target ?? Arguments[0];

    private Estimate ArgumentCosts => costs.Aggregate(default(Estimate), (sum, cost) => sum + cost);

    public (Estimate Cost, Estimate? Size) Make()
    {
        if (id is "logical_or" or "logical_and")
        {
            return (new(costs[0].Min, (costs[0] + costs[1]).Max), null);
        }

        if (id == "conditional")
        {
            sizes.SetEntries(call, Union(sizes.EntriesOf(Arguments[1]), sizes.EntriesOf(Arguments[2])));
            return (costs[0] + costs[1].Union(costs[2]), Size(Arguments[1]).Union(Size(Arguments[2])));
        }

        var (own, size) = OfLibraries() ?? OfStandard();
        return (own + ArgumentCosts, size);
    }

    private Estimate Size(Expression node) => sizes.SizeOrUnknown(node);

    private static CostEstimator.EntrySizes? Union(CostEstimator.EntrySizes? a, CostEstimator.EntrySizes? b) =>
        a is null || b is null ? null : new(a.Key.Union(b.Key), a.Value.Union(b.Value));

    private (Estimate Cost, Estimate? Size) OfStandard()
    {
        switch (id)
        {
            case "string_to_bytes":
                return (Size(First) * Character, new Estimate(Size(First).Min, Estimate.Multiply(Size(First).Max, 4)));
            case "bytes_to_string":
                return (Size(First) * Character, new Estimate(Size(First).Min / 4, Size(First).Max));
            case "starts_with_string" or "ends_with_string":
                return (Size(Arguments[0]) * Character, null);
            case "in_list":
                return (Size(Arguments[1]), null);
            case "matches_string":
                return (Match(Size(First), Arguments[0]), null);
            case "contains_string":
                return ((Size(First) * Character) * (Size(Arguments[0]) * Character), null);
            case "add_string" or "add_bytes" or "add_list":
                var sum = Size(Arguments[0]) + Size(Arguments[1]);
                sizes.SetEntries(call, Union(sizes.EntriesOf(Arguments[0]), sizes.EntriesOf(Arguments[1])));
                return (id == "add_list" ? Estimate.One : sum * Character, sum);
            case "equals" or "not_equals" or "less_string" or "less_equals_string" or "greater_string" or "greater_equals_string"
                or "less_bytes" or "less_equals_bytes" or "greater_bytes" or "greater_equals_bytes":
                var most = Math.Min(Size(Arguments[0]).Max, Size(Arguments[1]).Max);
                return (new Estimate(most > 0 ? 1UL : 0, most) * Character, null);
            default:
                return (Estimate.One, null);
        }
    }

    private (Estimate Cost, Estimate? Size)? OfLibraries()
    {
        switch (call.Function)
        {
            case "check":
                return (Estimate.Of(RuntimeCosts.Authorization), null);
            case "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf" when call.Target is not null:
                return (OfTraversal(), null);
            case "url" or "isURL":
                return (Size(Arguments[0]) * Character, null);
            case "lowerAscii" or "upperAscii" or "substring" or "trim":
                return (Size(First) * Character, Size(First));
            case "replace" when Arguments.Count >= 2:
                return (Size(First) * (2 * Character), Replaced());
            case "split":
                return (Size(First) * (2 * Character), new Estimate(0, SplitMax()));
            case "join":
                var joined = Joined();
                return (joined * Character, joined);
            case "format" when id == "string_format":
                return (Size(First) * Character, Size(First) + Size(Arguments[0]));
            case "quote":
                return (Size(Arguments[0]) * Character, new Estimate(Estimate.Add(Size(Arguments[0]).Min, 2), Estimate.Add(Estimate.Multiply(Size(Arguments[0]).Max, 2), 2)));
            case "find" or "findAll" when call.Target is not null:
                return (Match(Size(First), Arguments[0]), new Estimate(0, Size(First).Max));
            case "containsIP" or "containsCIDR":
                return (OfAddress(), null);
            case "validate":
                return ((Size(Arguments[0]) + Estimate.One) * Character * Estimate.Of((ulong)Math.Ceiling(RuntimeCosts.FormatPatternSize * RuntimeCosts.PatternCharacter)), null);
            case "contains" or "intersects" or "equivalent" when id.StartsWith("list_sets", StringComparison.Ordinal):
                return (Size(Arguments[0]) * Size(Arguments[1]) * (call.Function == "equivalent" ? 2.0 : 1.0) + Estimate.One, null);
            default:
                return null;
        }
    }

    /// <summary>Each element is looked at, and texts are gone through.</summary>
    private Estimate OfTraversal()
    {
        if (sizes.TypeOf(First) is not { Parameters: [var element, ..] })
        {
            return Size(First) * Character;
        }

        var each = Estimate.One;
        if (element.Kind is CelKind.String or CelKind.Bytes)
        {
            each += ElementSize() * Character;
        }

        return Size(First) * each;
    }

    private Estimate ElementSize() => sizes.ElementOf(First) is { } declared ? new(0, declared.SizeMax ?? 0) : Estimate.Unknown;

    private Estimate Match(Estimate text, Expression pattern) => ((text + Estimate.One) * Character) * (Size(pattern) * RuntimeCosts.PatternCharacter);

    private ulong SplitMax() =>
        Arguments is [_, ConstantExpression { Value: IntValue { Value: >= 0 } limit }] ? (ulong)limit.Value : Size(First).Max;

    private Estimate Joined()
    {
        var list = Size(First);
        var elements = list * ElementSize();
        return Arguments.Count == 0 ? elements : elements + Size(Arguments[0]) * new Estimate(list.Min > 0 ? list.Min - 1 : 0, list.Max > 0 ? list.Max - 1 : 0);
    }

    /// <summary>From the fewest and shortest replacements to the most and longest; an empty text is replaced around every character.</summary>
    private Estimate Replaced()
    {
        var (text, from, to) = (Size(First), Size(Arguments[0]), Size(Arguments[1]));
        var (mostTimes, mostKept) = from.Min == 0 ? (Estimate.Add(text.Max, 1), text.Max)
            : to.Max <= from.Min ? (0, text.Max)
            : ((ulong)Math.Min(Math.Ceiling((double)text.Max / from.Min), ulong.MaxValue), 0UL);
        var (leastTimes, leastKept) = from.Max == 0 ? (Estimate.Add(text.Min, 1), text.Min)
            : from.Max <= to.Min ? (0, text.Min)
            : ((ulong)Math.Ceiling((double)text.Min / from.Max), 0UL);
        return new Estimate(leastTimes, mostTimes) * to + new Estimate(leastKept, mostKept);
    }

    /// <summary>Addresses are 4 or 16 bytes, whatever their text.</summary>
    private Estimate OfAddress()
    {
        var bytes = new Estimate(4, 16);
        var cost = (bytes + bytes) * Character;
        cost = call.Function == "containsCIDR" ? cost + bytes * Character + Estimate.One : cost;
        return id.EndsWith("_string", StringComparison.Ordinal) ? cost + Size(Arguments[0]) * Character : cost;
    }
}

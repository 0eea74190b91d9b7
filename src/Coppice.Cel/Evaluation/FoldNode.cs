using Coppice.Cel.Values;

namespace Coppice.Cel.Evaluation;

/// <summary>Where a comprehension keeps its variables.</summary>
/// <param name="Second">-1 if there is one only.</param>
internal readonly record struct FoldPlaces(int Accumulator, int First, int Second);

internal sealed record FoldParts(EvaluationNode Range, EvaluationNode Start, EvaluationNode Condition, EvaluationNode Step, EvaluationNode Result);

/// <summary>A comprehension: the accumulator changes with each element, until the condition no longer holds.</summary>
internal sealed class FoldNode(FoldParts parts, FoldPlaces places) : EvaluationNode
{
    public override CelValue Evaluate(Frame frame)
    {
        var range = parts.Range.Evaluate(frame);
        if (range is not (ListValue or MapValue))
        {
            return range as ErrorValue ?? ErrorValue.NoSuchOverload;
        }

        frame.Locals[places.Accumulator] = parts.Start.Evaluate(frame);
        if (range is ListValue list)
        {
            FoldList(frame, list);
        }
        else
        {
            FoldMap(frame, (MapValue)range);
        }

        var result = parts.Result.Evaluate(frame);
        return result is GrowingList grown ? grown.Finish() : result is GrowingMap map ? map.Finish() : result;
    }

    private void FoldList(Frame frame, ListValue list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (!Step(frame, places.Second < 0 ? list[i] : IntValue.Of(i), places.Second < 0 ? null : list[i]))
            {
                return;
            }
        }
    }

    private void FoldMap(Frame frame, MapValue map)
    {
        foreach (var key in map.Keys)
        {
            CelValue? value = null;
            if (places.Second >= 0 && !map.TryGet(key, out value))
            {
                value = ErrorValue.NoSuchKey("");
            }

            if (!Step(frame, key, value))
            {
                return;
            }
        }
    }

    private bool Step(Frame frame, CelValue first, CelValue? second)
    {
        frame.Locals[places.First] = first;
        if (second is not null)
        {
            frame.Locals[places.Second] = second;
        }

        if (parts.Condition.Evaluate(frame) == BoolValue.False)
        {
            return false;
        }

        frame.Locals[places.Accumulator] = parts.Step.Evaluate(frame);
        return true;
    }
}

/// <summary>The empty list or map that a comprehension adds to.</summary>
internal sealed class GrowingNode(bool isMap) : EvaluationNode
{
    public override CelValue Evaluate(Frame frame) => isMap ? new GrowingMap() : new GrowingList();
}

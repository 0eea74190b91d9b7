using System.Text.Json;

namespace Coppice.ApiServer.Ownership;

/// <summary>
/// Lays an applied configuration over an object: what it sets is set, all else stays. Both are right by their schema
/// (<see cref="ConfigurationCheck"/>).
/// </summary>
internal static class ConfigurationMerge
{
    public static JsonElement Merge(JsonElement live, JsonElement configuration, MergeShape shape) =>
        JsonBuilding.Build(writer => Write(writer, live, configuration, shape));

    private static void Write(Utf8JsonWriter writer, JsonElement live, JsonElement applied, MergeShape shape)
    {
        if (applied.IsAbsent())
        {
            live.WriteTo(writer);
            return;
        }

        var granularity = shape.For(applied);
        if (granularity == Granularity.Whole || (!live.HasParts() && !applied.HasParts()))
        {
            applied.WriteTo(writer);
        }
        else if (granularity == Granularity.Fields)
        {
            WriteFields(writer, live, applied, shape);
        }
        else
        {
            WriteList(writer, live, applied, (shape, granularity));
        }
    }

    private static void WriteFields(Utf8JsonWriter writer, JsonElement live, JsonElement applied, MergeShape shape)
    {
        var (before, after) = (live.Lookup(), applied.Lookup());
        writer.WriteStartObject();
        foreach (var field in live.Fields())
        {
            writer.WritePropertyName(field.Name);
            Write(writer, field.Value, after[field.Name], shape.Field(field.Name));
        }

        foreach (var field in applied.Fields())
        {
            if (before[field.Name].IsAbsent())
            {
                writer.WritePropertyName(field.Name);
                Write(writer, default, field.Value, shape.Field(field.Name));
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, JsonElement live, JsonElement applied, (MergeShape Shape, Granularity Granularity) list)
    {
        var (before, after) = (StepList.Of(live, list.Shape, list.Granularity), StepList.Of(applied, list.Shape, list.Granularity));
        writer.WriteStartArray();
        foreach (var (mine, theirs) in ListOrder.Of(before.Steps, after.Steps))
        {
            // Of an element that is there more than once, none is merged with what is applied.
            var element = theirs is null ? before.Elements[mine!.Value] : before.FindOnly(after.Steps[theirs.Value]);
            Write(writer, element, theirs is null ? default : after.Elements[theirs.Value], list.Shape.Element);
        }

        writer.WriteEndArray();
    }

    /// <summary>The elements of a list that have steps, in their order.</summary>
    private sealed class StepList
    {
        private readonly Dictionary<PathElement, (int First, int Times)> _places = [];

        public List<PathElement> Steps { get; } = [];

        public List<JsonElement> Elements { get; } = [];

        public static StepList Of(JsonElement list, MergeShape shape, Granularity granularity)
        {
            var steps = new StepList();
            foreach (var element in list.Elements())
            {
                if (ListSteps.Find(shape, granularity, element, out _) is { } step)
                {
                    steps._places[step] = steps._places.TryGetValue(step, out var place) ? (place.First, place.Times + 1) : (steps.Steps.Count, 1);
                    steps.Steps.Add(step);
                    steps.Elements.Add(element);
                }
            }

            return steps;
        }

        /// <summary>The element of a step; absent if there is none, or more than one.</summary>
        public JsonElement FindOnly(PathElement step) => _places.TryGetValue(step, out var place) && place.Times == 1 ? Elements[place.First] : default;
    }
}

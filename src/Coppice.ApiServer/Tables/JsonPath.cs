using System.Globalization;
using System.Text.Json;

namespace Coppice.ApiServer.Tables;

/// <summary>
/// A path into an object, as columns and scales have it: <c>.spec.replicas</c>, <c>.metadata.annotations['a.b/c']</c>,
/// <c>.status.conditions[?(@.type=="Ready")].status</c>. What is missing on the way is no error: then nothing is found.
/// </summary>
public sealed class JsonPath
{
    private readonly IReadOnlyList<IJsonStep> _steps;

    private JsonPath(IReadOnlyList<IJsonStep> steps) => _steps = steps;

    /// <summary>The fields of a path that has only fields; null for any other.</summary>
    public IReadOnlyList<string>? Fields => _steps.All(step => step is JsonStep.Field) ? [.. _steps.Select(step => ((JsonStep.Field)step).Name)] : null;

    /// <exception cref="FormatException">It is no path that is understood.</exception>
    public static JsonPath Parse(string text) => new(new JsonPathReader(text).Read());

    /// <summary>Everything that the path leads to, in its order.</summary>
    public IEnumerable<JsonElement> Find(JsonElement root)
    {
        IEnumerable<JsonElement> found = [root];
        foreach (var step in _steps)
        {
            found = found.SelectMany(step.From);
        }

        return found;
    }
}

/// <summary>One step of a path: from a value to some of what is in it.</summary>
internal interface IJsonStep
{
    IEnumerable<JsonElement> From(JsonElement value);
}

/// <summary>The steps that there are.</summary>
internal static class JsonStep
{
    public sealed record Field(string Name) : IJsonStep
    {
        public IEnumerable<JsonElement> From(JsonElement value) =>
            value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Name, out var field) ? [field] : [];
    }

    public sealed record Every : IJsonStep
    {
        public IEnumerable<JsonElement> From(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray(),
            JsonValueKind.Object => value.EnumerateObject().Select(field => field.Value),
            _ => [],
        };
    }

    /// <param name="Start">Counted from the end if it is negative, as is the end.</param>
    /// <param name="End">The first element that is not meant; null for all to the end.</param>
    public sealed record Range(int Start, int? End, int Pace) : IJsonStep
    {
        public IEnumerable<JsonElement> From(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Array)
            {
                yield break;
            }

            var length = value.GetArrayLength();
            var end = Math.Min(length, End is { } given ? given < 0 ? given + length : given : length);
            for (var i = Math.Max(0, Start < 0 ? Start + length : Start); i < end; i += Pace)
            {
                yield return value[i];
            }
        }
    }

    /// <summary>The elements of which something holds.</summary>
    /// <param name="Operator">Null if it is enough that there is such a value.</param>
    public sealed record Filter(JsonPath Path, string? Operator, JsonElement Right) : IJsonStep
    {
        public IEnumerable<JsonElement> From(JsonElement value) =>
            value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Where(Holds) : [];

        private bool Holds(JsonElement element)
        {
            foreach (var left in Path.Find(element))
            {
                return Operator is null || Compare(left) is { } order && Operator switch
                {
                    "==" => order == 0,
                    "!=" => order != 0,
                    "<" => order < 0,
                    "<=" => order <= 0,
                    ">" => order > 0,
                    _ => order >= 0,
                };
            }

            return false;
        }

        private int? Compare(JsonElement left) => (left.ValueKind, Right.ValueKind) switch
        {
            (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(left.GetString(), Right.GetString()),
            (JsonValueKind.Number, JsonValueKind.Number) => left.GetDouble().CompareTo(Right.GetDouble()),
            _ => JsonElement.DeepEquals(left, Right) ? 0 : Operator == "!=" ? 1 : null,
        };
    }

    /// <summary>A value and all that is in it.</summary>
    public sealed record Below : IJsonStep
    {
        public IEnumerable<JsonElement> From(JsonElement value) => new Every().From(value).SelectMany(From).Prepend(value);
    }
}

/// <summary>Reads the text of a path.</summary>
internal sealed class JsonPathReader(string text)
{
    private const string NameEnd = ".[";

    private readonly List<IJsonStep> _steps = [];
    private int _at;

    private ReadOnlySpan<char> Rest => text.AsSpan(_at);

    /// <exception cref="FormatException">It is no path that is understood.</exception>
    public IReadOnlyList<IJsonStep> Read()
    {
        while (_at < text.Length)
        {
            if (Rest.StartsWith(".."))
            {
                _steps.Add(new JsonStep.Below());
                _at += text.Length > _at + 2 && text[_at + 2] != '[' ? 1 : 2;
            }
            else if (text[_at] == '.')
            {
                _at++;
                ReadName();
            }
            else if (text[_at] == '[')
            {
                ReadBracket();
            }
            else
            {
                throw new FormatException($"unexpected path string, expected a dot or a bracket: {Rest}");
            }
        }

        return _steps;
    }

    /// <summary>Up to the next step; a sign behind a backslash belongs to the name.</summary>
    private void ReadName()
    {
        var name = new System.Text.StringBuilder();
        for (; _at < text.Length && !NameEnd.Contains(text[_at]); _at++)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length)
            {
                _at++;
            }

            name.Append(text[_at]);
        }

        if (name.Length > 0)
        {
            _steps.Add(name.ToString() == "*" ? new JsonStep.Every() : new JsonStep.Field(name.ToString()));
        }
    }

    private void ReadBracket()
    {
        var end = EndOfBracket();
        var inside = text[(_at + 1)..end].Trim();
        _at = end + 1;
        _steps.Add(inside switch
        {
            "*" => new JsonStep.Every(),
            ['\'', .., '\''] or ['"', .., '"'] => new JsonStep.Field(inside[1..^1]),
            ['?', '(', .., ')'] => ReadFilter(inside[2..^1]),
            _ => ReadRange(inside),
        });
    }

    /// <summary>A bracket or a quote inside of quotes ends nothing.</summary>
    private int EndOfBracket()
    {
        char? quote = null;
        var depth = 0;
        for (var i = _at; i < text.Length; i++)
        {
            if (quote is not null)
            {
                quote = text[i] == quote ? null : quote;
            }
            else if (text[i] is '\'' or '"')
            {
                quote = text[i];
            }
            else
            {
                depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
                if (depth == 0)
                {
                    return i;
                }
            }
        }

        throw new FormatException("unterminated array");
    }

    private static JsonStep.Range ReadRange(string inside)
    {
        var parts = inside.Split(':');
        if (parts.Length > 3 || parts.Any(part => part.Length > 0 && !int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
        {
            throw new FormatException($"invalid array index {inside}");
        }

        var numbers = parts.Select(part => part.Length == 0 ? (int?)null : int.Parse(part, CultureInfo.InvariantCulture)).ToList();
        return numbers.Count == 1
            ? new(numbers[0] ?? 0, numbers[0] is -1 ? null : (numbers[0] ?? 0) + 1, 1)
            : new(numbers[0] ?? 0, numbers[1], Math.Max(1, numbers.ElementAtOrDefault(2) ?? 1));
    }

    private static JsonStep.Filter ReadFilter(string inside)
    {
        foreach (var sign in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
        {
            if (inside.IndexOf(sign, StringComparison.Ordinal) is var at and > 0)
            {
                return new(PathOf(inside[..at]), sign, ValueOf(inside[(at + sign.Length)..].Trim()));
            }
        }

        return new(PathOf(inside), null, default);
    }

    private static JsonPath PathOf(string side) => side.Trim() is ['@', ..] path
        ? JsonPath.Parse(path[1..])
        : throw new FormatException($"unrecognized filter {side}");

    private static JsonElement ValueOf(string side)
    {
        var json = side is ['\'', .., '\''] ? $"\"{JsonEncodedText.Encode(side[1..^1])}\"" : side;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new FormatException($"unrecognized filter value {side}", e);
        }
    }
}

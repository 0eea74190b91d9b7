using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Coppice.Objects;

/// <summary>Indexes of a Job, written as in "0,2-4": ascending, a range for two and more in a row.</summary>
public sealed class IndexSet
{
    public static readonly IndexSet Empty = new([]);

    private readonly (int First, int Last)[] _ranges;

    private IndexSet((int First, int Last)[] ranges)
    {
        _ranges = ranges;
        Count = ranges.Sum(range => range.Last - range.First + 1);
    }

    public int Count { get; }

    public static IndexSet Of(IEnumerable<int> indexes)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var index in indexes.Distinct().Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last == index - 1)
            {
                ranges[^1] = (ranges[^1].First, index);
            }
            else
            {
                ranges.Add((index, index));
            }
        }

        return ranges.Count == 0 ? Empty : new([.. ranges]);
    }

    /// <summary>What of a text makes sense: for what the server wrote itself. Indexes from a limit on are dropped.</summary>
    public static IndexSet Read(string? text, int limit) => TryParse(text, limit, out var set, out _) ? set : Of(
        (text ?? "").Split(',').SelectMany(part => TryParse(part, limit, out var one, out _) ? one.All : []));

    /// <param name="limit">Each index must be below.</param>
    /// <param name="error">In Kubernetes' words.</param>
    public static bool TryParse(string? text, int limit, out IndexSet set, [NotNullWhen(false)] out string? error)
    {
        (set, error) = (Empty, null);
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var ranges = new List<(int First, int Last)>();
        foreach (var part in text.Split(','))
        {
            if (!TryParseRange(part, limit, out var range, out error))
            {
                return false;
            }

            if (ranges.Count > 0 && ranges[^1].Last >= range.First)
            {
                error = $"non-increasing order, previous: {ranges[^1].Last}, current: {range.First}";
                return false;
            }

            ranges.Add(range);
        }

        set = new([.. ranges]);
        return true;
    }

    public IEnumerable<int> All => _ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1));

    public bool Contains(int index)
    {
        var (low, high) = (0, _ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (index < _ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (index > _ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The lowest index that both have; null if there is none.</summary>
    public int? Overlap(IndexSet other) => _ranges
        .SelectMany(range => other._ranges, (one, two) => (First: Math.Max(one.First, two.First), Last: Math.Min(one.Last, two.Last)))
        .Where(range => range.First <= range.Last)
        .Select(range => (int?)range.First)
        .FirstOrDefault();

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (first, last) in _ranges)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(first);
            if (last > first)
            {
                // Two in a row are written like more.
                text.Append('-').Append(last);
            }
        }

        return text.ToString();
    }

    private static bool TryParseRange(string text, int limit, out (int First, int Last) range, [NotNullWhen(false)] out string? error)
    {
        range = default;
        var parts = text.Split('-');
        if (parts.Length > 2)
        {
            error = $"the fragment \"{text}\" violates the requirement that an index interval can have at most two parts separated by '-'";
            return false;
        }

        foreach (var part in parts)
        {
            if (!int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            {
                error = $"cannot convert string to integer for index: \"{part}\"";
                return false;
            }

            if (index >= limit)
            {
                error = $"too large index: \"{part}\"";
                return false;
            }
        }

        range = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
        error = parts.Length == 2 && range.First >= range.Last ? $"non-increasing order, previous: {range.First}, current: {range.Last}" : null;
        return error is null;
    }
}

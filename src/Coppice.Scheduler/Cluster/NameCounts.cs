namespace Coppice.Scheduler;

/// <summary>A number under each name. Those that come to 0 are forgotten, or this would remember every name there ever was.</summary>
internal sealed class NameCounts
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public bool IsEmpty => _counts.Count == 0;

    /// <summary>How many names have a number.</summary>
    public int Count => _counts.Count;

    /// <summary>The smallest of the numbers.</summary>
    public int Least => _counts.Values.Min();

    public int Of(string name) => _counts.GetValueOrDefault(name);

    public void Add(string name, int number)
    {
        var count = Of(name) + number;
        if (count == 0)
        {
            _counts.Remove(name);
        }
        else
        {
            _counts[name] = count;
        }
    }
}

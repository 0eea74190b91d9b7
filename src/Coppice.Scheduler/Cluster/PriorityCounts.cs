namespace Coppice.Scheduler;

/// <summary>How many pods have which priority.</summary>
internal sealed class PriorityCounts
{
    private readonly SortedDictionary<int, int> _counts = [];

    /// <summary>The lowest of all; null if there are no pods.</summary>
    public int? Lowest => _counts.Count == 0 ? null : _counts.First().Key;

    public void Add(int priority, int number)
    {
        var count = _counts.GetValueOrDefault(priority) + number;
        if (count == 0)
        {
            _counts.Remove(priority);
        }
        else
        {
            _counts[priority] = count;
        }
    }
}

using Coppice.Testing;

namespace Coppice.Simulation.Faults;

/// <summary>What was done to a cluster, in words, and what is still to be taken back.</summary>
internal sealed class Chronicle(SimulationLoop loop, Random random)
{
    private readonly List<(DateTimeOffset At, Action Undo)> _undo = [];

    public List<string> Done { get; } = [];

    /// <summary>When the next thing is to be taken back; null for nothing.</summary>
    public DateTimeOffset? NextDue => _undo.Count == 0 ? null : _undo.Min(u => u.At);

    public void Note(string what) => Done.Add($"{loop.Time.GetUtcNow():dd HH:mm:ss.fff} {what}");

    /// <summary>Takes something back, after a time between the two.</summary>
    public void After(int leastSeconds, int mostSeconds, string what, Action undo) =>
        _undo.Add((loop.Time.GetUtcNow() + TimeSpan.FromSeconds(random.Next(leastSeconds, mostSeconds)), () =>
        {
            Note(what);
            undo();
        }));

    public void UndoUntil(DateTimeOffset now)
    {
        foreach (var due in _undo.Where(u => u.At <= now).OrderBy(u => u.At).ToList())
        {
            _undo.Remove(due);
            due.Undo();
        }
    }
}

namespace Coppice.ApiServer.Resources;

/// <summary>
/// One writer at a time for each key, in the order in which they came: whoever has the turn reads the newest version and writes the
/// next one, so that a change that is for whatever version there is never fails for somebody else's, and nobody waits for ever.
/// </summary>
internal sealed class WriteTurns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Turn> _last = new(StringComparer.Ordinal);

    /// <summary>Waits for those who came before; the turn ends when what is returned is disposed of.</summary>
    public async ValueTask<IDisposable> TakeAsync(string key)
    {
        var turn = new Turn(this, key);
        Turn? before;
        lock (_lock)
        {
            before = _last.GetValueOrDefault(key);
            _last[key] = turn;
        }

        if (before is not null)
        {
            await before.Ended;
        }

        return turn;
    }

    private sealed class Turn(WriteTurns turns, string key) : IDisposable
    {
        // The next writer does not run inside of the end of this one.
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void Dispose()
        {
            lock (turns._lock)
            {
                if (turns._last.GetValueOrDefault(key) == this)
                {
                    turns._last.Remove(key);
                }
            }

            _ended.SetResult();
        }
    }
}

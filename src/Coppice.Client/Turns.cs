namespace Coppice.Client;

/// <summary>
/// Lets work on the same name be done one after another, in the order in which it came: nobody waits for ever, and a name that nobody
/// works on costs nothing.
/// </summary>
public sealed class Turns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Turn> _last = new(StringComparer.Ordinal);

    /// <summary>Waits for those who came before; the turn ends when what is returned is disposed of, be it once or more often.</summary>
    public async ValueTask<IDisposable> TakeAsync(string name)
    {
        var turn = new Turn(this, name);
        Turn? before;
        lock (_lock)
        {
            before = _last.GetValueOrDefault(name);
            _last[name] = turn;
        }

        if (before is not null)
        {
            await before.Ended;
        }

        return turn;
    }

    public async ValueTask<T> InTurnAsync<T>(string name, Func<ValueTask<T>> work)
    {
        using var turn = await TakeAsync(name);
        return await work();
    }

    private sealed class Turn(Turns turns, string name) : IDisposable
    {
        // The next one does not run inside of the end of this one.
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void Dispose()
        {
            lock (turns._lock)
            {
                // Only by who came last: whoever waits must be waited for by whoever comes.
                if (turns._last.GetValueOrDefault(name) == this)
                {
                    turns._last.Remove(name);
                }
            }

            _ended.TrySetResult();
        }
    }
}

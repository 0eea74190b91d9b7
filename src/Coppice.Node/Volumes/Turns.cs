namespace Coppice.Node.Volumes;

/// <summary>Lets work on the same name happen one after another, in the order in which it came. A name that nobody works on costs nothing.</summary>
internal sealed class Turns
{
    private readonly Lock _gate = new();

    // By name, the end of the last turn that was asked for.
    private readonly Dictionary<string, Task> _last = new(StringComparer.Ordinal);

    public async ValueTask<T> InTurnAsync<T>(string name, Func<ValueTask<T>> work)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_gate)
        {
            before = _last.GetValueOrDefault(name, Task.CompletedTask);
            _last[name] = own.Task;
        }

        await before;
        try
        {
            return await work();
        }
        finally
        {
            Forget(name, own.Task);
            own.SetResult();
        }
    }

    // Only by who came last: whoever waits must be waited for by whoever comes.
    private void Forget(string name, Task own)
    {
        lock (_gate)
        {
            if (_last[name] == own)
            {
                _last.Remove(name);
            }
        }
    }
}

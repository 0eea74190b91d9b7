namespace Coppice.Scheduler;

/// <summary>What others hand in for the loop to do at its own pace, in order. Any thread may put; one loop drains.</summary>
internal sealed class Inbox
{
    private readonly Lock _gate = new();
    private Queue<Action> _put = new();
    private Queue<Action> _drained = new();
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Put(Action what)
    {
        lock (_gate)
        {
            _put.Enqueue(what);
            _woken.TrySetResult();
        }
    }

    public void Wake()
    {
        lock (_gate)
        {
            _woken.TrySetResult();
        }
    }

    /// <summary>Does what was put by now.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            (_put, _drained) = (_drained, _put);
            if (_woken.Task.IsCompleted)
            {
                _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        while (_drained.TryDequeue(out var what))
        {
            what();
        }
    }

    /// <summary>Completes when something was put, or somebody woke the loop, since the last drain.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            return _woken.Task;
        }
    }
}

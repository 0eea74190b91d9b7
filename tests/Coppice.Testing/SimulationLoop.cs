namespace Coppice.Testing;

/// <summary>
/// Runs asynchronous work on the calling thread alone, with a clock that moves only when there is nothing left to do. With the same
/// seed the same work runs in the same order, every time.
/// </summary>
/// <param name="order">Draws which of the waiting continuations runs next, so that seeds try different orders; null for first come, first served.</param>
public sealed class SimulationLoop(ManualTimeProvider time, Random? order = null) : SynchronizationContext
{
    private const int StepsInOneMoment = 20_000;
    private const int StepsShown = 1_000;

    private readonly List<(SendOrPostCallback Work, object? State)> _waiting = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private string? _strayed;

    public ManualTimeProvider Time { get; } = time;

    /// <summary>How many steps were run: a runaway loop shows here.</summary>
    public long Steps { get; private set; }

    /// <summary>Starts work that goes on whenever the loop runs.</summary>
    public Task Start(Func<Task> work)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            return work();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Runs everything that can run without the clock moving on.</summary>
    /// <exception cref="InvalidOperationException">Work left the thread, or never comes to rest.</exception>
    public void RunUntilIdle()
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            var limit = Steps + StepsInOneMoment;
            var lately = new SortedDictionary<string, int>(StringComparer.Ordinal);
            while (TryTake(out var next))
            {
                if (++Steps > limit - StepsShown)
                {
                    var name = NameOf(next.State);
                    lately[name] = lately.GetValueOrDefault(name) + 1;
                }

                next.Work(next.State);
                if (Steps > limit)
                {
                    var who = lately.OrderByDescending(l => l.Value).Select(l => $"{l.Value} × {l.Key}");
                    throw new InvalidOperationException(
                        $"the work never comes to rest: {StepsInOneMoment} steps in one moment, of the last {StepsShown}:\n  {string.Join("\n  ", who)}");
                }
            }
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Lets time pass.</summary>
    public void RunFor(TimeSpan duration) => RunUntil(() => false, duration);

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <returns>Whether it came to hold in time.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan within)
    {
        var end = Time.GetUtcNow() + within;
        RunUntilIdle();
        while (!condition())
        {
            if (Time.GetUtcNow() >= end && !(Time.NextDue <= end))
            {
                return false;
            }

            Advance(end);
            RunUntilIdle();
        }

        return true;
    }

    /// <summary>Lets time pass until a piece of work is done, and gives its result.</summary>
    public T Await<T>(Func<Task<T>> work, TimeSpan? within = null)
    {
        var task = default(Task<T>);
        Start(() => task = work());
        return RunUntil(() => task!.IsCompleted, within ?? TimeSpan.FromMinutes(1))
            ? task!.GetAwaiter().GetResult()
            : throw new TimeoutException("the work waits for something that does not happen");
    }

    /// <inheritdoc cref="Await{T}"/>
    public void Await(Func<Task> work, TimeSpan? within = null) => Await(
        async () =>
        {
            await work();
            return true;
        },
        within);

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            // Thrown on the loop's own thread: here it would only end a thread of the pool.
            _strayed ??= new System.Diagnostics.StackTrace(true).ToString();
        }

        lock (_waiting)
        {
            _waiting.Add((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    private void Advance(DateTimeOffset end)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            Time.AdvanceToNext(end);
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    // An async method goes on in a box that is generic in its state machine.
    private static string NameOf(object? state) => ((state as Delegate)?.Target ?? state)?.GetType() switch
    {
        { IsGenericType: true } box => box.GetGenericArguments()[^1] is var machine ? $"{machine.DeclaringType?.Name}.{machine.Name}" : box.Name,
        { } type => type.Name,
        null => "nobody",
    };

    private bool TryTake(out (SendOrPostCallback Work, object? State) next)
    {
        lock (_waiting)
        {
            if (_strayed is not null)
            {
                throw new InvalidOperationException($"work left the simulation's thread, and no run of it can be repeated:\n{_strayed}");
            }

            if (_waiting.Count == 0)
            {
                next = default;
                return false;
            }

            var at = order?.Next(_waiting.Count) ?? 0;
            next = _waiting[at];
            _waiting.RemoveAt(at);
            return true;
        }
    }
}

using Coppice.Client.Metrics;
using Coppice.Client.Tracing;
using Microsoft.Extensions.Logging;

namespace Coppice.Client;

/// <summary>
/// Runs a reconciler for every key that is put in: each key by one worker at a time, in the order in which keys came, several keys at
/// once, with a growing pause after failures. All retry policy of all controllers is here.
/// </summary>
public sealed partial class ReconcileLoop<TKey>(string name, IReconciler<TKey> reconciler, ReconcileOptions options, TimeProvider time, ILogger log)
    where TKey : struct
{
    /// <summary>Timers take no more than 49 days, and tolerations may last for years; a look that comes early does no harm.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Backoff _backoff = new(options.FirstPause, options.LongestPause);
    private readonly SteadyClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly Queue<TKey> _ready = new();

    // Since when they wait, and since when they are worked on: timestamps.
    private readonly Dictionary<TKey, long> _queued = [];
    private readonly Dictionary<TKey, long> _running = [];
    private readonly HashSet<TKey> _dirty = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Dictionary<TKey, Alarm> _alarms = [];
    private readonly WorkQueueFigures _figures = new(name, time);
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nothing waits and nothing runs; keys with a pause to sit out don't count.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count == 0 && _running.Count == 0;
            }
        }
    }

    /// <summary>Asks for a look at a key. While the key is worked on, the look follows right after.</summary>
    public void Enqueue(TKey key)
    {
        lock (_gate)
        {
            if (_running.ContainsKey(key))
            {
                _figures.Adds += _dirty.Add(key) ? 1 : 0;
                return;
            }

            if (_queued.TryAdd(key, time.GetTimestamp()))
            {
                _figures.Adds++;
                _ready.Enqueue(key);
                _wake.TrySetResult();
            }
        }
    }

    /// <summary>Asks for a look after a delay; of several for a key, the earliest counts.</summary>
    public void EnqueueAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Enqueue(key);
            return;
        }

        delay = delay < LongestWait ? delay : LongestWait;
        lock (_gate)
        {
            _figures.Retries++;
            var due = _clock.GetUtcNow() + delay;
            if (_alarms.TryGetValue(key, out var set))
            {
                if (set.Due <= due)
                {
                    return;
                }

                set.Timer.Dispose();
            }

            _alarms[key] = new(due, time.CreateTimer(_ => Ring(key), null, delay, Timeout.InfiniteTimeSpan));
        }
    }

    /// <summary>What it has to tell of its queue.</summary>
    public void WriteTo(MetricsText text)
    {
        lock (_gate)
        {
            _figures.WriteTo(text, _ready.Count, _running.Values);
        }
    }

    /// <summary>Works until stopped, then waits for the keys that are being worked on.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var working = new HashSet<Task>();
        using var onStop = stop.Register(() => Wake());
        while (!stop.IsCancellationRequested)
        {
            while (TryTake(out var key))
            {
                working.Add(WorkAsync(key, stop));
            }

            // Asked after that: what woke the loop before it is forgotten, the stop among it.
            if (stop.IsCancellationRequested)
            {
                break;
            }

            await _wake.Task;
            working.RemoveWhere(t => t.IsCompleted);
        }

        await Task.WhenAll(working);
        lock (_gate)
        {
            foreach (var alarm in _alarms.Values)
            {
                alarm.Timer.Dispose();
            }

            _alarms.Clear();
        }
    }

    private bool TryTake(out TKey key)
    {
        lock (_gate)
        {
            if (_running.Count < options.Workers && _ready.TryDequeue(out key))
            {
                _queued.Remove(key, out var since);
                _figures.Waited(since);
                _running.Add(key, time.GetTimestamp());
                return true;
            }

            _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
            key = default;
            return false;
        }
    }

    private async Task WorkAsync(TKey key, CancellationToken stop)
    {
        // The dispatcher goes on while this key is planned.
        await Task.Yield();
        TimeSpan? again = null;
        using var span = Traces.AreOn ? Traces.Begin($"reconcile {name}") : null;
        span?.SetTag("coppice.key", $"{key}");
        try
        {
            var result = await reconciler.ReconcileAsync(key, stop);
            _ = ForgetFailures(key);
            again = result.Delay;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody looks again.
        }
        catch (ApiException e) when (e.IsConflict || e.IsNotFound || e.IsAlreadyExists)
        {
            // The world moved on while we planned: not worth a word, but worth another look.
            again = PauseAfterFailure(key);
        }
        catch (Exception e)
        {
            again = PauseAfterFailure(key);
            span.Fail(e.Message);
            if (e is ApiException or IOException or HttpRequestException)
            {
                LogRefused(name, $"{key}", again.Value.TotalSeconds, e.Message);
            }
            else
            {
                LogFailed(e, name, $"{key}", again.Value.TotalSeconds);
            }
        }
        finally
        {
            // Whatever went wrong, be it the telling of it: a key that counts as worked on would never be looked at again.
            Finish(key);
            if (again is { } delay && !stop.IsCancellationRequested)
            {
                EnqueueAfter(key, delay);
            }
        }
    }

    private bool ForgetFailures(TKey key)
    {
        lock (_gate)
        {
            return _failures.Remove(key);
        }
    }

    private TimeSpan PauseAfterFailure(TKey key)
    {
        lock (_gate)
        {
            var failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
            return _backoff.After(failures);
        }
    }

    private void Finish(TKey key)
    {
        lock (_gate)
        {
            _running.Remove(key, out var since);
            _figures.Worked(since);
            if (_dirty.Remove(key) && _queued.TryAdd(key, time.GetTimestamp()))
            {
                _ready.Enqueue(key);
            }

            _wake.TrySetResult();
        }
    }

    private void Ring(TKey key)
    {
        lock (_gate)
        {
            if (_alarms.Remove(key, out var alarm))
            {
                alarm.Timer.Dispose();
            }
        }

        Enqueue(key);
    }

    private void Wake()
    {
        lock (_gate)
        {
            _wake.TrySetResult();
        }
    }

    private sealed record Alarm(DateTimeOffset Due, ITimer Timer);

    [LoggerMessage(8101, LogLevel.Warning, "{Loop}: {Key} failed and is tried again in {Seconds} s: {Why}")]
    private partial void LogRefused(string loop, string key, double seconds, string why);

    [LoggerMessage(8102, LogLevel.Error, "{Loop}: {Key} failed and is tried again in {Seconds} s")]
    private partial void LogFailed(Exception e, string loop, string key, double seconds);
}

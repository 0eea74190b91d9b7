using System.Text;
using Coppice.Client.Metrics;
using Coppice.Objects;
using Coppice.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Client.Tests.Reconciling;

public sealed class ReconcileLoopTests : IDisposable
{
    private static readonly ObjectKey A = new("default", "a");

    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly CancellationTokenSource _stop = new();
    private readonly SettableClock _clock;
    private readonly Script _script;
    private readonly ReconcileLoop<ObjectKey> _reconciling;

    public ReconcileLoopTests()
    {
        _clock = new SettableClock(_loop.Time);
        _script = new Script(_loop.Time);
        _reconciling = new("test", _script, ReconcileOptions.Default with { Workers = 2 }, _clock, NullLogger.Instance);
        _loop.Start(() => _reconciling.RunAsync(_stop.Token));
    }

    private string Figures()
    {
        var text = new MetricsText();
        _reconciling.WriteTo(text);
        return Encoding.UTF8.GetString(text.ToBytes().Span);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.RunUntilIdle();
        _stop.Dispose();
    }

    [Fact]
    public void A_key_that_is_put_in_many_times_before_its_turn_is_looked_at_once()
    {
        _reconciling.Enqueue(A);
        _reconciling.Enqueue(A);
        _loop.RunUntilIdle();
        Assert.Single(_script.Looks);
        Assert.True(_reconciling.IsIdle);
    }

    [Fact]
    public void It_tells_how_much_waits_and_how_long_work_takes()
    {
        var gate = new TaskCompletionSource();
        _script.Do = async _ =>
        {
            await gate.Task;
            return ReconcileResult.After(TimeSpan.FromDays(1));
        };
        _reconciling.Enqueue(A);
        _reconciling.Enqueue(new("default", "b"));
        _reconciling.Enqueue(new("default", "c"));
        _loop.RunUntilIdle();
        _loop.Time.Advance(TimeSpan.FromSeconds(3));
        var busy = Figures();
        Assert.Contains("workqueue_adds_total{name=\"test\"} 3\n", busy);
        Assert.Contains("workqueue_depth{name=\"test\"} 1\n", busy);
        Assert.Contains("workqueue_longest_running_processor_seconds{name=\"test\"} 3\n", busy);
        Assert.Contains("workqueue_unfinished_work_seconds{name=\"test\"} 6\n", busy);

        _loop.Await(() =>
        {
            gate.SetResult();
            return Task.CompletedTask;
        });
        _loop.RunUntilIdle();
        var idle = Figures();
        Assert.Contains("workqueue_depth{name=\"test\"} 0\n", idle);
        Assert.Contains("workqueue_retries_total{name=\"test\"} 3\n", idle);
        Assert.Contains("workqueue_work_duration_seconds_sum{name=\"test\"} 6\n", idle);
        Assert.Contains("workqueue_queue_duration_seconds_count{name=\"test\"} 3\n", idle);
    }

    [Fact]
    public void A_key_that_changes_while_it_is_worked_on_is_looked_at_again_and_never_by_two()
    {
        var gate = new TaskCompletionSource();
        _script.Do = async _ =>
        {
            await gate.Task;
            return ReconcileResult.Done;
        };
        _reconciling.Enqueue(A);
        _loop.RunUntilIdle();
        _reconciling.Enqueue(A);
        _loop.RunUntilIdle();
        Assert.Single(_script.Looks);
        _loop.Await(() =>
        {
            gate.SetResult();
            return Task.CompletedTask;
        });
        Assert.Equal(2, _script.Looks.Count);
    }

    [Fact]
    public void Failures_are_tried_again_after_pauses_that_double_and_success_forgets_them()
    {
        var failures = 4;
        _script.Do = _ => failures-- > 0 ? throw new InvalidOperationException("not yet") : new(ReconcileResult.Done);
        _reconciling.Enqueue(A);
        _loop.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 5, 15, 35, 75], _script.Milliseconds);

        failures = 1;
        _script.Looks.Clear();
        _reconciling.Enqueue(A);
        _loop.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 5], _script.Milliseconds);
    }

    [Fact]
    public void A_key_that_names_nothing_is_tried_again_like_any_other()
    {
        var failures = 2;
        _script.Do = _ => failures-- > 0 ? throw new IOException("no such device") : new(ReconcileResult.Done);
        _reconciling.Enqueue(default);
        _loop.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(3, _script.Looks.Count);
        Assert.True(_reconciling.IsIdle);
    }

    [Fact]
    public void A_failure_that_cannot_even_be_told_is_tried_again()
    {
        var reconciling = new ReconcileLoop<ObjectKey>("test", _script, ReconcileOptions.Default, _clock, new BrokenLog());
        _loop.Start(() => reconciling.RunAsync(_stop.Token));
        var failures = 1;
        _script.Do = _ => failures-- > 0 ? throw new IOException("no such device") : new(ReconcileResult.Done);
        reconciling.Enqueue(A);
        _loop.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _script.Looks.Count);
        Assert.True(reconciling.IsIdle);
    }

    [Fact]
    public void A_wish_to_look_again_is_kept_and_a_change_comes_before_it()
    {
        _script.Do = _ => new(ReconcileResult.After(TimeSpan.FromSeconds(10)));
        _reconciling.Enqueue(A);
        _loop.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal([0, 10_000], _script.Milliseconds);
        _reconciling.Enqueue(A);
        _loop.RunUntilIdle();
        Assert.Equal(3, _script.Looks.Count);
    }

    [Fact]
    public void A_clock_that_is_set_forward_puts_no_look_off()
    {
        _script.Do = _ => new(ReconcileResult.Done);
        _reconciling.EnqueueAfter(A, TimeSpan.FromHours(1));
        _clock.Ahead = TimeSpan.FromHours(2);
        _reconciling.EnqueueAfter(A, TimeSpan.FromSeconds(10));
        _loop.RunFor(TimeSpan.FromSeconds(10));
        Assert.Single(_script.Looks);
    }

    [Fact]
    public void A_look_that_is_years_away_comes_early_rather_than_never()
    {
        _reconciling.EnqueueAfter(A, TimeSpan.FromSeconds(int.MaxValue));
        _loop.RunFor(TimeSpan.FromDays(1));
        Assert.Single(_script.Looks);
    }

    [Fact]
    public void Of_several_keys_only_so_many_are_worked_on_at_once()
    {
        var gate = new TaskCompletionSource();
        _script.Do = async _ =>
        {
            await gate.Task;
            return ReconcileResult.Done;
        };
        for (var i = 0; i < 5; i++)
        {
            _reconciling.Enqueue(new("default", $"k{i}"));
        }

        _loop.RunUntilIdle();
        Assert.Equal(["k0", "k1"], _script.Looks.Select(l => l.Key.Name));
        _loop.Await(() =>
        {
            gate.SetResult();
            return Task.CompletedTask;
        });
        Assert.Equal(5, _script.Looks.Count);
    }

    private sealed class Script(ManualTimeProvider time) : IReconciler
    {
        public List<(ObjectKey Key, DateTimeOffset At)> Looks { get; } = [];

        public Func<ObjectKey, ValueTask<ReconcileResult>> Do { get; set; } = _ => new(ReconcileResult.Done);

        /// <summary>When the looks were, counted from the first.</summary>
        public IEnumerable<int> Milliseconds => Looks.Select(l => (int)(l.At - Looks[0].At).TotalMilliseconds);

        public ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
        {
            Looks.Add((key, time.GetUtcNow()));
            return Do(key);
        }
    }

    private sealed class BrokenLog : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("the log is broken");
    }
}

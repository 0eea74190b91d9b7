using System.Text;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Scheduler.Tests;

/// <summary>The scheduling loop at work on the real verbs, by a clock that the test moves.</summary>
public abstract class SchedulingTest : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly EventNotes _notes = new();

    protected SchedulingTest()
    {
        Clock = new SettableClock(Loop.Time);
        var caches = new CacheSet(Api, Loop.Time, NullLoggerFactory.Instance);
        Scheduler = new SchedulingLoop(Api, SchedulerCaches.Of(caches), _notes, SchedulerOptions.Default, Clock, NullLogger.Instance);
        Loop.Start(() => caches.RunAsync(_stop.Token));
        Loop.Start(() => Scheduler.RunAsync(_stop.Token));
    }

    private protected TestApi Api { get; } = new(new ManualTimeProvider(), "default");

    private protected SimulationLoop Loop { get; } = new(new ManualTimeProvider());

    private protected SettableClock Clock { get; }

    private protected SchedulingLoop Scheduler { get; }

    /// <summary>What the scheduler has to tell, in Prometheus' text.</summary>
    protected string Figures()
    {
        var text = new MetricsText();
        Scheduler.WriteTo(text);
        return Encoding.UTF8.GetString(text.ToBytes().Span);
    }

    /// <summary>TYPE REASON MESSAGE.</summary>
    protected IReadOnlyList<string> Events => _notes.Notes;

    public void Dispose()
    {
        _stop.Cancel();
        Loop.RunUntilIdle();
        _stop.Dispose();
    }

    private protected T Create<T>(T item) where T : KubernetesObject => Loop.Await(() => Task.FromResult(Api.Create(item)));

    private protected Pod FindPod(string name) => Api.All<Pod>().Single(pod => pod.Metadata.Name == name);

    private protected string? NodeOfPod(string name) => FindPod(name).Spec.NodeName;

    private sealed class EventNotes : IEventRecorder
    {
        public List<string> Notes { get; } = [];

        public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) =>
            Notes.Add($"{type} {reason} {message}");
    }
}

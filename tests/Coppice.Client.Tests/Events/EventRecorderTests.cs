using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging;

namespace Coppice.Client.Tests.Events;

public sealed class EventRecorderTests : IDisposable
{
    private static readonly Pod Web = new() { Metadata = new() { Namespace = "shop", Name = "web", Uid = "u1", ResourceVersion = "7" } };

    private readonly TestApi _api = new(new ManualTimeProvider(), "default", "shop");
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly CancellationTokenSource _stop = new();
    private readonly Lines _lines = new();
    private readonly EventRecorder _recorder;

    public EventRecorderTests()
    {
        _recorder = new(_api, "kubelet", "node-1", _loop.Time, new Random(1), _lines);
        _loop.Start(() => _recorder.RunAsync(_stop.Token));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.RunUntilIdle();
        _stop.Dispose();
    }

    [Fact]
    public void An_event_names_its_object_its_source_and_its_time()
    {
        _recorder.Record(Web, "Warning", "Unhealthy", "no answer", "spec.containers{web}");
        var written = Assert.Single(Written());
        Assert.Matches("^web\\.[0-9a-f]{16}$", written.Metadata.Name);
        Assert.Equal("shop", written.Metadata.Namespace);
        Assert.Equal(
            new ObjectReference { ApiVersion = "v1", Kind = "Pod", Namespace = "shop", Name = "web", Uid = "u1", ResourceVersion = "7", FieldPath = "spec.containers{web}" },
            written.InvolvedObject);
        Assert.Equal(("kubelet", "node-1", "kubelet"), (written.Source.Component, written.Source.Host, written.ReportingComponent));
        Assert.Equal(("Warning", "Unhealthy", "no answer", 1), (written.Type, written.Reason, written.Message, written.Count));
        Assert.Equal(_loop.Time.GetUtcNow(), written.FirstTimestamp);
    }

    [Fact]
    public void An_event_about_a_custom_object_names_what_the_object_says_it_is()
    {
        _recorder.Record(
            new CustomObject { ApiVersion = "stable.example.com/v1", Kind = "CronTab", Metadata = new() { Namespace = "shop", Name = "tab", Uid = "u2" } },
            "Normal", "Ran", "it ran");
        var about = Assert.Single(Written()).InvolvedObject;
        Assert.Equal(("stable.example.com/v1", "CronTab", "tab"), (about.ApiVersion, about.Kind, about.Name));
    }

    [Fact]
    public void One_recorder_speaks_for_several_tellers_each_by_its_own_client()
    {
        _api.GrantDefaultRoles();
        _recorder.As("deployment-controller", _api.As(Users.Controller("deployment-controller"))).Record(Web, "Normal", "ScalingReplicaSet", "up");
        var written = Assert.Single(Written());
        Assert.Equal(("deployment-controller", "deployment-controller"), (written.Source.Component, written.ReportingComponent));
        Assert.Equal("kube-controller-manager", Assert.Single(written.Metadata.ManagedFields).Manager);
    }

    [Fact]
    public void Repeats_are_one_event_with_a_growing_count()
    {
        var first = _loop.Time.GetUtcNow();
        for (var i = 0; i < 3; i++)
        {
            _recorder.Record(Web, "Normal", "Pulled", "pulled");
            _loop.RunFor(TimeSpan.FromSeconds(10));
        }

        var written = Assert.Single(Written());
        Assert.Equal((3, first, first + TimeSpan.FromSeconds(20)), (written.Count, written.FirstTimestamp, written.LastTimestamp));
    }

    [Fact]
    public void Events_of_objects_without_a_namespace_go_to_default()
    {
        _recorder.Record(new Node { Metadata = new() { Name = "n" } }, "Normal", "NodeReady", "ready");
        Assert.Equal("default", Assert.Single(Written()).Metadata.Namespace);
    }

    [Fact]
    public void Many_similar_events_are_combined()
    {
        for (var i = 1; i <= 14; i++)
        {
            _recorder.Record(Web, "Warning", "Failed", $"attempt {i}");
        }

        var written = Written();
        Assert.Equal(11, written.Count);
        var combined = Assert.Single(written, e => e.Count > 1);
        Assert.Equal(("(combined from similar events): attempt 14", 4), (combined.Message, combined.Count));
    }

    [Fact]
    public void An_object_with_too_much_to_say_is_cut_short_and_gets_one_more_every_five_minutes()
    {
        for (var i = 0; i < 40; i++)
        {
            _recorder.Record(Web, "Normal", $"Reason{i}", "said");
        }

        Assert.Equal(25, Written().Count);
        _loop.RunFor(TimeSpan.FromMinutes(5));
        _recorder.Record(Web, "Normal", "Later", "said");
        _recorder.Record(Web, "Normal", "Last", "said");
        Assert.Equal(26, Written().Count);
    }

    [Fact]
    public void An_event_that_was_removed_meanwhile_is_written_anew()
    {
        _recorder.Record(Web, "Normal", "Pulled", "pulled");
        var first = Assert.Single(Written());
        _loop.Await(() => _api.DeleteAsync<Event>(new("shop", first.Metadata.Name!), null, default).AsTask());
        _recorder.Record(Web, "Normal", "Pulled", "pulled");
        Assert.Equal(2, Assert.Single(Written()).Count);
    }

    [Fact]
    public void A_lost_connection_delays_events_and_a_refusal_drops_them()
    {
        var lost = 2;
        _api.Fault = (_, _) =>
        {
            if (lost-- > 0)
            {
                throw new HttpRequestException("connection refused");
            }
        };
        _recorder.Record(Web, "Normal", "Delayed", "said");
        Assert.Empty(Written());
        _loop.RunFor(TimeSpan.FromSeconds(20));
        Assert.Single(Written());

        _api.Fault = (_, _) => throw new ApiException(new() { Code = 403, Reason = "Forbidden", Message = "the namespace is being terminated" });
        _recorder.Record(Web, "Normal", "Refused", "said");
        _loop.RunUntilIdle();
        _api.Fault = (_, _) => { };
        _recorder.Record(Web, "Normal", "After", "said");
        Assert.Equal(["Delayed", "After"], Written().OrderBy(e => long.Parse(e.Metadata.ResourceVersion!)).Select(e => e.Reason));
    }

    [Fact]
    public void What_is_not_written_is_counted_and_said_at_most_every_five_minutes()
    {
        _api.Fault = (_, _) => throw new ApiException(new() { Code = 503, Reason = "ServiceUnavailable", Message = "the disk is full" });
        for (var i = 0; i < 3; i++)
        {
            _recorder.Record(Web, "Normal", $"Reason{i}", "said");
        }

        _loop.RunUntilIdle();
        Assert.Equal(["The event Reason0 of web was not written: the disk is full"], _lines.Said);
        _loop.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal("2 more events were not written; the last was Reason2 of web: the disk is full", _lines.Said[^1]);
        _loop.RunFor(TimeSpan.FromMinutes(60));
        Assert.Equal(2, _lines.Said.Count);
    }

    [Fact]
    public void A_full_queue_and_an_object_that_says_too_much_are_told_of()
    {
        for (var i = 0; i < EventLimits.Default.QueueLength + 40; i++)
        {
            _recorder.Record(Web with { Metadata = Web.Metadata with { Name = $"web-{i}", Uid = $"{i}" } }, "Normal", "Reason", "said");
        }

        Assert.Equal(["The event Reason of web-1000 was not written: 1000 others wait to be written"], _lines.Said);
        _loop.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal("39 more events were not written; the last was Reason of web-1039: 1000 others wait to be written", _lines.Said[^1]);
        _loop.RunFor(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 26; i++)
        {
            _recorder.Record(Web, "Normal", $"Reason{i}", "said");
        }

        _loop.RunUntilIdle();
        Assert.Equal("The event Reason25 of web was not written: this object had too much to say", _lines.Said[^1]);
    }

    private IReadOnlyList<Event> Written()
    {
        _loop.RunUntilIdle();
        return _api.All<Event>();
    }

    /// <summary>What was logged for people.</summary>
    private sealed class Lines : ILogger
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Said.Add(formatter(state, exception));
    }
}

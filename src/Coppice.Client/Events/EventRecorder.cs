using System.Globalization;
using System.Threading.Channels;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Client;

/// <summary>
/// Writes events as Kubernetes' recorder does: repeats become one event with a growing count, many similar ones a combined one, and an
/// object that has too much to say is cut short. <see cref="Record"/> only queues; <see cref="RunAsync"/> writes.
/// </summary>
public sealed partial class EventRecorder : IEventRecorder
{
    private static readonly EventLimits Limits = EventLimits.Default;

    private readonly IApiClient _client;
    private readonly string _component;
    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _log;
    private readonly EventCorrelator _correlator = new(Limits);
    private readonly EventLosses _losses;
    private readonly Channel<Occurrence> _queue;

    /// <param name="component">Who tells, as in "kubelet" or "default-scheduler".</param>
    /// <param name="host">The node that it tells from; empty for the control plane.</param>
    public EventRecorder(IApiClient client, string component, string host, TimeProvider time, Random random, ILogger log)
    {
        (_client, _component, _host, _time, _random, _log) = (client, component, host, time, random, log);
        _losses = new EventLosses(Limits.LossesToldEvery, time, log);
        _queue = Channel.CreateBounded<Occurrence>(
            new BoundedChannelOptions(Limits.QueueLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            dropped => _losses.Add(dropped.About.Name, dropped.Reason, $"{Limits.QueueLength} others wait to be written"));
    }

    public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) =>
        Queue(null, about, type, reason, message, fieldPath);

    public IEventRecorder As(string component, IApiClient api) => new OtherTeller(this, new(component, api));

    private void Queue(EventTeller? teller, KubernetesObject about, string type, string reason, string message, string? fieldPath)
    {
        var (apiVersion, kind) = BuiltInKinds.NameOf(about);
        var reference = new ObjectReference
        {
            ApiVersion = apiVersion,
            Kind = kind,
            Namespace = about.Metadata.Namespace,
            Name = about.Metadata.Name,
            Uid = about.Metadata.Uid,
            ResourceVersion = about.Metadata.ResourceVersion,
            FieldPath = fieldPath,
        };
        _queue.Writer.TryWrite(new(reference, type, reason, message, ApiTime.Truncate(_time.GetUtcNow())) { Teller = teller });
    }

    /// <summary>Writes what is recorded until stopped; what is then still queued is lost.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stop))
            {
                while (_queue.Reader.TryRead(out var occurrence))
                {
                    if (_correlator.Correlate(occurrence) is { } record)
                    {
                        await WriteAsync(record, stop);
                    }
                    else
                    {
                        _losses.Add(occurrence.About.Name, occurrence.Reason, "this object had too much to say");
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped: an event is a courtesy, and its queue is not worth waiting for.
        }
        finally
        {
            _losses.Dispose();
        }
    }

    private async Task WriteAsync(EventRecord record, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                _correlator.Remember(record, await StoreAsync(record, stop));
                return;
            }
            catch (ApiException e) when (e.Status.Code < 500)
            {
                // The API has judged: asking again would not change its mind (a namespace that is going away, say).
                LogRefused(record.Occurrence.About.Name, record.Occurrence.Reason, e.Message);
                return;
            }
            catch (Exception e) when (e is IOException or HttpRequestException && tries < Limits.Tries)
            {
                await Task.Delay(Limits.PauseBetweenTries, _time, stop);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                _losses.Add(record.Occurrence.About.Name, record.Occurrence.Reason, e.Message);
                return;
            }
        }
    }

    private async ValueTask<Event> StoreAsync(EventRecord record, CancellationToken stop)
    {
        var api = record.Occurrence.Teller?.Api ?? _client;
        if (record.Previous is { } previous)
        {
            try
            {
                // Without a revision: nobody else writes this event, and a count is not worth a conflict.
                return await api.UpdateAsync(Repeat(previous, record), stop);
            }
            catch (ApiException e) when (e.IsNotFound || e.IsConflict)
            {
                // It grew too old and was removed, or another has its name; it is told anew.
            }
        }

        while (true)
        {
            try
            {
                return await api.CreateAsync(Begin(record), stop);
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                // Two recorders drew one name in one moment: draw again.
            }
        }
    }

    private static Event Repeat(Event previous, EventRecord record) => previous with
    {
        Metadata = previous.Metadata with { ResourceVersion = null },
        Message = record.Occurrence.Message,
        LastTimestamp = record.Occurrence.At,
        Count = record.Count,
    };

    private Event Begin(EventRecord record)
    {
        var occurrence = record.Occurrence;
        var teller = occurrence.Teller?.Component ?? _component;
        return new Event
        {
            ApiVersion = "v1",
            Kind = "Event",
            Metadata = new()
            {
                Name = $"{occurrence.About.Name}.{DrawSuffix()}",
                // Events are namespaced; those of objects that are not live with the default namespace's.
                Namespace = string.IsNullOrEmpty(occurrence.About.Namespace) ? "default" : occurrence.About.Namespace,
            },
            InvolvedObject = occurrence.About,
            Type = occurrence.Type,
            Reason = occurrence.Reason,
            Message = occurrence.Message,
            Source = new() { Component = teller, Host = _host.Length == 0 ? null : _host },
            ReportingComponent = teller,
            ReportingInstance = _host.Length == 0 ? null : _host,
            FirstTimestamp = record.Previous?.FirstTimestamp ?? occurrence.At,
            LastTimestamp = occurrence.At,
            Count = record.Count,
        };
    }

    // Kubernetes takes the nanoseconds since 1970. Their lowest 20 bits, about a millisecond, are drawn here instead: several
    // components tell of one pod in the same instant, and in a simulation time stands still.
    private string DrawSuffix()
    {
        var nanoseconds = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        return ((nanoseconds & ~0xFFFFFL) | (long)_random.Next(0x100000)).ToString("x", CultureInfo.InvariantCulture);
    }

    private sealed class OtherTeller(EventRecorder recorder, EventTeller teller) : IEventRecorder
    {
        public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) =>
            recorder.Queue(teller, about, type, reason, message, fieldPath);
    }

    [LoggerMessage(8303, LogLevel.Debug, "The event {Reason} of {Name} was refused: {Why}")]
    private partial void LogRefused(string? name, string reason, string why);
}

using System.Threading.Channels;
using Coppice.Client.Metrics;
using Coppice.Network.Dns;
using Coppice.Network.HealthPorts;
using Coppice.Network.Nftables;
using Coppice.Network.Translation;

namespace Coppice.Network;

/// <summary>
/// Keeps the node's rules and the cluster's names equal to what services, endpoints and host ports ask for: observe, plan, apply.
/// The first change is applied at once; what comes while it is being applied is applied together afterwards. A failure is tried
/// again by itself. Wake it whenever one of the watched objects changes.
/// </summary>
/// <param name="observe">What there is now; null while it is not wholly known yet, because rules from half of it would cut off the other half.</param>
/// <param name="publish">Takes each new snapshot of the names: usually <see cref="DnsServer.Zone"/>.</param>
public sealed class ServiceNetworkLoop(
    Func<NetworkObjects?> observe, IServiceRules rules, Action<DnsZone> publish, NetworkOptions options, TimeProvider time, NetworkJournal journal)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly NetworkTranslator _translator = new(options);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly RestoreRateLimit _rateLimit = new(time);
    private readonly NetworkFigures _figures = new(time);
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _waiting = [];
    private readonly Dictionary<NftFamily, NftTable> _plans = [];
    private volatile bool _auditDue;

    /// <summary>Told how the rules are, so that load balancers learn whether to send here; null for nobody.</summary>
    public HealthPortServer? HealthPorts { get; init; }

    private enum Outcome
    {
        Applied,
        NotYetKnown,

        /// <summary>Again and again: it is not put right before the pause is over.</summary>
        TamperedWith,
        Failed,
    }

    /// <summary>Something changed. Cheap, from any thread, any number of times.</summary>
    public void Wake()
    {
        _figures.Queued();
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Completes when the rules are as what is there now asks for, or as what came after it; however often that has to be tried.</summary>
    public Task ApplyAsync(CancellationToken stop)
    {
        var applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add(applied);
        }

        Wake();
        return applied.Task.WaitAsync(stop);
    }

    /// <summary>What it has to tell, for whoever looks.</summary>
    public void WriteTo(MetricsText text) => _figures.WriteTo(text);

    /// <summary>Runs until it is stopped; the rules stay as they are then.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var audit = time.CreateTimer(_ => Audit(), null, options.RuleAuditInterval, options.RuleAuditInterval);
        using var retry = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var watching = WatchAsync(stop);
        Wake();
        try
        {
            while (await _wake.Reader.WaitToReadAsync(stop))
            {
                _wake.Reader.TryRead(out _);
                var (outcome, pause) = await TryApplyAsync(stop);
                switch (outcome)
                {
                    case Outcome.NotYetKnown or Outcome.TamperedWith:
                        retry.Change(pause, Timeout.InfiniteTimeSpan);
                        break;
                    case Outcome.Failed:
                        // What changes meanwhile is in the next try: a kernel that refuses is not asked again with every change.
                        Wake();
                        await Task.Delay(pause, time, stop);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops; its pods and their rules do not.
        }

        await watching;
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        try
        {
            await rules.WatchAsync(Audit, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            // The audits go on.
            journal.Failed(e, options.RuleAuditInterval);
        }
    }

    private void Audit()
    {
        _auditDue = true;
        Wake();
    }

    private async ValueTask<(Outcome Outcome, TimeSpan Pause)> TryApplyAsync(CancellationToken stop)
    {
        try
        {
            var waiting = Waiting();
            if (observe() is not { } objects)
            {
                return (Outcome.NotYetKnown, RetryAfter);
            }

            var start = time.GetTimestamp();
            var translated = _translator.Translate(objects);
            // Names need no kernel: they are told even if the rules fail.
            publish(translated.Zone);
            var warnings = new List<RuleWarning>();
            foreach (var state in translated.States)
            {
                var plan = _plans[state.Node.Family] = RulePlanner.Plan(state, _plans.GetValueOrDefault(state.Node.Family));
                warnings.AddRange([.. plan.Warnings, .. await rules.ApplyAsync(plan, stop)]);
            }

            warnings.AddRange(HealthPorts is null ? [] : await HealthPorts.ShowAsync(translated.State.HealthPorts));
            journal.Warnings(warnings);
            journal.Succeeded();
            _figures.Synced(start);
            Answer(waiting);
            if (_auditDue && _rateLimit.Pause is var pause)
            {
                if (pause > TimeSpan.Zero)
                {
                    return (Outcome.TamperedWith, pause);
                }

                _auditDue = false;
                await RestoreAsync(stop);
            }

            return (Outcome.Applied, default);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            journal.Failed(e, RetryAfter);
            _figures.Failed();
            HealthPorts?.Fail();
            return (Outcome.Failed, RetryAfter);
        }
    }

    private TaskCompletionSource[] Waiting()
    {
        lock (_gate)
        {
            return [.. _waiting];
        }
    }

    private void Answer(TaskCompletionSource[] waiting)
    {
        if (waiting.Length == 0)
        {
            return;
        }

        lock (_gate)
        {
            _waiting.RemoveAll(waiting.Contains);
        }

        foreach (var one in waiting)
        {
            one.SetResult();
        }
    }

    private async ValueTask RestoreAsync(CancellationToken stop)
    {
        if (await rules.RestoreAsync(stop) is { } what)
        {
            _rateLimit.Note();
            journal.Restored(what);
        }
    }
}

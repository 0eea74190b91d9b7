using System.Threading.Channels;
using Coppice.Network.Dns;
using Coppice.Network.Rules;
using Coppice.Network.Translation;
using Microsoft.Extensions.Logging;

namespace Coppice.Network;

/// <summary>
/// Keeps the node's rules and the cluster's names equal to what services, endpoints and host ports ask for: observe, plan, apply.
/// The first change is applied at once; what comes while it is being applied is applied together afterwards. A failure is tried
/// again by itself. Wake it whenever one of the watched objects changes.
/// </summary>
/// <param name="observe">The world now; null while it is not wholly known yet, because rules from half of it would cut off the other half.</param>
/// <param name="publish">Takes each new snapshot of the names: usually <see cref="DnsServer.Zone"/>.</param>
public sealed class ServiceNetworkLoop(
    Func<NetworkWorld?> observe, IServiceRules rules, Action<DnsZone> publish, NetworkOptions options, TimeProvider time, ILogger<ServiceNetworkLoop> log)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly NetworkTranslator _translator = new(options);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _auditDue;
    private string _conflicts = "";
    private string _failure = "";

    private enum Outcome
    {
        Applied,
        NotYetKnown,
        Failed,
    }

    /// <summary>Something changed. Cheap, from any thread, any number of times.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Runs until it is stopped; the rules stay as they are then.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var audit = time.CreateTimer(_ => Audit(), null, options.RuleAuditInterval, options.RuleAuditInterval);
        using var retry = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Wake();
        try
        {
            while (await _wake.Reader.WaitToReadAsync(stop))
            {
                _wake.Reader.TryRead(out _);
                switch (await TryApplyAsync(stop))
                {
                    case Outcome.NotYetKnown:
                        retry.Change(RetryAfter, Timeout.InfiniteTimeSpan);
                        break;
                    case Outcome.Failed:
                        // What changes meanwhile is in the next try: a kernel that refuses is not asked again with every change.
                        Wake();
                        await Task.Delay(RetryAfter, time, stop);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops; its pods and their rules do not.
        }
    }

    private void Audit()
    {
        _auditDue = true;
        Wake();
    }

    private async ValueTask<Outcome> TryApplyAsync(CancellationToken stop)
    {
        try
        {
            if (observe() is not { } world)
            {
                return Outcome.NotYetKnown;
            }

            var (state, zone) = _translator.Translate(world);
            // Names need no kernel: they are told even if the rules fail.
            publish(zone);
            var plan = RulePlanner.Plan(state);
            await rules.ApplyAsync(plan, stop);
            TellConflicts(plan);
            if (_failure.Length > 0)
            {
                _failure = "";
                log.LogInformation("The service rules are up to date again");
            }

            if (!_auditDue)
            {
                return Outcome.Applied;
            }

            _auditDue = false;
            if (await rules.RestoreAsync(stop))
            {
                log.LogWarning("The service rules had been taken out of the kernel by somebody else; they are back");
            }

            return Outcome.Applied;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            TellFailure(e);
            return Outcome.Failed;
        }
    }

    // Said once; it is tried again until it works, whatever it is: without this loop the whole service network would stand still.
    private void TellFailure(Exception e)
    {
        if (e.Message == _failure)
        {
            return;
        }

        _failure = e.Message;
        if (e is RulesException)
        {
            log.LogError("{Error} It is tried again every {Seconds} s", e.Message, RetryAfter.TotalSeconds);
        }
        else
        {
            log.LogError(e, "The service rules could not be brought up to date; it is tried again every {Seconds} s", RetryAfter.TotalSeconds);
        }
    }

    private void TellConflicts(Ruleset plan)
    {
        var conflicts = string.Join("; ", plan.Conflicts);
        if (conflicts == _conflicts)
        {
            return;
        }

        _conflicts = conflicts;
        if (conflicts.Length > 0)
        {
            log.LogWarning("Not every service gets what it asks for: {Conflicts}", conflicts);
        }
    }
}

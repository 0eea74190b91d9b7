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
                if (!await TryApplyAsync(stop))
                {
                    retry.Change(RetryAfter, Timeout.InfiniteTimeSpan);
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

    private async ValueTask<bool> TryApplyAsync(CancellationToken stop)
    {
        try
        {
            if (observe() is not { } world)
            {
                return true;
            }

            var (state, zone) = _translator.Translate(world);
            // Names need no kernel: they are told even if the rules fail.
            publish(zone);
            var plan = RulePlanner.Plan(state);
            await rules.ApplyAsync(plan, stop);
            TellConflicts(plan);
            if (!_auditDue)
            {
                return true;
            }

            _auditDue = false;
            if (await rules.RestoreAsync(stop))
            {
                log.LogWarning("The service rules had been taken out of the kernel by somebody else; they are back");
            }

            return true;
        }
        catch (RulesException e)
        {
            log.LogError("{Error} Trying again in {Seconds} s", e.Message, RetryAfter.TotalSeconds);
            return false;
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

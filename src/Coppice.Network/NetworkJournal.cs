using Coppice.Network.Nftables;
using Microsoft.Extensions.Logging;

namespace Coppice.Network;

/// <summary>What the service network has to say: in the log, and of single objects in events on them. Everything is said once, until it is over.</summary>
/// <param name="post">Makes an event of it.</param>
public sealed partial class NetworkJournal(ILogger log, Action<RuleWarning> post)
{
    private HashSet<RuleWarning> _warnings = [];
    private string _failure = "";

    /// <summary>All that is left out of the rules now.</summary>
    public void Warnings(IEnumerable<RuleWarning> now)
    {
        var before = _warnings;
        _warnings = [];
        foreach (var warning in now)
        {
            if (_warnings.Add(warning) && !before.Contains(warning))
            {
                LogLeftOut(log, warning.Owner, warning.Message);
                post(warning);
            }
        }
    }

    /// <summary>It is tried again until it works, whatever it is: without that the whole service network would stand still.</summary>
    public void Failed(Exception e, TimeSpan retryAfter)
    {
        if (e.Message == _failure)
        {
            return;
        }

        _failure = e.Message;
        if (e is RulesException)
        {
            LogRefused(log, retryAfter.TotalSeconds, e.Message);
        }
        else
        {
            LogBroke(log, retryAfter.TotalSeconds, e);
        }
    }

    public void Succeeded()
    {
        if (_failure.Length > 0)
        {
            _failure = "";
            LogInSync(log);
        }
    }

    /// <param name="what">What had become of the rules, and by whom.</param>
    public void Restored(string what) => LogRestored(log, what);

    [LoggerMessage(4001, LogLevel.Warning, "nftables: {Owner} is left out of the service rules, wholly or in part: {Message}")]
    private static partial void LogLeftOut(ILogger log, RuleOwner owner, string message);

    [LoggerMessage(4002, LogLevel.Error, "nftables: sync of the service rules failed, retried every {Seconds} s: {Why}")]
    private static partial void LogRefused(ILogger log, double seconds, string why);

    [LoggerMessage(4003, LogLevel.Error, "nftables: sync of the service rules failed, retried every {Seconds} s")]
    private static partial void LogBroke(ILogger log, double seconds, Exception e);

    [LoggerMessage(4004, LogLevel.Information, "nftables: the service rules are in sync again")]
    private static partial void LogInSync(ILogger log);

    [LoggerMessage(4005, LogLevel.Warning, "nftables: the service rules had been {What}, and are restored")]
    private static partial void LogRestored(ILogger log, string what);
}

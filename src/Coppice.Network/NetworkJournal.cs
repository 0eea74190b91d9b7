using Coppice.Network.Rules;
using Microsoft.Extensions.Logging;

namespace Coppice.Network;

/// <summary>What the service network has to say: in the log, and of single objects in events on them. Everything is said once, until it is over.</summary>
/// <param name="tell">Makes an event of it.</param>
public sealed class NetworkJournal(ILogger log, Action<RuleTrouble> tell)
{
    private HashSet<RuleTrouble> _troubles = [];
    private string _failure = "";

    /// <summary>All that is left out of the rules now.</summary>
    public void Troubles(IEnumerable<RuleTrouble> now)
    {
        var before = _troubles;
        _troubles = [];
        foreach (var trouble in now)
        {
            if (_troubles.Add(trouble) && !before.Contains(trouble))
            {
                log.LogWarning("{Owner} is not in the service rules with all that it asks for: {Message}", trouble.Owner, trouble.Message);
                tell(trouble);
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
            log.LogError("{Error} It is tried again every {Seconds} s", e.Message, retryAfter.TotalSeconds);
        }
        else
        {
            log.LogError(e, "The service rules could not be brought up to date; it is tried again every {Seconds} s", retryAfter.TotalSeconds);
        }
    }

    public void Succeeded()
    {
        if (_failure.Length > 0)
        {
            _failure = "";
            log.LogInformation("The service rules are up to date again");
        }
    }

    /// <param name="what">What had become of the rules, and by whom.</param>
    public void Restored(string what) => log.LogWarning("The service rules had been {What}; they are back", what);
}

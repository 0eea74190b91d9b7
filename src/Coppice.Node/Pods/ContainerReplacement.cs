using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>
/// A container that was stopped to be started anew goes on counting as what it was for a moment, as with Kubernetes' node agent, which
/// looks once a second at what runs: a pod that is given another image does not turn unready in between.
/// </summary>
internal static class ContainerReplacement
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <returns>Until when; null where nothing is replaced, it could not be, or it takes longer.</returns>
    public static DateTimeOffset? Until(PodSituation situation, PodContainer container)
    {
        var runtime = situation.RuntimeState.Of(container.Name);
        if (!runtime.StartsAgain || runtime.StartFailure is not null
            || situation.View.Of(container.Name).FirstOrDefault(one => one.State == ContainerRunState.Exited)?.FinishedAt is not { } endedAt)
        {
            return null;
        }

        // An end in the future was recorded before the clock was set back: nobody can tell how long ago it was.
        var since = situation.Now - situation.OnSteadyClock(endedAt);
        return since < Moment && since > -Moment ? situation.Now + Moment - since : null;
    }
}

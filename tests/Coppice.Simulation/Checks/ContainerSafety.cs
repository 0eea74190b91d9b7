using Coppice.Node.Runtime;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true at every moment of the containers on all machines, whatever the cluster knows of them.</summary>
/// <param name="meddled">The uids of pods that users took out of the cluster's hands.</param>
/// <param name="uses">The claims that a pod came to use, by its uid.</param>
internal sealed class ContainerSafety(IReadOnlySet<string> meddled, Func<string, IReadOnlyList<ClaimUse>> uses)
{
    public void Check(IReadOnlyList<(string Machine, RuntimeSnapshot Held)> machines)
    {
        var running = machines
            .SelectMany(machine => machine.Held.Containers.Where(c => c.State == ContainerRunState.Running).Select(c => (machine.Machine, Container: c)))
            .ToList();
        CheckTwins(running);
        CheckIdentities(running);
        CheckWriters(running);
    }

    private static void CheckTwins(IReadOnlyList<(string Machine, ContainerRecord Container)> running)
    {
        var twins = running.GroupBy(c => (c.Machine, c.Container.Pod.Uid, c.Container.Name)).FirstOrDefault(g => g.Count() > 1);
        if (twins is not null)
        {
            throw new InvalidOperationException($"{twins.Key.Machine} runs container {twins.Key.Name} of {twins.First().Container.Pod.Name} {twins.Count()} times at once");
        }
    }

    /// <summary>
    /// A pod that comes back under its name begins only when the one before has ended, on whatever machine; unless users did not wait to
    /// hear that it has.
    /// </summary>
    private void CheckIdentities(IReadOnlyList<(string Machine, ContainerRecord Container)> running)
    {
        var doubles = running
            .GroupBy(c => (c.Container.Pod.Namespace, Pod: c.Container.Pod.Name, Container: c.Container.Name))
            .Where(g => g.DistinctBy(c => c.Container.Pod.Uid).Count() > 1)
            .FirstOrDefault(g => g.DistinctBy(c => c.Machine).Count() == 1 || !g.Any(c => meddled.Contains(c.Container.Pod.Uid)));
        if (doubles is not null)
        {
            throw new InvalidOperationException(
                $"{string.Join(" and ", doubles.Select(c => c.Machine).Distinct())} run two pods that are called {doubles.Key.Namespace}/{doubles.Key.Pod}");
        }
    }

    /// <summary>What is for one writer is never written from two machines, nor what is for one pod by two; unless users did not wait.</summary>
    private void CheckWriters(IReadOnlyList<(string Machine, ContainerRecord Container)> running)
    {
        var writers = running
            .SelectMany(c => uses(c.Container.Pod.Uid).Select(use => (Use: use, c.Machine, c.Container.Pod)))
            .GroupBy(writer => writer.Use.Uid, StringComparer.Ordinal);
        foreach (var claim in writers.Where(claim => !claim.Any(writer => meddled.Contains(writer.Pod.Uid))))
        {
            var use = claim.First().Use;
            var machines = claim.Select(writer => writer.Machine).Distinct().ToList();
            var pods = claim.Select(writer => writer.Pod).Distinct().ToList();
            if ((use.IsForOneMachine && machines.Count > 1) || (use.IsForOnePod && pods.Count > 1))
            {
                throw new InvalidOperationException($"{string.Join(" and ", pods.Select(pod => pod.Name))} on {string.Join(" and ", machines)} write to claim {use.Claim} at once");
            }
        }
    }
}

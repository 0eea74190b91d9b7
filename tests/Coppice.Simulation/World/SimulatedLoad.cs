using Coppice.ApiServer.Usage;
using Coppice.Node.Runtime;
using Coppice.Testing;

namespace Coppice.Simulation.World;

/// <summary>What applications use of the processors: as much as is asked of all the pods of one together, shared evenly by those that run.</summary>
internal sealed class SimulatedLoad(ManualTimeProvider time)
{
    private readonly Dictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DateTimeOffset At, long Nanoseconds)> _used = new(StringComparer.Ordinal);

    /// <summary>In thousandths of a processor.</summary>
    public int Of(string application) => _asked.GetValueOrDefault(application);

    public void Ask(string application, int millis) => _asked[application] = millis;

    /// <returns>Null of a machine that cannot be reached.</returns>
    public NodeSample? Measure(string node, IReadOnlyList<SimulatedMachine> machines)
    {
        if (machines.FirstOrDefault(one => one.Name == node) is not { HasPower: true, Line.IsWhole: true } machine)
        {
            return null;
        }

        var running = machines.SelectMany(Running).Where(one => one.Name == Applications.ContainerName).CountBy(ApplicationOf).ToDictionary(StringComparer.Ordinal);
        var pods = Running(machine).GroupBy(one => one.Pod.Uid, StringComparer.Ordinal).ToDictionary(
            pod => pod.Key,
            pod => new PodSample(pod.ToDictionary(one => one.Name, one => Count(one, running), StringComparer.Ordinal)),
            StringComparer.Ordinal);
        var now = machine.Clock.GetUtcNow();
        return new(now, new(now, 0, 0), pods);
    }

    private static IEnumerable<ContainerRecord> Running(SimulatedMachine machine) => machine.Held().Containers.Where(one => one.State == ContainerRunState.Running);

    private static string ApplicationOf(ContainerRecord container) => container.Pod.Name.Split('-')[0];

    private UsageTotals Count(ContainerRecord container, Dictionary<string, int> running)
    {
        var now = time.GetUtcNow();
        var (at, nanoseconds) = _used.GetValueOrDefault(container.Id, (now, 0));
        if (container.Name == Applications.ContainerName)
        {
            nanoseconds += (long)((now - at).TotalSeconds * Of(ApplicationOf(container)) * 1_000_000 / running[ApplicationOf(container)]);
        }

        _used[container.Id] = (now, nanoseconds);
        return new(container.StartedAt ?? now, nanoseconds, 1 << 20);
    }
}

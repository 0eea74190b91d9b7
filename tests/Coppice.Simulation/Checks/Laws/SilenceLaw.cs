using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>While nothing is heard of any machine, it is more likely that the server is cut off than that all have died: then no pod is evicted.</summary>
/// <param name="heard">The names of the machines whose word reaches the server now.</param>
internal sealed class SilenceLaw(Func<IEnumerable<string>> heard, TimeProvider time) : ILaw
{
    private const string Evicted = "DeletionByTaintManager";

    // So late a machine may be missed, and the first to be missed may be told of before the others.
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, DateTimeOffset> _lastHeard = new(StringComparer.Ordinal);

    public void Look(Write write)
    {
        if (write is { Old: Pod old, New: Pod pod } && IsEvicted(pod) && !IsEvicted(old))
        {
            Note();
            var now = time.GetUtcNow();
            if (!_lastHeard.Any(machine => machine.Key != pod.Spec.NodeName && now - machine.Value < Delay))
            {
                throw new InvalidOperationException($"pod {ObjectKey.Of(pod)} is evicted from {pod.Spec.NodeName}, and no other machine was heard of for {Delay}");
            }
        }
    }

    public void Conclude() => Note();

    private static bool IsEvicted(Pod pod) => PodConditions.Find(pod.Status, PodConditionType.DisruptionTarget) is { Status: ConditionStatus.True, Reason: Evicted };

    private void Note()
    {
        foreach (var machine in heard())
        {
            _lastHeard[machine] = time.GetUtcNow();
        }
    }
}

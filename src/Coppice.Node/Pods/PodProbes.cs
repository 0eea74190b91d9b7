using Coppice.Node.Probes;
using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>Keeps the probes of a pod's running containers going, and posts what they say.</summary>
internal sealed class PodProbes(PodServices services, NodeEnvironment node, PodMailbox mailbox, PodEvents events) : IDisposable
{
    private readonly SortedDictionary<string, ContainerProbes> _running = new(StringComparer.Ordinal);

    /// <summary>Starts the probes of what came to run, ends those of what ended.</summary>
    public void Follow(PodSituation situation)
    {
        var probed = situation.Containers.Where(one => one.Role is ContainerRole.Main or ContainerRole.Sidecar && HasProbe(one)).ToList();
        var wanted = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var container in probed)
        {
            if (situation.Current(container.Name) is not { State: ContainerRunState.Running } record || situation.RuntimeState.Of(container.Name).IsStarting)
            {
                continue;
            }

            wanted.Add(record.Id);
            if (!_running.ContainsKey(record.Id))
            {
                _running[record.Id] = Begin(situation, container, record);
            }
        }

        foreach (var id in _running.Keys.Where(id => !wanted.Contains(id)).ToList())
        {
            _running[id].Dispose();
            _running.Remove(id);
        }
    }

    public void Dispose()
    {
        foreach (var one in _running.Values)
        {
            one.Dispose();
        }

        _running.Clear();
    }

    private ContainerProbes Begin(PodSituation situation, PodContainer container, ContainerRecord record)
    {
        var address = situation.Pod.Spec.HostNetwork || situation.UsableSandbox is not { Addresses: [var first, ..] } ? node.Addresses.FirstOrDefault() ?? "" : first;
        // One that was taken over, and had started, is not held back by its startup probe again.
        var spec = situation.Probes(record).IsStarted ? container.Spec with { StartupProbe = null } : container.Spec;
        var subject = new ProbeSubject(situation.Pod.Metadata.Uid ?? "", spec, record.Id, address, record.StartedAt ?? record.CreatedAt);
        return new ContainerProbes(
            subject, services.Probed.Counting(services.Prober, subject.PodUid), node.Probes, services.Time,
            report => Take(container, report),
            broken => PodLog.OperationBroke(services.Log, Objects.ObjectKey.Of(situation.Pod), broken));
    }

    private void Take(PodContainer container, ProbeReport report)
    {
        if (!report.Outcome.Succeeded)
        {
            events.Unhealthy(container, report);
        }
        else if (report.Outcome.Message.Length > 0)
        {
            events.ProbeWarning(container, report);
        }

        var failuresMax = container.Spec.ReadinessProbe is { } readiness ? ProbeTimes.FailureThreshold(readiness) : 1;
        mailbox.Post(state => state.Probed(report, failuresMax));
    }

    private static bool HasProbe(PodContainer container) =>
        container.Spec is { LivenessProbe: not null } or { ReadinessProbe: not null } or { StartupProbe: not null };
}

using Coppice.Client.Metrics;

namespace Coppice.Scheduler;

/// <summary>How many pods wait, and for what.</summary>
/// <param name="Active">For their turn.</param>
/// <param name="Backoff">For a pause to be over.</param>
/// <param name="Unschedulable">For something to happen that may help.</param>
/// <param name="Gated">For somebody to lift their gates; they were never tried.</param>
internal readonly record struct QueueLengths(int Active, int Backoff, int Unschedulable, int Gated = 0);

/// <summary>What the scheduler has to tell, under Kubernetes' names. Any thread may read; the scheduler writes.</summary>
internal sealed class SchedulerFigures(TimeProvider time)
{
    private static readonly double[] Tries = Histogram.Doubling(0.001, 15);

    private readonly Counts<(string Profile, string Result)> _attempts = new();
    private readonly Histograms<(string Profile, string Result)> _durations = new(Tries);
    private readonly Histogram _algorithm = new(Tries);
    private readonly Histograms<int> _sinceSeen = new(Histogram.Doubling(0.01, 20));
    private readonly Counts<(string Event, string Queue)> _incoming = new();
    private readonly Counts<string> _preemptions = new();
    private readonly Histogram _victims = new(Histogram.Doubling(1, 7));

    private readonly Counts<string> _claimsMade = new();
    private readonly Counts<(string Profile, string Driver, string Status)> _deviceWaits = new();
    private readonly Histograms<(string Profile, string Driver, string Status)> _deviceWaitsTook = new(Histogram.Doubling(0.1, 14));

    /// <summary>As it was when the loop last looked.</summary>
    public QueueLengths Lengths { get; set; }

    /// <param name="result">scheduled, unschedulable or error.</param>
    /// <param name="since">When the try began: a timestamp.</param>
    public void Tried(SchedulerProfile profile, string result, long since)
    {
        _attempts.Add((profile.Name, result));
        _durations[(profile.Name, result)].Observe(time.GetElapsedTime(since));
    }

    public void Planned(long since) => _algorithm.Observe(time.GetElapsedTime(since));

    /// <summary>A pod has its node.</summary>
    /// <param name="attempts">How often it was tried; beyond 15 all are one.</param>
    public void Scheduled(int attempts, TimeSpan sinceSeen) => _sinceSeen[Math.Min(attempts, 16)].Observe(sinceSeen);

    public void Enqueued(string happened, string queue) => _incoming.Add((happened, queue));

    public void Preempted(int victims)
    {
        _preemptions.Add("");
        _victims.Observe(victims);
    }

    /// <summary>A claim was to be made for extended resources.</summary>
    public void ClaimMade(bool isMade) => _claimsMade.Add(isMade ? "success" : "failure");

    /// <summary>A pod has waited for a driver's devices to be made ready.</summary>
    /// <param name="status">success, failure or timeout.</param>
    public void AwaitedDevices(string profile, string driver, string status, TimeSpan took)
    {
        _deviceWaits.Add((profile, driver, status));
        _deviceWaitsTook[(profile, driver, status)].Observe(took);
    }

    public void WriteTo(MetricsText text)
    {
        var attempts = text.Counter("scheduler_schedule_attempts_total", "[STABLE] Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.");
        foreach (var ((profile, result), count) in _attempts.All)
        {
            attempts.Sample(count, null, ("profile", profile), ("result", result));
        }

        var durations = text.Histogram("scheduler_scheduling_attempt_duration_seconds", "[STABLE] Scheduling attempt latency in seconds (scheduling algorithm + binding)");
        foreach (var ((profile, result), took) in _durations.All)
        {
            took.WriteTo(durations, ("profile", profile), ("result", result));
        }

        _algorithm.WriteTo(text.Histogram("scheduler_scheduling_algorithm_duration_seconds", "[ALPHA] Scheduling algorithm latency in seconds"));
        var sinceSeen = text.Histogram("scheduler_pod_scheduling_sli_duration_seconds", "[BETA] E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.");
        foreach (var (count, took) in _sinceSeen.All)
        {
            took.WriteTo(sinceSeen, ("attempts", count > 15 ? "15+" : $"{count}"));
        }

        var incoming = text.Counter("scheduler_queue_incoming_pods_total", "[STABLE] Number of pods added to scheduling queues by event and queue type.");
        foreach (var ((happened, queue), count) in _incoming.All)
        {
            incoming.Sample(count, null, ("event", happened), ("queue", queue));
        }

        var pending = text.Gauge("scheduler_pending_pods", "[STABLE] Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.");
        var lengths = Lengths;
        pending.Sample(lengths.Active, null, ("queue", "active"));
        pending.Sample(lengths.Backoff, null, ("queue", "backoff"));
        pending.Sample(lengths.Gated, null, ("queue", "gated"));
        pending.Sample(lengths.Unschedulable, null, ("queue", "unschedulable"));
        text.Counter("scheduler_preemption_attempts_total", "[STABLE] Total preemption attempts in the cluster till now").Sample(_preemptions.All.Sum(one => one.Count), null);
        _victims.WriteTo(text.Histogram("scheduler_preemption_victims", "[STABLE] Number of selected preemption victims"));
        WriteDevices(text);
    }

    private void WriteDevices(MetricsText text)
    {
        var made = text.Counter("scheduler_resourceclaim_creates_total", "[ALPHA] Number of ResourceClaims creation requests within scheduler");
        foreach (var (status, count) in _claimsMade.All)
        {
            made.Sample(count, null, ("status", status));
        }

        var waits = text.Counter(
            "scheduler_dra_bindingconditions_allocations_total", "[ALPHA] Number of allocations using devices with BindingConditions, counted per driver per scheduling attempt");
        foreach (var ((profile, driver, status), count) in _deviceWaits.All)
        {
            waits.Sample(count, null, ("profile", profile), ("driver", driver), ("status", status));
        }

        var took = text.Histogram("scheduler_dra_bindingconditions_wait_duration_seconds", "[ALPHA] Time in seconds spent waiting for BindingConditions to be satisfied during PreBind.");
        foreach (var ((profile, driver, status), durations) in _deviceWaitsTook.All)
        {
            durations.WriteTo(took, ("profile", profile), ("driver", driver), ("status", status));
        }
    }
}

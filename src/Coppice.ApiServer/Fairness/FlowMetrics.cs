using Coppice.Client.Metrics;

namespace Coppice.ApiServer.Fairness;

/// <summary>What flow control has to tell, under Kubernetes' names.</summary>
internal static class FlowMetrics
{
    private const string Prefix = "apiserver_flowcontrol_";

    private static readonly string[] Reasons = ["queue-full", "concurrency-limit", "time-out", "cancelled"];

    public static void WriteTo(MetricsText text, FlowControl flows)
    {
        foreach (var rule in flows.Rules)
        {
            rule.Level.Look(() => Write(text, rule));
        }

        text.Gauge(Prefix + "seat_fair_frac", "[ALPHA] Fair fraction of server's concurrency to allocate to each priority level that can use it").Sample(flows.FairFraction, null);
        foreach (var level in flows.Levels)
        {
            level.Look(() => Write(text, level));
        }
    }

    private static void Write(MetricsText text, FlowRule rule)
    {
        var (tally, of, schema) = (rule.Tally, Label(rule.Level), ("flow_schema", rule.Schema.Metadata.Name!));
        Gauge("current_executing_requests", "[BETA] Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem", tally.Running);
        Gauge("current_executing_seats", "[BETA] Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem", tally.RunningSeats);
        Gauge("current_inqueue_requests", "[BETA] Number of requests currently pending in queues of the API Priority and Fairness subsystem", tally.Waiting);
        Gauge("current_inqueue_seats", "[ALPHA] Number of seats currently pending in queues of the API Priority and Fairness subsystem", tally.WaitingSeats);
        text.Counter(Prefix + "dispatched_requests_total", "[BETA] Number of requests executed by API Priority and Fairness subsystem").Sample(tally.Dispatched, null, schema, of);
        var rejected = text.Counter(Prefix + "rejected_requests_total", "[BETA] Number of requests rejected by API Priority and Fairness subsystem");
        for (var i = 0; i < Reasons.Length; i++)
        {
            if (tally.Rejected[i] > 0)
            {
                rejected.Sample(tally.Rejected[i], null, schema, of, ("reason", Reasons[i]));
            }
        }

        var waited = text.Histogram(Prefix + "request_wait_duration_seconds", "[BETA] Length of time a request spent waiting in its queue");
        tally.WaitedToRun.WriteTo(waited, ("execute", "true"), schema, of);
        tally.WaitedInVain.WriteTo(waited, ("execute", "false"), schema, of);
        tally.Ran.WriteTo(
            text.Histogram(Prefix + "request_execution_seconds", "[ALPHA] Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the API Priority and Fairness subsystem"),
            schema,
            of);

        void Gauge(string name, string help, double value) => text.Gauge(Prefix + name, help).Sample(value, null, schema, of);
    }

    private static void Write(MetricsText text, PriorityLevel level)
    {
        Gauge("nominal_limit_seats", "[BETA] Nominal number of execution seats configured for each priority level", level.Limits.Nominal);
        Gauge("lower_limit_seats", "[ALPHA] Configured lower bound on number of execution seats available to each priority level", level.Limits.Min);
        Gauge("upper_limit_seats", "[ALPHA] Configured upper bound on number of execution seats available to each priority level", level.Limits.Max);
        Gauge("current_limit_seats", "[ALPHA] current derived number of execution seats available to each priority level", level.Current);
        Gauge("demand_seats_high_watermark", "[ALPHA] High watermark, over last adjustment period, of demand_seats", level.Demand.High);
        Gauge("demand_seats_average", "[ALPHA] Time-weighted average, over last adjustment period, of demand_seats", level.Demand.Average);
        Gauge("demand_seats_stdev", "[ALPHA] Time-weighted standard deviation, over last adjustment period, of demand_seats", level.Demand.Deviation);
        Gauge("demand_seats_smoothed", "[ALPHA] Smoothed seat demands", level.SmoothDemand);
        Gauge("target_seats", "[ALPHA] Seat allocation targets", Math.Max(level.Limits.Min, level.SmoothDemand));

        void Gauge(string name, string help, double value) => text.Gauge(Prefix + name, help).Sample(value, null, Label(level));
    }

    private static (string Name, string Value) Label(PriorityLevel level) => ("priority_level", level.Object.Metadata.Name!);
}

using Coppice.Client.Metrics;

namespace Coppice.ApiServer.Metrics;

/// <summary>What is counted of admission, under Kubernetes' names.</summary>
internal sealed class AdmissionMetrics(TimeProvider time)
{
    /// <summary>The type of those that change; of those that refuse it is <see cref="Validate"/>, and of webhooks that refuse <see cref="Validating"/>.</summary>
    public const string Admit = "admit";

    public const string Validate = "validate";

    public const string Validating = "validating";

    private const string ByType = "identified by name and broken out for each operation and API resource and type (validate or admit).";

    // Kubernetes' buckets, in seconds.
    private static readonly double[] Quick = [0.005, 0.025, 0.1, 0.5, 1.0, 2.5];
    private static readonly double[] Far = [.. Quick, 10, 25];
    private static readonly double[] Expressions = [0.0000005, 0.001, 0.01, 0.1, 1.0];

    public TallyFamily Steps { get; } = new(
        "apiserver_admission_step_admission_duration_seconds",
        "[STABLE] Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).",
        ["operation", "rejected", "type"],
        Quick);

    public TallyFamily Controllers { get; } = new(
        "apiserver_admission_controller_admission_duration_seconds",
        $"[STABLE] Admission controller latency histogram in seconds, {ByType}",
        ["name", "operation", "rejected", "type"],
        Quick);

    public TallyFamily Webhooks { get; } = new(
        "apiserver_admission_webhook_admission_duration_seconds",
        $"[STABLE] Admission webhook latency histogram in seconds, {ByType}",
        ["name", "operation", "rejected", "type"],
        Far);

    public TallyFamily WebhookRequests { get; } = new(
        "apiserver_admission_webhook_request_total",
        "[ALPHA] Admission webhook request total, identified by name and broken out for each admission type (validating or mutating) and operation. Additional labels specify whether the request was rejected or not and an HTTP status code. Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.",
        ["code", "name", "operation", "rejected", "type"]);

    public TallyFamily WebhookRejections { get; } = new(
        "apiserver_admission_webhook_rejection_count",
        "[ALPHA] Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.",
        ["error_type", "name", "operation", "rejection_code", "type"]);

    public TallyFamily WebhooksPassedOver { get; } = new(
        "apiserver_admission_webhook_fail_open_count",
        "[ALPHA] Admission webhook fail open count, identified by name and broken out for each admission type (validating or mutating).",
        ["name", "type"]);

    public TallyFamily ConditionExclusions { get; } = new(
        "apiserver_admission_match_condition_exclusions_total",
        "[ALPHA] Admission match condition evaluation exclusions count, identified by name of resource containing the match condition and broken out for each kind containing matchConditions (webhook or policy), operation and admission type (validate or admit).",
        ["kind", "name", "operation", "type"]);

    public TallyFamily ConditionErrors { get; } = new(
        "apiserver_admission_match_condition_evaluation_errors_total",
        "[ALPHA] Admission match condition evaluation errors count, identified by name of resource containing the match condition and broken out for each kind containing matchConditions (webhook or policy), operation and admission type (validate or admit).",
        ["kind", "name", "operation", "type"]);

    public TallyFamily ConditionDurations { get; } = new(
        "apiserver_admission_match_condition_evaluation_seconds",
        "[ALPHA] Admission match condition evaluation time in seconds, identified by name and broken out for each kind containing matchConditions (webhook or policy), operation and type (validate or admit).",
        ["kind", "name", "operation", "type"],
        Quick);

    public TallyFamily Checks { get; } = new(
        "apiserver_validating_admission_policy_check_total",
        "[BETA] Validation admission policy check total, labeled by policy and further identified by binding and enforcement action taken.",
        ["enforcement_action", "error_type", "policy", "policy_binding"]);

    public TallyFamily CheckDurations { get; } = new(
        "apiserver_validating_admission_policy_check_duration_seconds",
        "[BETA] Validation admission latency for individual validation expressions in seconds, labeled by policy and further including binding and enforcement action taken.",
        ["enforcement_action", "error_type", "policy", "policy_binding"],
        Expressions);

    public TallyFamily Mutations { get; } = new(
        "apiserver_mutating_admission_policy_check_total",
        "[ALPHA] Mutation admission policy check total, labeled by policy and further identified by binding.",
        ["error_type", "policy", "policy_binding"]);

    public TallyFamily MutationDurations { get; } = new(
        "apiserver_mutating_admission_policy_check_duration_seconds",
        "[ALPHA] Mutation admission latency for individual mutation expressions in seconds, labeled by policy and binding.",
        ["error_type", "policy", "policy_binding"],
        Expressions);

    /// <summary>A timestamp.</summary>
    public long Now => time.GetTimestamp();

    public TimeSpan Since(long began) => time.GetElapsedTime(began);

    public TimeSpan Between(long began, long ended) => time.GetElapsedTime(began, ended);

    public static string Rejected(bool rejected) => rejected ? "true" : "false";

    public void WriteTo(MetricsText text)
    {
        foreach (var family in (TallyFamily[])[
            Steps, Controllers, Webhooks, WebhookRequests, WebhookRejections, WebhooksPassedOver, ConditionExclusions, ConditionErrors, ConditionDurations, Checks, CheckDurations, Mutations, MutationDurations])
        {
            family.WriteTo(text);
        }
    }
}

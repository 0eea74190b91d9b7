using System.Collections.Concurrent;

namespace Coppice.Client.Metrics;

/// <summary>How each check of a component's health is, and how often it was which: /metrics/slis of Kubernetes' components.</summary>
public sealed class HealthFigures
{
    public const string Path = "/metrics/slis";

    private readonly ConcurrentDictionary<(string Whole, string Check, string Status), long> _results = [];

    /// <summary>Counts what a check said.</summary>
    /// <param name="whole">What it is a part of: "healthz", "livez" or "readyz".</param>
    /// <param name="problem">What is wrong, or null.</param>
    /// <returns>The problem.</returns>
    public string? Count(string whole, string check, string? problem)
    {
        _results.AddOrUpdate((whole, check, problem is null ? "success" : "error"), 1, (_, before) => before + 1);
        return problem;
    }

    /// <summary>Asks every check once more, and tells that with what was counted.</summary>
    public ReadOnlyMemory<byte> Write(IEnumerable<(string Whole, string Check, Func<string?> Problem)> checks)
    {
        var text = new MetricsText();
        var now = text.Gauge("kubernetes_healthcheck", "[STABLE] This metric records the result of a single healthcheck.");
        var ever = text.Counter("kubernetes_healthchecks_total", "[STABLE] This metric records the results of all healthcheck.");
        foreach (var (whole, check, problem) in checks)
        {
            now.Sample(Count(whole, check, problem()) is null ? 1 : 0, null, ("name", check), ("type", whole));
        }

        foreach (var (labels, count) in _results.OrderBy(one => $"{one.Key}", StringComparer.Ordinal))
        {
            ever.Sample(count, null, ("name", labels.Check), ("status", labels.Status), ("type", labels.Whole));
        }

        return text.ToBytes();
    }
}

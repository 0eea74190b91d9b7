using System.Text;
using Coppice.Client.Metrics;

namespace Coppice.Node.Runtime;

/// <summary>What the runtime was asked, how it went and how long it took, under the names that a kubelet has. For any thread.</summary>
public sealed class RuntimeFigures(TimeProvider time)
{
    private readonly Histograms<string> _durations = new(Histogram.Growing(0.005, 2.5, 14));
    private readonly Counts<string> _errors = new();

    /// <summary>A timestamp, for the end.</summary>
    public long Begin() => time.GetTimestamp();

    /// <param name="path">Of the call: "/runtime.v1.RuntimeService/RunPodSandbox".</param>
    public void End(string path, long began, bool failed)
    {
        var operation = NameOf(path);
        _durations[operation].Observe(time.GetElapsedTime(began));
        if (failed)
        {
            _errors.Add(operation);
        }
    }

    public void WriteTo(MetricsText text)
    {
        var total = text.Counter("kubelet_runtime_operations_total", "[BETA] Cumulative number of runtime operations by operation type.");
        var durations = text.Histogram("kubelet_runtime_operations_duration_seconds", "[BETA] Duration in seconds of runtime operations. Broken down by operation type.");
        foreach (var (operation, took) in _durations.All)
        {
            total.Sample(took.Count, null, ("operation_type", operation));
            took.WriteTo(durations, ("operation_type", operation));
        }

        var errors = text.Counter("kubelet_runtime_operations_errors_total", "[BETA] Cumulative number of runtime operation errors by operation type.");
        foreach (var (operation, count) in _errors.All)
        {
            errors.Sample(count, null, ("operation_type", operation));
        }
    }

    /// <summary>As in "run_podsandbox".</summary>
    internal static string NameOf(string path)
    {
        var name = new StringBuilder();
        foreach (var letter in path[(path.LastIndexOf('/') + 1)..].Replace("PodSandbox", "Podsandbox", StringComparison.Ordinal))
        {
            name.Append(char.IsUpper(letter) && name.Length > 0 ? "_" : "").Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }
}

using System.Globalization;
using System.Text;

namespace Coppice.Client.Metrics;

/// <summary>
/// Metrics in Prometheus' text format, version 0.0.4: families by name, each with what it means and its samples. Several may add to one
/// family, as all loops do to the work queues'.
/// </summary>
public sealed class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <param name="help">With its stability in brackets, as Kubernetes has it.</param>
    public Family Counter(string name, string help) => Add(name, "counter", help);

    public Family Gauge(string name, string help) => Add(name, "gauge", help);

    /// <param name="help">Likewise.</param>
    public Family Histogram(string name, string help) => Add(name, "histogram", help);

    public ReadOnlyMemory<byte> ToBytes()
    {
        var text = new StringBuilder();
        foreach (var (name, family) in _families.Where(one => one.Value.HasSamples))
        {
            text.Append($"# HELP {name} {family.Help}\n# TYPE {name} {family.Type}\n");
            family.WriteTo(text, name);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private Family Add(string name, string type, string help)
    {
        if (!_families.TryGetValue(name, out var family))
        {
            _families[name] = family = new Family(type, help);
        }

        return family;
    }

    /// <summary>The samples of one metric.</summary>
    public sealed class Family(string type, string help)
    {
        private readonly List<(string Part, string Labels, double Value, DateTimeOffset? At)> _samples = [];

        public string Type => type;

        public string Help => help;

        public bool HasSamples => _samples.Count > 0;

        /// <summary>A sample; none for a value that is not known.</summary>
        /// <param name="at">When it was measured; null to let that be the time of asking.</param>
        public void Sample(double? value, DateTimeOffset? at, params ReadOnlySpan<(string Name, string Value)> labels)
        {
            if (value is { } known)
            {
                _samples.Add(("", Labels(labels), known, at));
            }
        }

        /// <summary>How often something was measured, and what.</summary>
        /// <param name="bounds">The upper ones, in order; beyond the last there is another bucket.</param>
        /// <param name="counts">Of each bucket by itself.</param>
        /// <param name="sum">Of all that was measured.</param>
        public void Buckets(ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum, params ReadOnlySpan<(string Name, string Value)> labels)
        {
            var upTo = 0L;
            for (var i = 0; i < counts.Length; i++)
            {
                upTo += counts[i];
                var bound = i < bounds.Length ? bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
                _samples.Add(("_bucket", Labels([.. labels, ("le", bound)]), upTo, null));
            }

            _samples.Add(("_sum", Labels(labels), sum, null));
            _samples.Add(("_count", Labels(labels), upTo, null));
        }

        public void WriteTo(StringBuilder text, string name)
        {
            foreach (var (part, labels, value, at) in _samples)
            {
                text.Append(name).Append(part).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture));
                if (at is { } moment)
                {
                    text.Append(' ').Append(moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
                }

                text.Append('\n');
            }
        }

        private static string Labels(ReadOnlySpan<(string Name, string Value)> labels)
        {
            var text = new StringBuilder();
            foreach (var (name, label) in labels)
            {
                text.Append(text.Length == 0 ? '{' : ',').Append(name).Append("=\"").Append(Escape(label)).Append('"');
            }

            return text.Length == 0 ? "" : text.Append('}').ToString();
        }

        private static string Escape(string label) =>
            label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }
}

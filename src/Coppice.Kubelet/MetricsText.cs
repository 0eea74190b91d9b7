using System.Globalization;
using System.Text;

namespace Coppice.Kubelet;

/// <summary>Metrics in Prometheus' text format, version 0.0.4: families by name, each with what it means and its samples.</summary>
internal sealed class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <param name="help">With its stability in brackets, as Kubernetes has it.</param>
    public Family Counter(string name, string help) => Add(name, "counter", help);

    public Family Gauge(string name, string help) => Add(name, "gauge", help);

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
        var family = new Family(type, help);
        _families.Add(name, family);
        return family;
    }

    /// <summary>The samples of one metric.</summary>
    internal sealed class Family(string type, string help)
    {
        private readonly List<(string Labels, double Value, DateTimeOffset? At)> _samples = [];

        public string Type => type;

        public string Help => help;

        public bool HasSamples => _samples.Count > 0;

        /// <summary>A sample; none for a value that is not known.</summary>
        /// <param name="at">When it was measured; null to let that be the time of asking.</param>
        public void Sample(double? value, DateTimeOffset? at, params ReadOnlySpan<(string Name, string Value)> labels)
        {
            if (value is not { } known)
            {
                return;
            }

            var text = new StringBuilder();
            foreach (var (name, label) in labels)
            {
                text.Append(text.Length == 0 ? '{' : ',').Append(name).Append("=\"").Append(Escape(label)).Append('"');
            }

            _samples.Add((text.Length == 0 ? "" : text.Append('}').ToString(), known, at));
        }

        public void WriteTo(StringBuilder text, string name)
        {
            foreach (var (labels, value, at) in _samples)
            {
                text.Append(name).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture));
                if (at is { } moment)
                {
                    text.Append(' ').Append(moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
                }

                text.Append('\n');
            }
        }

        private static string Escape(string label) =>
            label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }
}

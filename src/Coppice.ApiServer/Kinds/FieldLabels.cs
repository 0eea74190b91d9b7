using Coppice.Objects;

namespace Coppice.ApiServer.Kinds;

/// <summary>The fields, beside name and namespace, by which the objects of a kind may be selected: Kubernetes' list.</summary>
public sealed class FieldLabels
{
    public static readonly FieldLabels None = new([]);

    private readonly Dictionary<string, Func<KubernetesObject, string?>> _values;

    private FieldLabels(IEnumerable<KeyValuePair<string, Func<KubernetesObject, string?>>> values) => _values = new(values, StringComparer.Ordinal);

    public bool IsEmpty => _values.Count == 0;

    public static FieldLabels Of<T>(params ReadOnlySpan<(string Name, Func<T, string?> Value)> fields)
        where T : KubernetesObject
    {
        var values = new Dictionary<string, Func<KubernetesObject, string?>>();
        foreach (var (name, value) in fields)
        {
            values.Add(name, item => value((T)item));
        }

        return new FieldLabels(values);
    }

    /// <summary>How to read a field; null if the kind does not offer it.</summary>
    public Func<KubernetesObject, string?>? Find(string name) => _values.GetValueOrDefault(name);
}

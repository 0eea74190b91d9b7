using System.Diagnostics.CodeAnalysis;
using Coppice.Cel.Values;

namespace Coppice.Cel.Devices;

/// <summary>
/// What a device has, by domain and then by name: <c>device.attributes["gpu.example.com"].memory</c>. What is named without a domain is of
/// the driver's. A domain of which the device has nothing is an empty map, so that to ask for one is no mistake.
/// </summary>
internal sealed class QualifiedValues : MapValue
{
    private static readonly MessageValue Nothing = Of([]);

    private readonly SortedDictionary<string, MessageValue> _domains = new(StringComparer.Ordinal);

    public QualifiedValues(string driver, IEnumerable<KeyValuePair<string, CelValue>> values)
    {
        foreach (var domain in values.GroupBy(one => Split(driver, one.Key).Domain, one => KeyValuePair.Create(Split(driver, one.Key).Name, one.Value), StringComparer.Ordinal))
        {
            _domains[domain.Key] = Of(domain);
        }
    }

    public override int Count => _domains.Count;

    public override IEnumerable<CelValue> Keys => _domains.Keys.Select(domain => new StringValue(domain));

    public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value)
    {
        value = key is StringValue domain ? _domains.GetValueOrDefault(domain.Value, Nothing) : null;
        return value is not null;
    }

    private static (string Domain, string Name) Split(string driver, string name) =>
        name.IndexOf('/') is var slash and >= 0 ? (name[..slash], name[(slash + 1)..]) : (driver, name);

    /// <summary>A name that is there with the driver's domain and without is the one with it.</summary>
    private static MessageValue Of(IEnumerable<KeyValuePair<string, CelValue>> values)
    {
        var fields = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            fields[name] = value;
        }

        return new("map", fields);
    }
}

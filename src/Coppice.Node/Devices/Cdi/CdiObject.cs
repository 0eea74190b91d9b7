using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Coppice.Node.Devices.Cdi;

/// <summary>An object in a specification: as in CDI's own library it may have only the fields that its version knows, in whatever case.</summary>
internal sealed class CdiObject
{
    private readonly Dictionary<string, YamlNode> _fields = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="since">The first version that has a field.</param>
    /// <exception cref="FormatException">It has a field that there is not.</exception>
    public CdiObject(YamlMappingNode node, Version version, IReadOnlyDictionary<string, Version> since)
    {
        foreach (var (key, value) in node.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!since.TryGetValue(name, out var first))
            {
                throw new FormatException($"there is no field {name}");
            }

            if (IsEmpty(value))
            {
                continue;
            }

            if (first > version)
            {
                throw new FormatException($"{name} is of version {first}");
            }

            if (!_fields.TryAdd(name, value))
            {
                throw new FormatException($"{name} is there twice");
            }
        }
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    public string? Text(string name) => _fields.GetValueOrDefault(name) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw new FormatException($"{name} is no text"),
    };

    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw new FormatException($"{name} is missing");

    /// <summary>As YAML has it, a number that begins with 0 is octal.</summary>
    public long? Number(string name) => Text(name) is { } text ? NumberOf(text) : null;

    public uint? Id(string name) => Number(name) switch
    {
        null => null,
        >= 0 and <= uint.MaxValue and var id => (uint)id,
        _ => throw new FormatException($"{name} is out of range"),
    };

    public bool Flag(string name) => Text(name) is { } text && (bool.TryParse(text, out var isOn) ? isOn : throw new FormatException($"{name} is neither true nor false"));

    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name).Select(one => (one as YamlScalarNode)?.Value ?? throw new FormatException($"{name} has what is no text"))];

    public IReadOnlyList<YamlMappingNode> Objects(string name) =>
        [.. Items(name).Select(one => one as YamlMappingNode ?? throw new FormatException($"{name} has what is no object"))];

    public YamlMappingNode? Object(string name) => _fields.GetValueOrDefault(name) switch
    {
        null => null,
        YamlMappingNode map => map,
        _ => throw new FormatException($"{name} is no object"),
    };

    public static long NumberOf(string text)
    {
        try
        {
            return text is ['0', _, ..] && text.All(char.IsAsciiDigit) ? Convert.ToInt64(text, 8) : long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }
        catch (OverflowException failed)
        {
            throw new FormatException($"{text} is out of range", failed);
        }
    }

    private IEnumerable<YamlNode> Items(string name) => _fields.GetValueOrDefault(name) switch
    {
        null => [],
        YamlSequenceNode list => list.Children,
        _ => throw new FormatException($"{name} is no list"),
    };

    private static bool IsEmpty(YamlNode node) => node switch
    {
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "null" or "~" } => true,
        YamlSequenceNode list => list.Children.Count == 0,
        YamlMappingNode map => map.Children.Count == 0,
        _ => false,
    };
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Coppice.ApiServer.Decoding;

/// <summary>A body of YAML, turned into JSON.</summary>
/// <param name="DuplicateKeys">One line for each key that is in its map twice; the last one counts.</param>
/// <param name="Error">Why it is no YAML; null if it is.</param>
internal sealed record YamlBody(ReadOnlyMemory<byte> Json, IReadOnlyList<string> DuplicateKeys, string? Error)
{
    /// <summary>Reads the first document.</summary>
    public static YamlBody ToJson(ReadOnlyMemory<byte> yaml)
    {
        var text = Encoding.UTF8.GetString(yaml.Span);
        if (text.Any(IsForbidden))
        {
            return Refused("control characters are not allowed");
        }

        try
        {
            var duplicates = new StrictErrors();
            var json = new YamlReading(text, duplicates).ToJson();
            return new YamlBody(json, duplicates.All, null);
        }
        catch (YamlBombException e)
        {
            return Refused(e.Message);
        }
        catch (YamlException e)
        {
            return Refused($"line {e.Start.Line.ToString(CultureInfo.InvariantCulture)}: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // The parser's own state broke on a text that it should have refused.
            return Refused("the document cannot be parsed");
        }
    }

    private static YamlBody Refused(string why) => new(default, [], $"error converting YAML to JSON: yaml: {why}");

    private static bool IsForbidden(char one) => char.IsControl(one) && one is not ('\t' or '\n' or '\r' or '\u0085');

    /// <summary>As one strict error: what the YAML reader of Kubernetes says of all of them together.</summary>
    public static string Join(IReadOnlyList<string> duplicateKeys) => $"yaml: unmarshal errors:\n  {string.Join("\n  ", duplicateKeys)}";
}

/// <summary>One reading of a YAML document into JSON.</summary>
internal sealed class YamlReading(string yaml, StrictErrors duplicates)
{
    // As deep as JSON may be.
    private const int DepthLimit = 64;

    // Aliases let a short text stand for a huge one: what they stand for may be as long as a body may be.
    private const int AliasedBytesLimit = ObjectDecoder.BodyBytesMax;

    // What stands around a value: quotes, a colon, a comma.
    private const int PunctuationBytes = 4;

    private readonly Parser _parser = new(new StringReader(yaml));

    private readonly Dictionary<AnchorName, YamlValue> _anchors = [];

    private long _aliasedBytes;

    public byte[] ToJson()
    {
        _parser.Consume<StreamStart>();
        YamlValue root = new YamlScalar("null");
        if (_parser.TryConsume<DocumentStart>(out _))
        {
            root = ReadValue(depth: 0);
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            Write(writer, root, depth: 0, aliased: false);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private YamlValue ReadValue(int depth)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value, out var target)
                ? new YamlAlias(target)
                : throw new YamlException(alias.Start, alias.End, $"unknown anchor '{alias.Value}' referenced");
        }

        if (depth > DepthLimit)
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "exceeded max depth");
        }

        var anchor = (_parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        YamlValue value = _parser.Current switch
        {
            MappingStart => ReadMap(depth),
            SequenceStart => ReadList(depth),
            _ => new YamlScalar(YamlScalars.ToJson(_parser.Consume<Scalar>())),
        };
        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = value;
        }

        return value;
    }

    private YamlList ReadList(int depth)
    {
        var items = new List<YamlValue>();
        _parser.Consume<SequenceStart>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadValue(depth + 1));
        }

        return new YamlList(items);
    }

    private YamlMap ReadMap(int depth)
    {
        var own = new OrderedDictionary<string, YamlValue>(StringComparer.Ordinal);
        var merged = new List<YamlMap>();
        _parser.Consume<MappingStart>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is not Scalar)
            {
                throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a map's key must be a plain value");
            }

            var key = _parser.Consume<Scalar>();
            var value = ReadValue(depth + 1);
            if (key is { Value: "<<", IsQuotedImplicit: false })
            {
                merged.AddRange((Aimed(value) is YamlList list ? list.Items : [value]).Select(Aimed).OfType<YamlMap>());
            }
            else if (!own.TryAdd(key.Value, value))
            {
                NoteDuplicate(key);
                own[key.Value] = value;
            }
        }

        foreach (var (key, value) in merged.SelectMany(m => m.Entries))
        {
            CountAliased(key.Length);
            own.TryAdd(key, new YamlAlias(Aimed(value)));
        }

        return new YamlMap(own);
    }

    private void NoteDuplicate(Scalar key)
    {
        if (!duplicates.IsFull)
        {
            duplicates.Add($"line {key.Start.Line}: key \"{key.Value}\" already set in map");
        }
    }

    private static YamlValue Aimed(YamlValue value) => value is YamlAlias alias ? alias.Target : value;

    private void CountAliased(int length)
    {
        _aliasedBytes += length + PunctuationBytes;
        if (_aliasedBytes > AliasedBytesLimit)
        {
            throw new YamlBombException();
        }
    }

    private void Write(Utf8JsonWriter writer, YamlValue value, int depth, bool aliased)
    {
        if (depth > DepthLimit)
        {
            throw new YamlBombException();
        }

        if (aliased)
        {
            CountAliased(value is YamlScalar text ? text.Json.Length : 0);
        }

        switch (value)
        {
            case YamlAlias alias:
                Write(writer, alias.Target, depth, aliased: true);
                break;
            case YamlScalar scalar:
                writer.WriteRawValue(scalar.Json, skipInputValidation: true);
                break;
            case YamlList list:
                writer.WriteStartArray();
                list.Items.ForEach(i => Write(writer, i, depth + 1, aliased));
                writer.WriteEndArray();
                break;
            case YamlMap map:
                writer.WriteStartObject();
                foreach (var (key, item) in map.Entries)
                {
                    if (aliased)
                    {
                        CountAliased(key.Length);
                    }

                    writer.WritePropertyName(key);
                    Write(writer, item, depth + 1, aliased);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private abstract record YamlValue;

    private sealed record YamlAlias(YamlValue Target) : YamlValue;

    private sealed record YamlScalar(string Json) : YamlValue;

    private sealed record YamlList(List<YamlValue> Items) : YamlValue;

    private sealed record YamlMap(OrderedDictionary<string, YamlValue> Entries) : YamlValue;
}

/// <summary>A document that stands for far more than it is.</summary>
internal sealed class YamlBombException() : YamlException("document contains excessive aliasing");

using System.Globalization;
using System.Text;
using Coppice.Objects;
using Google.Protobuf;

namespace Coppice.ApiServer.Tests.Fuzzing;

/// <summary>Random bodies for a type: mostly what fits, now and then what does not. A seed makes the same body each time.</summary>
internal sealed class BodyMaker(Random random)
{
    // The types contain themselves: deeper than this come plain values alone.
    private const int Depth = 7;

    /// <param name="name">The object's name; null to leave metadata to chance.</param>
    public string Json(ObjectSchema type, string? name)
    {
        var text = new StringBuilder();
        WriteObject(text, type, 0, name);
        return text.ToString();
    }

    /// <summary>The same as YAML, which JSON is, with some of what only YAML has.</summary>
    public string Yaml(ObjectSchema type, string? name)
    {
        var json = Json(type, name);
        return random.Next(8) switch
        {
            0 => $"&a {json}",
            1 => $"a: &a [1, 2]\nb: &b [*a, *a, *a]\n<<: {json}\nc: [*b, *b, *b]",
            2 => $"{{<<: &m {json}, x: *m, y: [*m, *m]}}",
            3 => $"--- !!map\n{json}\n---\nsecond",
            4 => $"? {{a: b}}\n: {json}",
            5 => string.Concat(Enumerable.Range(0, 24).Select(i => $"a{i}: &a{i} [*a{Math.Max(0, i - 1)}, *a{Math.Max(0, i - 1)}]\n")),
            _ => json,
        };
    }

    public byte[] Protobuf(string apiVersion, string kind, ObjectSchema type)
    {
        var meta = Message(output =>
        {
            WriteText(output, 1, apiVersion);
            WriteText(output, 2, kind);
        });
        var envelope = Message(output =>
        {
            WriteBytes(output, 1, meta);
            WriteBytes(output, 2, Fields(type, 0, 0));
        });
        return [.. "k8s\0"u8, .. envelope];
    }

    /// <summary>A patch of a kind of object, and its media type.</summary>
    public (string Type, string Body) Patch(ObjectSchema type) => random.Next(3) switch
    {
        0 => ("application/merge-patch+json", Json(type, null)),
        1 => ("application/strategic-merge-patch+json", WithDirectives(Json(type, null))),
        _ => ("application/json-patch+json", $"[{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => Operation(type)))}]"),
    };

    /// <summary>A few bytes are changed, left out or put in.</summary>
    public byte[] Damaged(byte[] whole)
    {
        var bytes = whole.ToList();
        for (var i = random.Next(4); i > 0 && bytes.Count > 1; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(20, bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveAt(at);
                    break;
            }
        }

        return [.. bytes];
    }

    private void WriteObject(StringBuilder text, ObjectSchema type, int depth, string? name)
    {
        var first = true;
        text.Append('{');
        foreach (var field in type.Fields)
        {
            var named = name is not null && (field.JsonName == "metadata" || (type.Name == "ObjectMeta" && field.JsonName == "name"));
            var times = named ? 1 : random.Next(100) < Chance(field, depth) ? random.Next(40) == 0 ? 2 : 1 : 0;
            for (; times > 0; times--)
            {
                Next(field.JsonName);
                if (named && field.JsonName == "name")
                {
                    text.Append(CultureInfo.InvariantCulture, $"\"{name}\"");
                }
                else
                {
                    WriteValue(text, field.Value, depth + 1, named ? name : null);
                }
            }
        }

        if (random.Next(20) == 0)
        {
            Next("größe");
            text.Append('1');
        }

        text.Append('}');

        void Next(string field)
        {
            text.Append(first ? "" : ",").Append('"').Append(field).Append("\":");
            first = false;
        }
    }

    // What stands near the top is nearly always there, or every body would be refused for what it lacks.
    private static int Chance(FieldSchema field, int depth) => field.JsonName is "apiVersion" or "kind" or "managedFields" or "status"
        ? 3
        : field.Facts.Required || field.JsonName is "spec" or "template" or "selector" ? 90 : depth < 2 ? 40 : 15;

    private void WriteValue(StringBuilder text, ValueSchema value, int depth, string? name)
    {
        if (value.Shape is not (ValueShape.Object or ValueShape.List or ValueShape.Map) || random.Next(60) == 0)
        {
            text.Append(OddValues.Of(value.Shape, random));
        }
        else if (depth > Depth)
        {
            text.Append(value.Shape == ValueShape.List ? "[]" : "{}");
        }
        else if (value.Shape == ValueShape.Object)
        {
            WriteObject(text, value.Object, depth, name);
        }
        else
        {
            var isList = value.Shape == ValueShape.List;
            text.Append(isList ? '[' : '{');
            for (var i = random.Next(4); i > 0; i--)
            {
                text.Append(isList ? "" : $"{OddValues.Key(random)}:");
                WriteValue(text, value.Element!, depth + 1, null);
                text.Append(i > 1 ? "," : "");
            }

            text.Append(isList ? ']' : '}');
        }
    }

    private string WithDirectives(string patch)
    {
        var directive = OddValues.Pick(
            [
                "\"$patch\":\"replace\"", "\"$patch\":\"delete\"", "\"$patch\":7", "\"$retainKeys\":[\"metadata\"]", "\"$retainKeys\":7",
                "\"$setElementOrder/finalizers\":[\"a\",\"b\"]", "\"$setElementOrder/containers\":[{\"name\":\"c\"}]", "\"$deleteFromPrimitiveList/finalizers\":[\"a\"]",
                "\"$setElementOrder/\":[[]]",
            ],
            random);
        var places = Enumerable.Range(0, patch.Length).Where(i => patch[i] == '{' && i + 1 < patch.Length && patch[i + 1] == '"').ToList();
        return random.Next(2) == 0 || places.Count == 0 ? patch : patch.Insert(OddValues.Pick(places, random) + 1, directive + ",");
    }

    private string Operation(ObjectSchema type)
    {
        var op = OddValues.Pick(["add", "remove", "replace", "move", "copy", "test", "", "größe"], random);
        var value = random.Next(2) == 0 ? OddValues.Of(ValueShape.Any, random) : Json(type, null);
        return $$"""{"op":"{{op}}","path":"{{Pointer(type)}}","from":"{{Pointer(type)}}","value":{{value}}}""";
    }

    private string Pointer(ObjectSchema type)
    {
        var path = new StringBuilder();
        for (var current = type; current is not null && random.Next(5) > 0;)
        {
            var field = OddValues.Pick(current.Fields, random);
            path.Append('/').Append(field.JsonName);
            var value = field.Value;
            while (value.Shape is ValueShape.List or ValueShape.Map)
            {
                path.Append('/').Append(OddValues.Pick(["0", "1", "-", "a", "-1", "00", "99999999999", "~1", "~2", "größe"], random));
                value = value.Element!;
            }

            current = value.Shape == ValueShape.Object ? value.Object : null;
        }

        return path.ToString();
    }

    private byte[] Fields(ObjectSchema type, int depth, int within) => Message(output =>
    {
        foreach (var field in type.Fields.Where(f => f.Facts.Number > 0 && f.Facts.Within == within))
        {
            for (var i = random.Next(100) < Chance(field, depth) ? 1 + random.Next(2) : 0; i > 0; i--)
            {
                WriteField(output, field.Facts.Number, field.Value, depth);
            }
        }

        foreach (var inner in type.Fields.Where(f => f.Facts.Within > 0 && within == 0).Select(f => f.Facts.Within).Distinct())
        {
            WriteBytes(output, inner, Fields(type, depth, inner));
        }
    });

    private void WriteField(CodedOutputStream output, int number, ValueSchema value, int depth)
    {
        switch (random.Next(40) == 0 ? ValueShape.Int64 : value.Shape)
        {
            case ValueShape.List:
                WriteField(output, number, value.Element!, depth);
                break;
            case ValueShape.Map:
                WriteBytes(output, number, Message(entry =>
                {
                    WriteText(entry, 1, "a");
                    WriteField(entry, 2, value.Element!, depth);
                }));
                break;
            case ValueShape.Boolean or ValueShape.Int32 or ValueShape.Int64:
                output.WriteTag(number, WireFormat.WireType.Varint);
                output.WriteInt64(OddValues.Pick([0L, 1, 80, -1, int.MaxValue, long.MaxValue, long.MinValue], random));
                break;
            case ValueShape.Number:
                output.WriteTag(number, WireFormat.WireType.Fixed64);
                output.WriteDouble(OddValues.Pick([0, 1.5, double.NaN, double.PositiveInfinity, double.MaxValue], random));
                break;
            case ValueShape.Object:
                WriteBytes(output, number, depth > Depth ? [] : Fields(value.Object, depth + 1, 0));
                break;
            case ValueShape.String:
                WriteText(output, number, OddValues.Pick(["a", "web", "", "größe 🌳", "a\nb", "\0", "nginx", "default"], random));
                break;
            default:
                WriteBytes(output, number, Small());
                break;
        }
    }

    /// <summary>A message of the small types: quantities, times, numbers or names, bytes.</summary>
    private byte[] Small() => Message(output =>
    {
        output.WriteTag(1, WireFormat.WireType.Varint);
        output.WriteInt64(OddValues.Pick([0L, 1, 1_700_000_000, -62_135_596_800, 253_402_300_800, long.MaxValue, long.MinValue], random));
        if (random.Next(2) == 0)
        {
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(OddValues.Pick([0L, 999_999_999, long.MaxValue], random));
        }

        if (random.Next(2) == 0)
        {
            WriteText(output, OddValues.Pick([1, 3], random), OddValues.Pick(["1Gi", "1e1000000000", "{\"a\":[", "{}", new string('[', 200)], random));
        }
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(output);
        }

        return bytes.ToArray();
    }

    private static void WriteText(CodedOutputStream output, int number, string text) => WriteBytes(output, number, Encoding.UTF8.GetBytes(text));

    private static void WriteBytes(CodedOutputStream output, int number, byte[] bytes)
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }
}

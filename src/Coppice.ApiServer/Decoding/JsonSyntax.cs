using System.Text;
using System.Text.Json;

namespace Coppice.ApiServer.Decoding;

/// <summary>What is wrong with a text that is no JSON, in Go's words.</summary>
internal static class JsonSyntax
{
    private static readonly string[] Literals = ["null", "true", "false"];

    private const string Truncated = "unexpected end of JSON input";

    /// <param name="error">What the platform's reader had to say; it knows the place.</param>
    public static string Describe(ReadOnlySpan<byte> json, JsonException error)
    {
        var at = Offset(json, error.LineNumber ?? 0, error.BytePositionInLine ?? 0);
        if (json[Math.Min(at, json.Length)..].Trim(" \t\r\n"u8).IsEmpty)
        {
            return Truncated;
        }

        return error.Message.Contains("maximum configured depth", StringComparison.Ordinal)
            ? "exceeded max depth"
            : $"invalid character {Show(json[at])} {Where(json[..at])}";
    }

    private static int Offset(ReadOnlySpan<byte> json, long line, long inLine)
    {
        var start = 0;
        for (; line > 0; line--)
        {
            start += json[start..].IndexOf((byte)'\n') + 1;
        }

        return (int)Math.Min(start + inLine, json.Length);
    }

    private static string Show(byte found) => found switch
    {
        (byte)'\'' => "'\\''",
        < 0x20 or >= 0x7F => $"'\\x{found:x2}'",
        _ => $"'{(char)found}'",
    };

    /// <summary>Reads up to the fault once more, to tell what was expected there.</summary>
    private static string Where(ReadOnlySpan<byte> before)
    {
        var reader = new Utf8JsonReader(before, isFinalBlock: false, default);
        var open = new Stack<bool>();
        var last = JsonTokenType.None;
        try
        {
            while (reader.Read())
            {
                last = reader.TokenType;
                if (last is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    open.Push(last == JsonTokenType.StartObject);
                }
                else if (last is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    open.Pop();
                }
            }
        }
        catch (JsonException)
        {
            return "looking for beginning of value";
        }

        var unread = Encoding.UTF8.GetString(before[(int)reader.BytesConsumed..]);
        var begun = unread.TrimStart(' ', '\t', '\r', '\n', ',', ':');
        if (begun.Length > 0 && Literals.FirstOrDefault(literal => literal.StartsWith(begun, StringComparison.Ordinal)) is { } literal)
        {
            return $"in literal {literal} (expecting '{literal[begun.Length]}')";
        }

        var comma = unread.Contains(',');
        return (last, InObject: open.TryPeek(out var isObject) && isObject) switch
        {
            (JsonTokenType.None or JsonTokenType.PropertyName or JsonTokenType.StartArray, _) => "looking for beginning of value",
            (JsonTokenType.StartObject, _) => "looking for beginning of object key string",
            _ when open.Count == 0 => "after top-level value",
            _ when comma => isObject ? "looking for beginning of object key string" : "looking for beginning of value",
            (_, true) => "after object key:value pair",
            _ => "after array element",
        };
    }
}

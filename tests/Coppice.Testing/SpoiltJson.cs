using System.Globalization;
using System.Text;

namespace Coppice.Testing;

/// <summary>JSON that is changed at one place: still JSON or not, still of its shape or not.</summary>
public static class SpoiltJson
{
    // A client may well write some of these.
    private static readonly string[] Values =
        ["null", "true", "0", "-1", "1.5", "1e3", "99999999999999999999", "\"\"", "\"text\"", "\"half \\ud83d\"", "\"7\"", "[]", "[null]", "{}", "{\"name\":null}", "2024-05-06", "\"2024-05-06T07:08:09.5+01:00\""];

    public static string Of(string json, Random random) => random.Next(6) switch
    {
        0 => json[..random.Next(json.Length)],
        1 => json.Insert(random.Next(json.Length + 1), " "),
        2 => json + Values[random.Next(Values.Length)],
        3 => EscapedName(json, random),
        4 => WithMember(json, random),
        _ => WithValue(json, random),
    };

    /// <summary>A value in the place of another.</summary>
    private static string WithValue(string json, Random random)
    {
        var colons = Colons(json);
        if (colons.Count == 0)
        {
            return Values[random.Next(Values.Length)];
        }

        var start = colons[random.Next(colons.Count)] + 1;
        return json[..start] + Values[random.Next(Values.Length)] + json[EndOfValue(json, start)..];
    }

    /// <summary>A member that is not known, or is there twice.</summary>
    private static string WithMember(string json, Random random)
    {
        var colons = Colons(json);
        var value = Values[random.Next(Values.Length)];
        if (colons.Count == 0 || random.Next(2) == 0)
        {
            return json.Length > 2 ? $"{{\"unknown\":{value},{json[1..]}" : $"{{\"unknown\":{value}}}";
        }

        var colon = colons[random.Next(colons.Count)];
        var name = json[StartOfName(json, colon)..colon];
        var end = EndOfValue(json, colon + 1);
        return $"{json[..end]},{name}:{value}{json[end..]}";
    }

    /// <summary>A name whose first letter is written by its number.</summary>
    private static string EscapedName(string json, Random random)
    {
        var colons = Colons(json);
        if (colons.Count == 0)
        {
            return json;
        }

        var letter = StartOfName(json, colons[random.Next(colons.Count)]) + 1;
        return json[letter] is '"' or '\\' ? json : $"{json[..letter]}\\u{((int)json[letter]).ToString("x4", CultureInfo.InvariantCulture)}{json[(letter + 1)..]}";
    }

    private static int StartOfName(string json, int colon) => json.LastIndexOf('"', colon - 2);

    /// <summary>Where members have theirs, as far as that can be told without reading: what is in a text may be taken for one.</summary>
    private static List<int> Colons(string json)
    {
        var found = new List<int>();
        for (var at = json.IndexOf("\":", StringComparison.Ordinal); at >= 0; at = json.IndexOf("\":", at + 1, StringComparison.Ordinal))
        {
            if (at > 1)
            {
                found.Add(at + 1);
            }
        }

        return found;
    }

    private static int EndOfValue(string json, int start)
    {
        var reader = new System.Text.Json.Utf8JsonReader(Encoding.UTF8.GetBytes(json[start..]));
        try
        {
            reader.Read();
            reader.Skip();
        }
        catch (System.Text.Json.JsonException)
        {
            // The reader sees what follows the value, which is no JSON by itself.
        }

        return start + Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(json[start..]).AsSpan(0, (int)reader.BytesConsumed)).Length;
    }
}

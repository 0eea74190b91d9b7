using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coppice.ApiServer.Decoding;

/// <summary>A file that the server is told to go by, in YAML or JSON: what is not known in it, or empty in a list, is a mistake and not passed over.</summary>
public static class ConfigurationFile
{
    /// <param name="name">Of the file, for what is said of it.</param>
    /// <exception cref="FormatException">It is no YAML, or not of this form; the message says where.</exception>
    public static T Read<T>(string text, string name, JsonTypeInfo<T> form)
    {
        var body = YamlBody.ToJson(Encoding.UTF8.GetBytes(text));
        if (body.Error is { } error)
        {
            throw new FormatException($"{name}: {error}");
        }

        if (body.DuplicateKeys is { Count: > 0 } duplicates)
        {
            throw new FormatException($"{name}: {YamlBody.Join(duplicates)}");
        }

        try
        {
            using (var document = JsonDocument.Parse(body.Json))
            {
                if (EmptyEntry(document.RootElement, "$") is { } place)
                {
                    throw new FormatException($"{name}: {place} is empty");
                }
            }

            return JsonSerializer.Deserialize(body.Json.Span, form) ?? throw new FormatException($"{name} is empty");
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"{name}: {wrong.Message}", wrong);
        }
    }

    /// <summary>The first entry of a list that is nothing; null if there is none.</summary>
    private static string? EmptyEntry(JsonElement element, string place) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Index().Select(one =>
        {
            var inside = string.Create(CultureInfo.InvariantCulture, $"{place}[{one.Index}]");
            return one.Item.ValueKind == JsonValueKind.Null ? inside : EmptyEntry(one.Item, inside);
        }).FirstOrDefault(found => found is not null),
        JsonValueKind.Object => element.EnumerateObject().Select(one => EmptyEntry(one.Value, $"{place}.{one.Name}")).FirstOrDefault(found => found is not null),
        _ => null,
    };
}

using System.Text.Json;
using Coppice.Store;

namespace Coppice.ApiServer.Storage;

/// <summary>
/// The field of a kind by whose value its objects are listed and watched, however many others there are: the store keeps them by it
/// beside their keys.
/// </summary>
public sealed class FieldIndex
{
    private readonly string[] _path;
    private readonly StoreIndex _index;

    /// <param name="field">As field selectors name it: the names on the way to a text, each an object's but the last.</param>
    public FieldIndex(string field)
    {
        Field = field;
        _path = field.Split('.');
        _index = new StoreIndex(Read);
    }

    public string Field { get; }

    /// <summary>The objects whose field has a value; those that have none with the empty one.</summary>
    public StoreTerm Is(string value) => new(_index, value);

    private string Read(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        foreach (var name in _path)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !MoveTo(ref reader, name))
            {
                return "";
            }
        }

        return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
    }

    private static bool MoveTo(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}

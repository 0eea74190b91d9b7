using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>A number, or a name or percentage that stands for one: a port, a share of replicas.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    private readonly string? _text;

    public IntOrString(int number) => Number = number;

    public IntOrString(string text) => _text = text;

    /// <summary>The number; 0 if this is text.</summary>
    public int Number { get; }

    /// <summary>The text; null if this is a number.</summary>
    public string? Text => _text;

    public bool IsNumber => _text is null;

    public static implicit operator IntOrString(int number) => new(number);

    public static implicit operator IntOrString(string text) => new(text);

    /// <summary>The number, or the percentage of a total, rounded as asked; null if the text is no percentage.</summary>
    public int? Scale(int total, bool roundUp)
    {
        if (IsNumber)
        {
            return Number;
        }

        if (!_text!.EndsWith('%') || !int.TryParse(_text.AsSpan(0, _text.Length - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var percent))
        {
            return null;
        }

        var exact = (long)percent * total;
        return (int)(roundUp ? (exact + 99) / 100 : exact / 100);
    }

    public override string ToString() => _text ?? Number.ToString(CultureInfo.InvariantCulture);
}

internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => new(reader.GetString()!),
            JsonTokenType.Number when reader.TryGetInt32(out var number) => new(number),
            _ => throw new JsonException("expected a whole number or a string"),
        };

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.IsNumber)
        {
            writer.WriteNumberValue(value.Number);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}

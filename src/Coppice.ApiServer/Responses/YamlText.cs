using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Decoding;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Coppice.ApiServer.Responses;

/// <summary>JSON as YAML: in blocks, with the keys of each map in alphabetical order, as Kubernetes writes it.</summary>
internal static class YamlText
{
    // Words that some readers take for a boolean, and that ours leaves as they are.
    private static readonly HashSet<string> OtherWords = ["y", "Y", "n", "N"];

    /// <param name="json">A whole document.</param>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new StringWriter();
        var emitter = new Emitter(text);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        Write(emitter, document.RootElement);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(Emitter emitter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var isEmpty = !value.EnumerateObject().MoveNext();
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, isEmpty ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    WriteText(emitter, property.Name);
                    Write(emitter, property.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, value.GetArrayLength() == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in value.EnumerateArray())
                {
                    Write(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                WriteText(emitter, value.GetString()!);
                break;
            default:
                emitter.Emit(Plain(value.GetRawText()));
                break;
        }
    }

    private static void WriteText(Emitter emitter, string text)
    {
        // A text that begins with a letter is a number or a date for nobody; whether it can stand bare otherwise, the emitter knows.
        var isBare = text.Length > 0 && char.IsAsciiLetter(text[0]) && !OtherWords.Contains(text) && YamlScalars.ToJson(Plain(text)).StartsWith('"');
        emitter.Emit(isBare ? Plain(text) : new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.DoubleQuoted, false, isQuotedImplicit: true));
    }

    private static Scalar Plain(string text) => new(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: true);
}

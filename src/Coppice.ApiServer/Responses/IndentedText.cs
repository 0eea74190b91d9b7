using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Responses;

/// <summary>JSON for people: a line for each value, as Go indents it.</summary>
internal static class IndentedText
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n", SkipValidation = true,
    };

    // What the programs call themselves that people look through.
    private static readonly string[] Viewers = ["curl", "Wget", "Mozilla/5.0"];

    private static readonly string[] True = ["1", "t", "T", "TRUE", "true", "True"];

    /// <summary>Whether it is asked for, or, where nothing is said of it, a person seems to ask.</summary>
    public static bool IsWanted(HttpRequest request) => request.Query.First("pretty") is { Length: > 0 } wish
        ? True.Contains(wish, StringComparer.Ordinal)
        : request.Headers.UserAgent.First() is { } program && Viewers.Any(viewer => program.StartsWith(viewer, StringComparison.Ordinal));

    /// <param name="json">A whole document.</param>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new ArrayBufferWriter<byte>(2 * json.Length);
        using (var writer = new Utf8JsonWriter(text, Options))
        {
            document.WriteTo(writer);
        }

        return text.WrittenMemory;
    }
}

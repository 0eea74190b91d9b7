using System.Text;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Coppice.ApiServer.Responses;

/// <summary>
/// Puts warnings for people into the response: kubectl prints them, each on a line. They never make an answer fail, and together are no
/// longer than Kubernetes lets them be.
/// </summary>
internal static class Warnings
{
    // In characters: of all warnings of an answer together, and of each where they are more.
    private const int TotalLimit = 4096;
    private const int ItemLimit = 256;

    // With the response: some come from the request's decoding, others from its kind or from a patch.
    private static readonly object Given = new();

    public static void Add(HttpContext http, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0)
        {
            return;
        }

        var all = http.Items[Given] is List<string> before ? before : [];
        all.AddRange(warnings);
        http.Items[Given] = all;
        http.Response.Headers["Warning"] = new StringValues([.. Fit(all).Select(Header)]);
    }

    /// <summary>What is said on the way of a request, for its response.</summary>
    public static RequestNotes NotesOf(HttpContext http)
    {
        var notes = new RequestNotes(warning => Add(http, [warning]));
        HttpAudit.TrailOf(http)?.Listen(notes);
        return notes;
    }

    /// <summary>Each once, and without what no header can hold: if they are too long together, the beginning of each, as far as there is room.</summary>
    internal static IEnumerable<string> Fit(IEnumerable<string> warnings)
    {
        var sayable = warnings.Where(IsSayable).Distinct(StringComparer.Ordinal).Select(text => (Text: text, Length: LengthOf(text))).ToList();
        if (sayable.Sum(warning => (long)warning.Length) <= TotalLimit)
        {
            return sayable.Select(warning => warning.Text);
        }

        var fitting = new List<string>();
        var length = 0;
        foreach (var warning in sayable)
        {
            if (length >= TotalLimit)
            {
                break;
            }

            fitting.Add(warning.Length > ItemLimit ? string.Concat(warning.Text.EnumerateRunes().Take(ItemLimit)) : warning.Text);
            length += Math.Min(warning.Length, ItemLimit);
        }

        return fitting;
    }

    private static bool IsSayable(string text) => text.Length > 0 && text.All(c => !char.IsControl(c)) && IsUnicode(text);

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var read) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[read..];
        }

        return true;
    }

    private static int LengthOf(string text) => text.EnumerateRunes().Count();

    // Any script, in UTF-8, of which each byte is a character here (see WebServer).
    private static string Header(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(
        $"299 - \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
}

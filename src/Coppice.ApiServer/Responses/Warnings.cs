using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Responses;

/// <summary>Puts warnings for people into the response: kubectl prints them, each on a line.</summary>
internal static class Warnings
{
    public static void Add(HttpContext http, IReadOnlyList<string> warnings)
    {
        foreach (var warning in warnings)
        {
            http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }
    }
}

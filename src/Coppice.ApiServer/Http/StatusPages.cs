using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>
/// /statusz, /flagz and the dumps of priority levels: since when what is running, with which options, and who waits. For people; programs
/// have /metrics and /version.
/// </summary>
/// <param name="flags">The options of this server by their names, as they are now.</param>
/// <param name="paths">What else it answers.</param>
internal sealed class StatusPages(IReadOnlyDictionary<string, string> flags, IEnumerable<string> paths, FlowControl flows, TimeProvider time)
{
    public const string Status = "/statusz";
    public const string Flags = "/flagz";

    private const string Component = "kube-apiserver";

    private const string Warning =
        "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.";

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly long _startStamp = time.GetTimestamp();

    /// <summary>True if the path was one of these.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http)
    {
        if (LevelDump.Find(http.Request.Path.Value, flows, !string.IsNullOrEmpty(http.Request.Query.First("includeRequestDetails"))) is { } dump)
        {
            await WriteAsync(http, dump, StatusCodes.Status200OK);
            return true;
        }

        if (http.Request.Path.Value is not (Status or Flags))
        {
            return false;
        }

        if (!IsAcceptable(http.Request.Headers.Accept.First()))
        {
            await WriteAsync(http, "media type not acceptable, must be: text/plain\n", StatusCodes.Status406NotAcceptable);
            return true;
        }

        await WriteAsync(http, http.Request.Path == Status ? StatusText() : FlagsText(), StatusCodes.Status200OK);
        return true;
    }

    private static bool IsAcceptable(string? accept) =>
        string.IsNullOrEmpty(accept) || accept.Split(',').Any(one => one.Split(';')[0].Trim() is "*/*" or "text/*" or "text/plain");

    private static async ValueTask WriteAsync(HttpContext http, string text, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private string StatusText()
    {
        var up = time.GetElapsedTime(_startStamp);
        var folders = paths.Select(path => "/" + path.Split('/')[1]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"""

            {Component} statusz
            {Warning}

            Started: {_started:ddd MMM} {_started.Day,2} {_started:HH:mm:ss} UTC {_started:yyyy}
            Up: {(int)up.TotalHours} hr {up.Minutes:00} min {up.Seconds:00} sec
            Go version: {RuntimeInformation.FrameworkDescription}
            Binary version: {ServerVersion.Number}
            Emulation version: {ServerVersion.Number}
            Paths: {string.Join(' ', folders)}

            """);
    }

    private string FlagsText()
    {
        var text = new StringBuilder($"\n{Component} flags\n{Warning}\n\n");
        foreach (var (name, value) in flags.OrderBy(flag => flag.Key, StringComparer.Ordinal))
        {
            text.Append($"{name}={value}\n");
        }

        return text.ToString();
    }
}

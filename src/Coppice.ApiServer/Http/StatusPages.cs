using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>
/// /statusz, /flagz and the dumps of priority levels: since when what is running, with which options, and who waits. Text for people; what
/// programs are to read they ask for by its media type.
/// </summary>
/// <param name="flags">The options of this server by their names, as they are now.</param>
/// <param name="paths">What else it answers.</param>
internal sealed class StatusPages(IReadOnlyDictionary<string, string> flags, IEnumerable<string> paths, FlowControl flows, TimeProvider time)
{
    public const string Status = "/statusz";
    public const string Flags = "/flagz";

    private const string Component = "kube-apiserver";

    // Of the objects that programs may ask for.
    private const string Group = "config.k8s.io";
    private static readonly string[] Versions = ["v1beta1", "v1alpha1"];

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

        var isStatus = http.Request.Path.Value == Status;
        foreach (var one in (http.Request.Headers.Accept.First() is { Length: > 0 } accept ? accept : "*/*").Split(','))
        {
            if (VersionIn(one, isStatus ? "Statusz" : "Flagz") is { } version)
            {
                http.Response.ContentType = "application/json";
                await http.Response.BodyWriter.WriteAsync(isStatus ? StatusObject(version) : FlagsObject(version), http.RequestAborted);
                return true;
            }

            if (one.Split(';')[0].Trim() is "*/*" or "text/*" or "text/plain")
            {
                await WriteAsync(http, isStatus ? StatusText() : FlagsText(), StatusCodes.Status200OK);
                return true;
            }
        }

        await WriteAsync(http, "media type not acceptable, must be: text/plain\n", StatusCodes.Status406NotAcceptable);
        return true;
    }

    /// <summary>The version of the object that a media type asks for, as in "application/json;v=v1beta1;g=config.k8s.io;as=Statusz"; null for no such.</summary>
    private static string? VersionIn(string media, string kind)
    {
        var parts = media.Split(';', StringSplitOptions.TrimEntries);
        return parts[0] == "application/json" && parts.Contains($"g={Group}") && parts.Contains($"as={kind}")
            ? Versions.FirstOrDefault(version => parts.Contains($"v={version}"))
            : null;
    }

    private byte[] StatusObject(string version) => Object("Statusz", version, json =>
    {
        json.WriteString("startTime", _started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("uptimeSeconds", (long)time.GetElapsedTime(_startStamp).TotalSeconds);
        json.WriteString("goVersion", RuntimeInformation.FrameworkDescription);
        json.WriteString("binaryVersion", ServerVersion.Number);
        json.WriteString("emulationVersion", $"{ServerVersion.Major}.{ServerVersion.Minor}");
        json.WriteStartArray("paths");
        foreach (var folder in Folders())
        {
            json.WriteStringValue(folder);
        }

        json.WriteEndArray();
    });

    private byte[] FlagsObject(string version) => Object("Flagz", version, json =>
    {
        json.WriteStartObject("flags");
        foreach (var (name, value) in flags.OrderBy(flag => flag.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    });

    private static byte[] Object(string kind, string version, Action<Utf8JsonWriter> content) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("kind", kind);
        json.WriteString("apiVersion", $"{Group}/{version}");
        json.WriteStartObject("metadata");
        json.WriteString("name", Component);
        json.WriteEndObject();
        content(json);
    });

    private IEnumerable<string> Folders() => paths.Select(path => "/" + path.Split('/')[1]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static async ValueTask WriteAsync(HttpContext http, string text, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private string StatusText()
    {
        var up = time.GetElapsedTime(_startStamp);
        return string.Create(CultureInfo.InvariantCulture, $"""

            {Component} statusz
            {Warning}

            Started: {_started:ddd MMM} {_started.Day,2} {_started:HH:mm:ss} UTC {_started:yyyy}
            Up: {(int)up.TotalHours} hr {up.Minutes:00} min {up.Seconds:00} sec
            Go version: {RuntimeInformation.FrameworkDescription}
            Binary version: {ServerVersion.Number}
            Emulation version: {ServerVersion.Number}
            Paths: {string.Join(' ', Folders())}

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

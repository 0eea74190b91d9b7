using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coppice.Client.Pages;

/// <summary>What a page answers.</summary>
/// <param name="Code">Of HTTP.</param>
public sealed record ComponentPage(int Code, string ContentType, byte[] Body)
{
    public static ComponentPage OfText(int code, string text) => new(code, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
}

/// <summary>
/// /statusz and /flagz of a component: since when it is running, and with which options. Text for people; what programs are to read they
/// ask for by its media type.
/// </summary>
/// <param name="component">As Kubernetes calls it.</param>
/// <param name="version">As in 1.36.0.</param>
/// <param name="flags">The options by their names, as they are now.</param>
/// <param name="paths">What else it answers.</param>
public sealed class ComponentPages(string component, string version, IReadOnlyDictionary<string, string> flags, IEnumerable<string> paths, TimeProvider time)
{
    public const string Status = "/statusz";
    public const string Flags = "/flagz";

    // Of the objects that programs may ask for.
    private const string Group = "config.k8s.io";
    private static readonly string[] Versions = ["v1beta1", "v1alpha1"];

    private const string Warning =
        "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly long _startStamp = time.GetTimestamp();

    /// <param name="accept">What the client takes; null or empty for anything.</param>
    /// <returns>Null if the path is none of these.</returns>
    public ComponentPage? Find(string? path, string? accept)
    {
        if (path is not (Status or Flags))
        {
            return null;
        }

        var isStatus = path == Status;
        foreach (var one in (string.IsNullOrEmpty(accept) ? "*/*" : accept).Split(','))
        {
            if (VersionIn(one, isStatus ? "Statusz" : "Flagz") is { } asked)
            {
                return new(200, "application/json", isStatus ? StatusObject(asked) : FlagsObject(asked));
            }

            if (one.Split(';')[0].Trim() is "*/*" or "text/*" or "text/plain")
            {
                return ComponentPage.OfText(200, isStatus ? StatusText() : FlagsText());
            }
        }

        return ComponentPage.OfText(406, "media type not acceptable, must be: text/plain\n");
    }

    /// <summary>The version of the object that a media type asks for, as in "application/json;v=v1beta1;g=config.k8s.io;as=Statusz"; null for no such.</summary>
    private static string? VersionIn(string media, string kind)
    {
        var parts = media.Split(';', StringSplitOptions.TrimEntries);
        return parts[0] == "application/json" && parts.Contains($"g={Group}") && parts.Contains($"as={kind}")
            ? Versions.FirstOrDefault(one => parts.Contains($"v={one}"))
            : null;
    }

    private byte[] StatusObject(string asked) => Object("Statusz", asked, json =>
    {
        json.WriteString("startTime", _started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("uptimeSeconds", (long)time.GetElapsedTime(_startStamp).TotalSeconds);
        json.WriteString("goVersion", RuntimeInformation.FrameworkDescription);
        json.WriteString("binaryVersion", version);
        json.WriteString("emulationVersion", version[..version.LastIndexOf('.')]);
        json.WriteStartArray("paths");
        foreach (var folder in Folders())
        {
            json.WriteStringValue(folder);
        }

        json.WriteEndArray();
    });

    private byte[] FlagsObject(string asked) => Object("Flagz", asked, json =>
    {
        json.WriteStartObject("flags");
        foreach (var (name, value) in flags.OrderBy(flag => flag.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    });

    private byte[] Object(string kind, string asked, Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteString("apiVersion", $"{Group}/{asked}");
            json.WriteStartObject("metadata");
            json.WriteString("name", component);
            json.WriteEndObject();
            content(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private IEnumerable<string> Folders() => paths.Select(path => "/" + path.Split('/')[1]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private string StatusText()
    {
        var up = time.GetElapsedTime(_startStamp);
        return string.Create(CultureInfo.InvariantCulture, $"""

            {component} statusz
            {Warning}

            Started: {_started:ddd MMM} {_started.Day,2} {_started:HH:mm:ss} UTC {_started:yyyy}
            Up: {(int)up.TotalHours} hr {up.Minutes:00} min {up.Seconds:00} sec
            Go version: {RuntimeInformation.FrameworkDescription}
            Binary version: {version}
            Emulation version: {version}
            Paths: {string.Join(' ', Folders())}

            """);
    }

    private string FlagsText()
    {
        var text = new StringBuilder($"\n{component} flags\n{Warning}\n\n");
        foreach (var (name, value) in flags.OrderBy(flag => flag.Key, StringComparer.Ordinal))
        {
            text.Append($"{name}={value}\n");
        }

        return text.ToString();
    }
}

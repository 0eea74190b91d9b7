using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Coppice.Node.Logs;
using Microsoft.AspNetCore.Http;

namespace Coppice.Kubelet;

/// <summary>
/// <c>/logs/</c>: the files below /var/log, as a kubelet serves them, and what services of the machine have logged
/// (<c>?query=SERVICE</c>), by the rules of the kubelet's NodeLogQuery.
/// </summary>
/// <param name="files">The machine's log files.</param>
/// <param name="own">The log of this process; null if it goes where others look for it.</param>
/// <param name="journal">Runs journalctl with arguments, and says whether it went well.</param>
public sealed class NodeLogs(HostLogs files, OwnLog? own, Func<IReadOnlyList<string>, Stream, CancellationToken, Task<bool>> journal, TimeProvider time)
{
    /// <summary>The kubelet's.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string Text = "text/plain; charset=utf-8";

    /// <param name="path">With all its slashes.</param>
    public async Task AnswerAsync(HttpContext http, string path)
    {
        var below = path["/logs".Length..];
        var (query, error) = NodeLogQuery.Read(http.Request.Query);
        if (below.Length == 0)
        {
            Redirect(http, "/logs/");
        }
        else if (error is not null)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, error);
        }
        else if (query is null)
        {
            await FileAsync(http, below);
        }
        else if (below != "/")
        {
            await RefuseAsync(http, StatusCodes.Status406NotAcceptable, "path not allowed in query mode");
        }
        else if (query.Problem(files) is { } problem)
        {
            await RefuseAsync(http, StatusCodes.Status406NotAcceptable, problem);
        }
        else
        {
            await (query.Files is [var file] ? FileAsync(http, file) : ServicesAsync(http, query));
        }
    }

    internal static ValueTask SayAsync(Stream output, string text, CancellationToken stop) => output.WriteAsync(Encoding.UTF8.GetBytes(text), stop);

    private async Task FileAsync(HttpContext http, string path)
    {
        try
        {
            using var found = files.Open(path);
            var name = path.TrimEnd('/')[(path.TrimEnd('/').LastIndexOf('/') + 1)..];
            if (found.IsDirectory != path.EndsWith('/'))
            {
                Redirect(http, found.IsDirectory ? $"{Uri.EscapeDataString(name)}/" : $"../{Uri.EscapeDataString(name)}");
                return;
            }

            http.Response.Headers.LastModified = found.Modified.ToString("R", CultureInfo.InvariantCulture);
            http.Response.Headers.XContentTypeOptions = "nosniff";
            await (found.IsDirectory ? ListAsync(http, found) : SendAsync(http, found));
        }
        catch (FileNotFoundException)
        {
            await KubeletEndpoint.WriteAsync(http, StatusCodes.Status404NotFound, "404 page not found\n");
        }
        catch (UnauthorizedAccessException)
        {
            await KubeletEndpoint.WriteAsync(http, StatusCodes.Status403Forbidden, "403 Forbidden\n");
        }
    }

    /// <summary>The page that Go's file server makes of a directory.</summary>
    private static Task ListAsync(HttpContext http, HostLog directory)
    {
        var page = new StringBuilder("<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n");
        foreach (var name in directory.Names())
        {
            var link = string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
            page.Append(CultureInfo.InvariantCulture, $"<a href=\"{link}\">{WebUtility.HtmlEncode(name)}</a>\n");
        }

        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(page.Append("</pre>\n").ToString(), http.RequestAborted);
    }

    private static async Task SendAsync(HttpContext http, HostLog file)
    {
        await using var content = file.Read();
        var start = new byte[512];
        var read = await content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, http.RequestAborted);
        http.Response.ContentType = TypeOf(start.AsSpan(0, read));
        await http.Response.Body.WriteAsync(start.AsMemory(0, read), http.RequestAborted);
        await content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    // Nothing that a browser would run: a log has what strangers sent.
    private static string TypeOf(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]) ? "application/x-gzip"
        : start.IndexOfAnyInRange((byte)0, (byte)8) >= 0 ? "application/octet-stream"
        : Text;

    private async Task ServicesAsync(HttpContext http, NodeLogQuery query)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, http.RequestAborted);
        http.Response.ContentType = "text/plain;charset=UTF-8";
        var isPacked = http.Request.Headers.AcceptEncoding is ["gzip"];
        if (isPacked)
        {
            http.Response.Headers.ContentEncoding = "gzip";
        }

        await using var packed = isPacked ? new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true) : null;
        var output = packed ?? http.Response.Body;
        try
        {
            await CopyAsync(query, output, stop.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            await SayAsync(output, "\ncontext error: context deadline exceeded\n", http.RequestAborted);
        }
    }

    private async Task CopyAsync(NodeLogQuery query, Stream output, CancellationToken stop)
    {
        var ours = own is null ? [] : query.Services.Where(OwnLog.Services.Contains).ToList();
        if (own is not null && ours.Count > 0)
        {
            await own.CopyAsync(query, output, stop);
        }

        var others = query.Services.Except(ours).ToList();
        var units = others.Count == 0 ? "" : await UnitsAsync(stop);
        var logged = others.Where(one => units.Contains($"{one}.service", StringComparison.Ordinal)).ToList();
        if (logged.Count > 0 && !await journal(ArgumentsOf(query, logged), output, stop) && query.Boot is null or 0)
        {
            await SayAsync(output, "\nerror: journal output not available\n", stop);
        }

        var rest = others.Except(logged).ToList();
        if (rest.Count > 0 && query.HasOptions)
        {
            await SayAsync(output, $"\noptions present and query resolved to log files for [{string.Join(' ', rest)}]\ntry without specifying options\n", stop);
            return;
        }

        foreach (var service in rest)
        {
            await CopyFileAsync(service, output, stop);
        }
    }

    /// <summary>The units that journald has anything of; none where it is not.</summary>
    private async Task<string> UnitsAsync(CancellationToken stop)
    {
        using var units = new MemoryStream();
        return await journal(["--field", "_SYSTEMD_UNIT"], units, stop) ? Encoding.UTF8.GetString(units.ToArray()) : "";
    }

    private static List<string> ArgumentsOf(NodeLogQuery query, List<string> services)
    {
        List<string> arguments = ["--utc", "--no-pager", "--output=short-precise"];
        Add(query.SinceTime is { } since ? $"--since={Moment(since)}" : null);
        Add(query.UntilTime is { } until ? $"--until={Moment(until)}" : null);
        Add(query.TailLines is { } lines ? $"--lines={lines}" : null);
        arguments.AddRange(services.Select(service => $"--unit={service}"));
        Add(query.Pattern is { } pattern ? $"--grep={pattern}" : null);
        Add(query.Boot is { } boot ? $"--boot={boot}" : null);
        return arguments;

        void Add(string? argument) => arguments.AddRange(argument is null ? [] : [argument]);

        static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
    }

    /// <summary>The log file of a service, by any of the names that it may have.</summary>
    private async Task CopyFileAsync(string service, Stream output, CancellationToken stop)
    {
        try
        {
            foreach (var name in (string[])[service, $"{service}.log", $"{service}/{service}.log"])
            {
                if (await TryCopyAsync(name, output, stop))
                {
                    return;
                }
            }

            await SayAsync(output, $"\nlog not found for {service}\n", stop);
        }
        catch (UnauthorizedAccessException e)
        {
            await SayAsync(output, $"\nerror getting log for {service}: {e.Message}\n", stop);
        }
    }

    private async Task<bool> TryCopyAsync(string path, Stream output, CancellationToken stop)
    {
        try
        {
            using var found = files.Open(path);
            if (found.IsDirectory)
            {
                return false;
            }

            await using var content = found.Read();
            await content.CopyToAsync(output, stop);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static void Redirect(HttpContext http, string to)
    {
        http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        http.Response.Headers.Location = to + http.Request.QueryString;
    }

    private static Task RefuseAsync(HttpContext http, int code, string message) => KubeletEndpoint.WriteAsync(http, code, message + "\n");
}

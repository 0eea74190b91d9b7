using System.Buffers;
using Coppice.Client.Metrics;
using Coppice.Client.Pages;
using Coppice.Node.Devices;
using Coppice.Node.ImageCollection;
using Coppice.Node.Pods;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Stats;
using Coppice.Objects.Core;
using Coppice.Objects;
using Coppice.Streaming;
using Microsoft.AspNetCore.Http;

namespace Coppice.Kubelet;

/// <summary>What the endpoint shows: this node and its pods.</summary>
/// <param name="Workers">The pods of now.</param>
/// <param name="Streams">Logs, commands and connections of its pods.</param>
/// <param name="Problem">What is wrong with the node; null for nothing.</param>
public sealed record KubeletNode(
    string Name, Func<IEnumerable<PodWorker>> Workers, INodeStreams Streams, NodeStats Stats, ProbeTally Probes, RuntimeFigures Runtime, Func<string?> Problem)
{
    /// <summary>How long its pods took to start; null where nobody measures that.</summary>
    public PodStarts? Starts { get; init; }

    /// <summary>Null where nobody removes images.</summary>
    public ImageCollector? Images { get; init; }

    /// <summary>How often pods were evicted, by what for; null where nobody counts.</summary>
    public Counts<string>? Evictions { get; init; }

    /// <summary>Null where nobody asks for devices.</summary>
    public NodeDevices? Devices { get; init; }

    /// <summary>How it works, as <see cref="KubeletConfiguration"/> writes it.</summary>
    public ReadOnlyMemory<byte> Configuration { get; init; } = "{}"u8.ToArray();

    /// <summary>Completes when it knows all of its pods; before that, one that is not found may be there.</summary>
    public Task Started { get; init; } = Task.CompletedTask;
}

/// <summary>
/// The node's own HTTPS endpoint, at the paths of a kubelet's: its health, its pods, what they use, print and run. Everything is looked at
/// when it is asked for. Whoever hosts it serves TLS and asks clients for certificates.
/// </summary>
/// <param name="node">Null while the node is starting.</param>
/// <param name="logs">Of the machine; they are there while the node starts, too.</param>
/// <param name="pages">What it says of itself.</param>
public sealed class KubeletEndpoint(KubeletAccess access, Func<KubeletNode?> node, NodeLogs logs, ComponentPages pages, TimeProvider time)
{
    /// <summary>What it answers beside what is said of it.</summary>
    public static readonly IReadOnlyList<string> Paths =
    [
        "/attach", "/configz", "/containerLogs", "/exec", "/healthz", "/logs", "/metrics", "/pods", "/portForward", "/runningpods", "/stats", ComponentPages.Flags, ComponentPages.Status,
    ];

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private readonly KubeletStreams _streams = new(time);
    private readonly HealthFigures _health = new();

    private const string Json = "application/json";
    private const string Starting = "the node is starting";

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            if (await access.AdmitAsync(http))
            {
                await AnswerAsync(http);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = (http.Request.Path.Value ?? "/").TrimEnd('/');
        if (KubeletStreams.Serves(path))
        {
            await (await StartedAsync(http.RequestAborted) is { } running ? _streams.AnswerAsync(http, running, path) : WriteAsync(http, StatusCodes.Status503ServiceUnavailable, Starting));
        }
        else if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            await WriteAsync(http, StatusCodes.Status405MethodNotAllowed, "405: Method Not Allowed");
        }
        else if (path == "/healthz/ping")
        {
            await WriteAsync(http, StatusCodes.Status200OK, "ok");
        }
        else if (path.Split('/') is ["", "logs", ..])
        {
            await logs.AnswerAsync(http, http.Request.Path.Value!);
        }
        else if (pages.Find(path, http.Request.Headers.Accept is [var accept, ..] ? accept : null) is { } page)
        {
            http.Response.StatusCode = page.Code;
            await WriteAsync(http, page.ContentType, page.Body);
        }
        else if (node() is not { } here)
        {
            await WriteAsync(http, StatusCodes.Status503ServiceUnavailable, Starting);
        }
        else if (path is "/healthz" or "/healthz/syncloop")
        {
            await HealthAsync(http, _health.Count("healthz", "syncloop", here.Problem()), path);
        }
        else if (await DocumentAsync(http, path, here, http.RequestAborted) is { } document)
        {
            await WriteAsync(http, document.Type, document.Body);
        }
        else
        {
            await WriteAsync(http, StatusCodes.Status404NotFound, "404 page not found\n");
        }
    }

    /// <summary>The node once it knows its pods, which after a start it does soon; null if it does not.</summary>
    private async ValueTask<KubeletNode?> StartedAsync(CancellationToken stop)
    {
        try
        {
            if (node() is { } starting)
            {
                await starting.Started.WaitAsync(StartPatience, time, stop);
                return starting;
            }
        }
        catch (TimeoutException)
        {
            // Its runtime does not answer, or the API.
        }

        return null;
    }

    private async ValueTask<(string Type, ReadOnlyMemory<byte> Body)?> DocumentAsync(HttpContext http, string path, KubeletNode node, CancellationToken stop) => path switch
    {
        "/pods" => (Json, ListOf(node.Workers().Select(one => one.Pod with { Status = one.Status }))),
        "/runningpods" => (Json, ListOf(node.Workers().Select(Running).OfType<Pod>())),
        "/stats/summary" => (Json, Summary.Write(node.Name, await node.Stats.ReadAsync(withFiles: http.Request.Query["only_cpu_and_memory"] is not ["true"], stop))),
        "/metrics" => (MetricsText.ContentType, KubeletMetrics.Write(node, ProcessFigures.OfThisProcess())),
        "/metrics/resource" => (MetricsText.ContentType, ResourceMetrics.Write(await node.Stats.ReadAsync(withFiles: false, stop))),
        "/metrics/cadvisor" => (MetricsText.ContentType, CadvisorMetrics.Write(await node.Stats.ReadAsync(withFiles: true, stop))),
        HealthFigures.Path => (MetricsText.ContentType, _health.Write([("healthz", "ping", () => null), ("healthz", "syncloop", node.Problem)])),
        "/configz" => (Json, node.Configuration),
        "/metrics/probes" => (MetricsText.ContentType, ProbeMetrics.Write(node.Workers(), node.Probes)),
        _ => null,
    };

    private static Task HealthAsync(HttpContext http, string? problem, string path) => problem is not null
        ? WriteAsync(http, StatusCodes.Status500InternalServerError, $"[+]ping ok\n[-]syncloop failed: {problem}\n{path[1..]} check failed\n")
        : WriteAsync(http, StatusCodes.Status200OK, "ok");

    /// <summary>What of a pod runs: its name and its running containers; null if nothing does.</summary>
    private static Pod? Running(PodWorker worker)
    {
        var meta = worker.Pod.Metadata;
        var running = worker.View.Containers.Where(one => one.State == Node.Runtime.ContainerRunState.Running).Select(one => new Container { Name = one.Name, Image = one.Image }).ToValueList();
        return running.IsEmpty
            ? null
            : new Pod { Metadata = new() { Name = meta.Name, Namespace = meta.Namespace, Uid = meta.Uid }, Spec = new() { Containers = running } };
    }

    private static ReadOnlyMemory<byte> ListOf(IEnumerable<Pod> pods)
    {
        var list = new ArrayBufferWriter<byte>();
        list.Write("""{"kind":"PodList","apiVersion":"v1","metadata":{},"items":["""u8);
        var isFirst = true;
        foreach (var pod in pods)
        {
            list.Write(isFirst ? ""u8 : ","u8);
            list.Write(ApiJson.Write(pod with { ApiVersion = null, Kind = null }));
            isFirst = false;
        }

        list.Write("]}\n"u8);
        return list.WrittenMemory;
    }

    internal static Task WriteAsync(HttpContext http, int code, string text)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext http, string type, ReadOnlyMemory<byte> body)
    {
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
        }
    }
}

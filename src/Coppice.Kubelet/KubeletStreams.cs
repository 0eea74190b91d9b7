using System.Globalization;
using Coppice.Node.Pods;
using Coppice.Objects;
using Coppice.Streaming;
using Coppice.Streaming.PortForwarding;
using Coppice.Streaming.RemoteCommands;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coppice.Kubelet;

/// <summary>
/// Logs, commands and connections of the node's pods, at a kubelet's paths: <c>/containerLogs/NAMESPACE/POD/CONTAINER</c>,
/// <c>/exec/NAMESPACE/POD[/UID]/CONTAINER</c> and <c>/attach</c> likewise, <c>/portForward/NAMESPACE/POD[/UID]</c>.
/// </summary>
internal sealed class KubeletStreams(TimeProvider time)
{
    private readonly RemoteCommandEndpoint _commands = new(time, new StreamingOptions());
    private readonly PortForwardEndpoint _ports = new(time, new StreamingOptions());

    public static bool Serves(string path) => path.Split('/') is ["", "containerLogs" or "exec" or "attach" or "portForward", _, ..];

    public Task AnswerAsync(HttpContext http, KubeletNode node, string path) => path.Split('/')[1..] switch
    {
        ["containerLogs", var space, var pod, var container] when HttpMethods.IsGet(http.Request.Method) && Find(node, space, pod, null) is { } target =>
            LogAsync(http, node.Streams, new(target, container)),
        ["exec", var space, var pod, var container] when Find(node, space, pod, null) is { } target => CommandAsync(http, node.Streams, new(target, container), true),
        ["exec", var space, var pod, var uid, var container] when Find(node, space, pod, uid) is { } target => CommandAsync(http, node.Streams, new(target, container), true),
        ["attach", var space, var pod, var container] when Find(node, space, pod, null) is { } target => CommandAsync(http, node.Streams, new(target, container), false),
        ["attach", var space, var pod, var uid, var container] when Find(node, space, pod, uid) is { } target => CommandAsync(http, node.Streams, new(target, container), false),
        ["portForward", var space, var pod] when Find(node, space, pod, null) is { } target => ForwardAsync(http, node.Streams, target),
        ["portForward", var space, var pod, var uid] when Find(node, space, pod, uid) is { } target => ForwardAsync(http, node.Streams, target),
        [_, _, var pod, ..] => KubeletEndpoint.WriteAsync(http, StatusCodes.Status404NotFound, $"pod \"{pod}\" not found"),
        _ => KubeletEndpoint.WriteAsync(http, StatusCodes.Status404NotFound, "404 page not found\n"),
    };

    private Task ForwardAsync(HttpContext http, INodeStreams streams, PodTarget target) =>
        _ports.RunAsync(http, (port, stop) => streams.ConnectAsync(target, port, stop));

    private Task CommandAsync(HttpContext http, INodeStreams streams, ContainerTarget target, bool exec)
    {
        var query = http.Request.Query;
        var command = exec ? query["command"].Select(word => word ?? "").ToArray() : [];
        var request = new CommandRequest(command, Has("input"), Has("output"), Has("error"), Has("tty"));
        return exec && command.Length == 0 ? KubeletEndpoint.WriteAsync(http, StatusCodes.Status400BadRequest, "you must specify at least 1 command for the container")
            : request is { Stdin: false, Stdout: false, Stderr: false } ? KubeletEndpoint.WriteAsync(http, StatusCodes.Status400BadRequest, "you must specify at least 1 of stdin, stdout, stderr")
            : _commands.RunAsync(http, request, (io, stop) => exec ? streams.ExecAsync(target, request, io, stop) : streams.AttachAsync(target, request, io, stop));

        bool Has(string stream) => First(query, stream) == "1";
    }

    private static async Task LogAsync(HttpContext http, INodeStreams streams, ContainerTarget target)
    {
        if (RequestOf(http.Request.Query) is not { } request)
        {
            await KubeletEndpoint.WriteAsync(http, StatusCodes.Status400BadRequest, "the log's options are no numbers or no time");
            return;
        }

        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/plain";
        try
        {
            await streams.WriteLogAsync(target, request, http.Response.Body, http.RequestAborted);
        }
        catch (StreamTargetException e) when (!http.Response.HasStarted)
        {
            await KubeletEndpoint.WriteAsync(http, StatusCodes.Status400BadRequest, e.Message);
        }
    }

    /// <returns>Null for what cannot be read.</returns>
    private static LogRequest? RequestOf(IQueryCollection query)
    {
        DateTimeOffset since = default;
        return TryNumber("tailLines", out var lines) && TryNumber("limitBytes", out var bytes) && (First(query, "sinceTime") is not { } text || ApiTime.TryRead(text, out since))
            ? new(Is("follow"), Is("previous"), Is("timestamps"), lines, bytes, since == default ? null : since)
            : null;

        bool Is(string name) => First(query, name) == "true";

        bool TryNumber(string name, out long? number)
        {
            var text = First(query, name);
            var isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
            number = isNumber ? value : null;
            return isNumber || text is null;
        }
    }

    private static string? First(IQueryCollection query, string name) => query[name] is [var first, ..] ? first ?? "" : null;

    /// <summary>The pod of a name, if it is the one that is meant.</summary>
    private static PodTarget? Find(KubeletNode node, string space, string name, string? uid) =>
        node.Workers().Select(worker => worker.Pod.Metadata).FirstOrDefault(pod => pod.Namespace == space && pod.Name == name && (uid is null || pod.Uid == uid)) is { } found
            ? new PodTarget(space, name, found.Uid!)
            : null;
}

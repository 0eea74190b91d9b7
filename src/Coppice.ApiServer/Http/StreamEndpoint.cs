using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Streaming;
using Coppice.Streaming.PortForwarding;
using Coppice.Streaming.RemoteCommands;
using Coppice.Streaming.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coppice.ApiServer.Http;

/// <summary>
/// Logs, commands and forwarded ports of pods: finds the pod and the container that is meant, and connects the client with the node.
/// </summary>
/// <param name="nodes">The node of a name.</param>
internal sealed class StreamEndpoint(ApiVerbs verbs, Func<string, INodeStreams> nodes, TimeProvider time)
{
    private const string DefaultContainer = "kubectl.kubernetes.io/default-container";

    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    private readonly RemoteCommandEndpoint _commands = new(time, new StreamingOptions());
    private readonly PortForwardEndpoint _ports = new(time, new StreamingOptions());
    private readonly WebSocketAnswer _answers = new(time, new StreamingOptions());

    /// <param name="stopping">The server goes: whoever is connected is told so.</param>
    public async Task HandleAsync(HttpContext http, WriteRequest connection, CancellationToken stopping)
    {
        var (key, subresource) = (connection.Key, connection.Subresource);
        if (http.Request.Method != "GET" && (subresource == "log" || http.Request.Method != "POST"))
        {
            throw ApiErrors.MethodNotAllowed();
        }

        var log = subresource == "log" ? LogRequestOf(http.Request.Query, key.Name) : null;
        if (log is null)
        {
            // A log is read; all others are more than looking.
            await verbs.Admissions.ConnectAsync(connection, http.RequestAborted);
        }

        var pod = (Pod)(await verbs.GetAsync(Pods, key, http.RequestAborted)).Item;
        var container = subresource == "portforward" ? "" : ContainerOf(http, pod);
        if (string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            if (log is not null)
            {
                // Nothing has been written yet, and kubectl logs -f may ask again.
                http.Response.StatusCode = StatusCodes.Status200OK;
                return;
            }

            throw ApiErrors.BadRequest($"pod {key.Name} does not have a host assigned");
        }

        var node = nodes(pod.Spec.NodeName);
        var target = new PodTarget(key.Namespace, key.Name, pod.Metadata.Uid!);
        switch (subresource)
        {
            case "log":
                await _answers.BytesAsync(http, () => LogAsync(http, node, new(target, container), log!, stopping));
                break;
            case "portforward":
                await _ports.RunAsync(http, (port, stop) => node.ConnectAsync(target, port, stop), stopping);
                break;
            default:
                await CommandAsync(http, node, new(target, container), subresource == "exec", stopping);
                break;
        }
    }

    private async Task CommandAsync(HttpContext http, INodeStreams node, ContainerTarget target, bool exec, CancellationToken stopping)
    {
        var query = http.Request.Query;
        var command = query["command"].Select(c => c ?? "").ToArray();
        if (exec && command.Length == 0)
        {
            throw ApiErrors.BadRequest("you must specify at least 1 command for the container");
        }

        var request = new CommandRequest(
            exec ? command : [], query.IsTrue("stdin"), query.IsTrue("stdout"), query.IsTrue("stderr"), query.IsTrue("tty"));
        if (!request.Stdin && !request.Stdout && !request.Stderr)
        {
            throw ApiErrors.BadRequest("you must specify at least 1 of stdin, stdout, stderr");
        }

        await _commands.RunAsync(
            http,
            request,
            (streams, stop) => exec ? node.ExecAsync(target, request, streams, stop) : node.AttachAsync(target, request, streams, stop),
            stopping);
    }

    /// <exception cref="ApiError">Invalid: what is asked for makes no sense, whether there is a log or not.</exception>
    private LogRequest LogRequestOf(IQueryCollection query, string pod)
    {
        var (lines, bytes, seconds) = (query.Number("tailLines"), query.Number("limitBytes"), query.Number("sinceSeconds"));
        var since = SinceTimeOf(query);
        Findings<FieldError> errors =
        [
            .. FieldRules.NotNegative(FieldPath.Of("tailLines"), lines),
            .. FieldRules.If(bytes < 1, () => FieldError.Invalid(FieldPath.Of("limitBytes"), bytes, "must be greater than 0")),
            .. seconds is null ? []
                : since is not null ? [FieldError.Forbidden(FieldPath.Of(""), "at most one of `sinceTime` or `sinceSeconds` may be specified")]
                : FieldRules.If(seconds < 1, () => FieldError.Invalid(FieldPath.Of("sinceSeconds"), seconds, "must be greater than 0")),
        ];
        return errors.Count > 0
            ? throw ApiErrors.Invalid("", "PodLogOptions", pod, errors)
            : new LogRequest(
                query.IsTrue("follow"),
                query.IsTrue("previous"),
                query.IsTrue("timestamps"),
                lines,
                bytes,
                seconds is { } ago ? time.GetUtcNow().After(-Spans.Seconds(ago)) : since);
    }

    private static async Task LogAsync(HttpContext http, INodeStreams node, ContainerTarget target, LogRequest request, CancellationToken stopping)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/plain";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            await node.WriteLogAsync(target, request, http.Response.Body, ended.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What was written of it ends as the end of a log does.
        }
        catch (StreamTargetException e) when (!http.Response.HasStarted)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }

    private static DateTimeOffset? SinceTimeOf(IQueryCollection query) => query.First("sinceTime") switch
    {
        null or "" => null,
        var text when ApiTime.TryRead(text, out var since) => since,
        var text => throw ApiErrors.BadRequest($"parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse it"),
    };

    /// <summary>The container that is named, or the only one, or the one that the pod itself names for this.</summary>
    private static string ContainerOf(HttpContext http, Pod pod)
    {
        var name = http.Request.Query.First("container");
        var spec = pod.Spec;
        List<string> all =
        [
            .. spec.InitContainers.Select(c => c.Name), .. spec.Containers.Select(c => c.Name), .. spec.EphemeralContainers.Select(c => c.Name),
        ];
        if (string.IsNullOrEmpty(name))
        {
            return pod.Metadata.Annotations.Find(DefaultContainer) is { } chosen && all.Contains(chosen)
                ? chosen
                : spec.Containers.Count == 1
                    ? spec.Containers[0].Name
                    : throw ApiErrors.BadRequest(
                        $"a container name must be specified for pod {pod.Metadata.Name}, choose one of: [{string.Join(" ", spec.Containers.Select(c => c.Name))}]");
        }

        return all.Contains(name) ? name : throw ApiErrors.BadRequest($"container {name} is not valid for pod {pod.Metadata.Name}");
    }
}

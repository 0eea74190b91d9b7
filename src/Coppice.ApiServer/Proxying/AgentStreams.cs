using System.Globalization;
using System.Net;
using System.Text;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Streaming;
using Coppice.Streaming.PortForwarding;
using Coppice.Streaming.RemoteCommands;

namespace Coppice.ApiServer.Proxying;

/// <summary>The streams of a node on another machine: of its agent's HTTPS endpoint, at the paths of a kubelet's.</summary>
internal sealed class AgentStreams(string node, ProxyLocator locator, ProxyClients clients, TimeProvider time) : INodeStreams
{
    private readonly SpdyCommandClient _commands = new(clients.OfAgent(node), time, new StreamingOptions());
    private readonly SpdyForwardClient _ports = new(clients.OfAgent(node), time, new StreamingOptions());

    /// <exception cref="ApiError">InternalError: the agent cannot be reached.</exception>
    public async ValueTask WriteLogAsync(ContainerTarget target, LogRequest request, Stream output, CancellationToken stop)
    {
        var location = await locator.FindAgentAsync(node, stop);
        var url = UrlOf(location, $"/containerLogs/{target.Pod.Namespace}/{target.Pod.Name}/{target.Container}", [.. Parameters(request)]);
        try
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, url);
            using var answer = await clients.OfAgent(node).SendAsync(asked, stop);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new StreamTargetException((await answer.Content.ReadAsStringAsync(stop)).TrimEnd());
            }

            await PassedBody.PassAsync(await answer.Content.ReadAsStreamAsync(stop), output, stop);
        }
        catch (Exception e) when (ProxyClients.WhyUnreached(e, location, stop) is { } why)
        {
            throw ApiErrors.InternalError($"Get {QuotedText.Of(url.OriginalString)}: {why}");
        }
    }

    public async ValueTask<CommandOutcome> ExecAsync(ContainerTarget target, CommandRequest request, CommandStreams streams, CancellationToken stop) =>
        await _commands.RunAsync(await CommandUrlAsync("exec", target, request, stop), request, streams, stop);

    public async ValueTask<CommandOutcome> AttachAsync(ContainerTarget target, CommandRequest request, CommandStreams streams, CancellationToken stop) =>
        await _commands.RunAsync(await CommandUrlAsync("attach", target, request, stop), request, streams, stop);

    public async ValueTask<Stream> ConnectAsync(PodTarget target, int port, CancellationToken stop)
    {
        var location = await locator.FindAgentAsync(node, stop);
        return await _ports.ConnectAsync(UrlOf(location, $"/portForward/{target.Namespace}/{target.Name}/{target.Uid}", []), port, stop);
    }

    private async ValueTask<Uri> CommandUrlAsync(string verb, ContainerTarget target, CommandRequest request, CancellationToken stop)
    {
        var (pod, container) = target;
        (string, string)[] streams = [("input", Flag(request.Stdin)), ("output", Flag(request.Stdout)), ("error", Flag(request.Stderr)), ("tty", Flag(request.Tty))];
        return UrlOf(
            await locator.FindAgentAsync(node, stop),
            $"/{verb}/{pod.Namespace}/{pod.Name}/{pod.Uid}/{container}",
            [.. request.Command.Select(word => ("command", word)), .. streams.Where(one => one.Item2 != "0")]);

        static string Flag(bool wanted) => wanted ? "1" : "0";
    }

    private static IEnumerable<(string, string)> Parameters(LogRequest request)
    {
        (string Name, string? Value)[] all =
        [
            ("follow", request.Follow ? "true" : null),
            ("previous", request.Previous ? "true" : null),
            ("timestamps", request.Timestamps ? "true" : null),
            ("tailLines", request.TailLines?.ToString(CultureInfo.InvariantCulture)),
            ("limitBytes", request.LimitBytes?.ToString(CultureInfo.InvariantCulture)),
            ("sinceTime", request.Since is { } since ? ApiTime.Write(since) : null),
        ];
        return all.Where(one => one.Value is not null).Select(one => (one.Name, one.Value!));
    }

    private static Uri UrlOf(ProxyLocation location, string path, IReadOnlyList<(string Name, string Value)> parameters)
    {
        var url = new StringBuilder($"{location.Scheme}://{location.Authority}{path}");
        for (var i = 0; i < parameters.Count; i++)
        {
            url.Append(i == 0 ? '?' : '&').Append(parameters[i].Name).Append('=').Append(Uri.EscapeDataString(parameters[i].Value));
        }

        return new Uri(url.ToString());
    }
}

using System.Net;
using System.Net.Sockets;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Probes;

/// <summary>Makes probes over the node's network and, for commands, through the runtime; says of failures what the kubelet says.</summary>
public sealed class Prober(IContainerRuntime runtime, TimeProvider time) : IProber
{
    private readonly HttpProbe _http = new(time);
    private readonly GrpcProbe _grpc = new(time);

    public async ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken stop)
    {
        try
        {
            return await AskAsync(request, stop);
        }
        catch (Exception unusable) when (!stop.IsCancellationRequested)
        {
            // An address, a header or an answer that the library refuses: one attempt fails, and not the probing of the container.
            return ProbeOutcome.Error(unusable.Message);
        }
    }

    private async ValueTask<ProbeOutcome> AskAsync(ProbeRequest request, CancellationToken stop)
    {
        var probe = request.Probe;
        var limit = ProbeTimes.Timeout(probe);
        if (probe.Exec is { } exec)
        {
            return await RunAsync(request.ContainerId, exec, limit, stop);
        }

        if (probe.Grpc is { } call)
        {
            return await _grpc.AskAsync(request.Address, call, limit, stop);
        }

        if (probe.HttpGet is { } get)
        {
            return Port(get.Port, request.Container) is { } port
                ? await _http.GetAsync(get, get.Host is { Length: > 0 } host ? host : request.Address, port, limit, stop)
                : NoSuchPort(get.Port);
        }

        if (probe.TcpSocket is { } tcp)
        {
            return Port(tcp.Port, request.Container) is { } port
                ? await ConnectAsync(tcp.Host is { Length: > 0 } host ? host : request.Address, port, limit, stop)
                : NoSuchPort(tcp.Port);
        }

        return ProbeOutcome.Error($"missing probe handler for {request.Container.Name}");
    }

    /// <summary>The number of a port that may be given by a container port's name; null when there is no such name.</summary>
    internal static int? Port(IntOrString port, Container container)
    {
        if (port.IsNumber)
        {
            return port.Number;
        }

        foreach (var one in container.Ports)
        {
            if (one.Name == port.Text)
            {
                return one.ContainerPortValue;
            }
        }

        return int.TryParse(port.Text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static ProbeOutcome NoSuchPort(IntOrString port) => ProbeOutcome.Error($"couldn't find port: {port}");

    private async ValueTask<ProbeOutcome> RunAsync(string containerId, ExecAction exec, TimeSpan limit, CancellationToken stop)
    {
        try
        {
            var result = await runtime.RunCommandAsync(containerId, exec.Command, limit, stop);
            return result.ExitCode == 0 ? ProbeOutcome.Success : ProbeOutcome.Failure(result.Output + result.ErrorOutput);
        }
        catch (TimeoutException)
        {
            return ProbeOutcome.Failure($"command timed out: \"{string.Join(' ', exec.Command)}\" timed out after {GoDuration.Write(limit)}");
        }
        catch (RuntimeException failed)
        {
            return ProbeOutcome.Error(failed.Message);
        }
    }

    private async ValueTask<ProbeOutcome> ConnectAsync(string host, int port, TimeSpan limit, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(limit.ForTimer(), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var target = HostPort.Of(host, port);
        try
        {
            await socket.ConnectAsync(host, port, both.Token);
            return ProbeOutcome.Success;
        }
        catch (SocketException failed)
        {
            return ProbeOutcome.Failure($"dial tcp {target}: {ProbeErrors.Connect(failed, host)}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return ProbeOutcome.Failure($"dial tcp {target}: i/o timeout");
        }
    }
}

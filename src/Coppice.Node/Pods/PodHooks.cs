using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>Hooks as commands in the container, as requests, or as pauses. A request is made as a probe's would be.</summary>
public sealed class PodHooks(IContainerRuntime runtime, IProber prober, TimeProvider time) : IPodHooks
{
    public async ValueTask<string?> RunAsync(
        LifecycleHandler hook, Container container, string containerId, string address, TimeSpan limit, CancellationToken stop)
    {
        if (hook.Sleep is { } sleep)
        {
            await Spans.DelayAsync(Least(Spans.Seconds(sleep.Seconds), limit), time, stop);
            return null;
        }

        if (hook.Exec is { } exec)
        {
            return await ExecAsync(exec, containerId, limit, stop);
        }

        var request = new Probe { HttpGet = hook.HttpGet, TcpSocket = hook.TcpSocket, TimeoutSeconds = (int)Math.Clamp(Math.Ceiling(limit.TotalSeconds), 1, int.MaxValue) };
        var outcome = await prober.ProbeAsync(new ProbeRequest(ProbeType.Liveness, request, container, containerId, address), stop);
        return outcome.Succeeded ? null : outcome.Message;
    }

    private async ValueTask<string?> ExecAsync(ExecAction exec, string containerId, TimeSpan limit, CancellationToken stop)
    {
        try
        {
            var result = await runtime.RunCommandAsync(containerId, exec.Command, limit, stop);
            if (result.ExitCode == 0)
            {
                return null;
            }

            var words = string.Join(' ', exec.Command);
            return $"Exec lifecycle hook ([{words}]) failed - error: command '{words}' exited with {result.ExitCode}: {result.ErrorOutput}, message: \"{result.Output}{result.ErrorOutput}\"";
        }
        catch (Exception failed) when (failed is TimeoutException or RuntimeException)
        {
            return $"Exec lifecycle hook ([{string.Join(' ', exec.Command)}]) failed - error: {failed.Message}";
        }
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

using Coppice.Client;
using Coppice.Node.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node;

/// <summary>The last look at whether a pod may be on this node, which the scheduler may not have been asked.</summary>
public sealed partial class NodeAgent
{
    // What was seen of the node may be old: a label that it got a moment ago is why the pod is here.
    private async Task BeginWithNewestAsync(Pod pod, CancellationToken stop)
    {
        try
        {
            var newest = await FindPatientlyAsync(stop);
            _inbox.Writer.TryWrite(() =>
            {
                var uid = pod.Metadata.Uid ?? "";
                if (_pods.Find(ObjectKey.Of(pod)) is { } now && now.Metadata.Uid == uid && !_workers.ContainsKey(uid))
                {
                    Begin(now, PodView.Empty, stop, newest);
                }
            });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped before the API answered: the next agent begins it.
        }
    }

    private async ValueTask<Objects.Core.Node> FindPatientlyAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await services.Api.FindAsync<Objects.Core.Node>(new("", options.NodeName), stop) ?? registration.Seen ?? new Objects.Core.Node();
            }
            catch (ApiException) when (!stop.IsCancellationRequested)
            {
                await Task.Delay(options.RuntimePause, services.Time, stop);
            }
        }
    }
}

using System.Runtime.ExceptionServices;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>Makes and deletes pods for their owner, and tells about it there, in Kubernetes' words.</summary>
internal sealed class OwnedPods(IApiClient api, ObjectCache<Pod> pods, IEventRecorder events, TimeProvider time)
{
    private readonly Deletions<Pod> _deletions = new(pods);

    /// <summary>Whether a pod is being deleted, as far as the API or this process knows.</summary>
    public bool IsGoing(Pod pod) => _deletions.IsGoing(pod);

    /// <summary>Makes pods until one fails, and returns when the cache has those that were made.</summary>
    /// <returns>The failure, to be thrown when all else is done; null if all went well.</returns>
    public async ValueTask<ExceptionDispatchInfo?> CreateAsync(KubernetesObject owner, IReadOnlyList<Pod> wanted, CancellationToken stop)
    {
        var created = new List<Pod>();
        ExceptionDispatchInfo? failure = null;
        var next = 0;
        foreach (var batch in Batches(wanted.Count))
        {
            var outcomes = await Task.WhenAll(wanted.Skip(next).Take(batch).Select(pod => CreateOneAsync(owner, pod, stop)));
            next += batch;
            created.AddRange(outcomes.Select(o => o.Created).OfType<Pod>());
            failure = outcomes.Select(o => o.Failure).FirstOrDefault(f => f is not null);
            if (failure is not null)
            {
                break;
            }
        }

        await pods.ExpectAllAsync(created, time, stop);
        return failure;
    }

    /// <returns>A failure, to be thrown when all else is done; null if all went well.</returns>
    public async ValueTask<ExceptionDispatchInfo?> DeleteAsync(KubernetesObject owner, IEnumerable<Pod> surplus, CancellationToken stop)
    {
        var outcomes = await Task.WhenAll(surplus.Select(pod => DeleteOneAsync(owner, pod, stop)));
        return outcomes.FirstOrDefault(f => f is not null);
    }

    /// <summary>The order of events of slow start: one pod, then two, then four …, so that a template that is refused is refused once.</summary>
    internal static IEnumerable<int> Batches(int count)
    {
        for (var batch = 1; count > 0; batch *= 2)
        {
            var size = Math.Min(batch, count);
            yield return size;
            count -= size;
        }
    }

    private async Task<(Pod? Created, ExceptionDispatchInfo? Failure)> CreateOneAsync(KubernetesObject owner, Pod pod, CancellationToken stop)
    {
        try
        {
            var created = await api.CreateAsync(pod, stop);
            events.Record(owner, "Normal", "SuccessfulCreate", $"Created pod: {created.Metadata.Name}");
            return (created, null);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            return (null, null);
        }
        catch (ApiException e)
        {
            events.Record(owner, "Warning", "FailedCreate", $"Error creating: {e.Message}");
            return (null, ExceptionDispatchInfo.Capture(e));
        }
    }

    private async Task<ExceptionDispatchInfo?> DeleteOneAsync(KubernetesObject owner, Pod pod, CancellationToken stop)
    {
        try
        {
            if (await _deletions.DeleteAsync(api, pod, stop))
            {
                events.Record(owner, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
            }

            return null;
        }
        catch (ApiException e)
        {
            events.Record(owner, "Warning", "FailedDelete", $"Error deleting: {e.Message}");
            return ExceptionDispatchInfo.Capture(e);
        }
    }
}

using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.EventExpiry;

/// <summary>Deletes events that have not been written for longer than they are kept. It has one key: all of them.</summary>
internal sealed class EventExpiryReconciler(IApiClient api, CacheSet caches, TimeSpan timeToLive, TimeProvider time) : IDeclaredReconciler
{
    /// <summary>A look at all events is not made for each one of them.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1);

    private static readonly ObjectKey AllEvents = new("", "events");

    private readonly ObjectCache<Event> _events = caches.Of<Event>();

    /// <summary>Nothing wakes it but the passing of time.</summary>
    public Controller Declare(Controller controller)
    {
        controller.Enqueue(AllEvents);
        return controller;
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var next = now + timeToLive;
        foreach (var item in _events.Items)
        {
            var due = LastWritten(item).After(timeToLive);
            if (due > now)
            {
                next = due < next ? due : next;
                continue;
            }

            try
            {
                await api.DeleteAsync<Event>(ObjectKey.Of(item), null, stop);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone already.
            }
        }

        return ReconcileResult.After(next - now > ShortestPause ? next - now : ShortestPause);
    }

    private static DateTimeOffset LastWritten(Event item)
    {
        DateTimeOffset?[] times = [item.LastTimestamp, item.EventTime?.Value, item.Series?.LastObservedTime?.Value, item.Metadata.CreationTimestamp];
        return times.Max() ?? DateTimeOffset.MaxValue;
    }
}

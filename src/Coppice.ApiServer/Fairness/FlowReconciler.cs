using Coppice.ApiServer.Flowcontrol;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Flowcontrol;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer.Fairness;

/// <summary>
/// Keeps flow control as the schemas and levels have it, says of each schema whether its level is there, brings back what every cluster
/// has, and lends seats.
/// </summary>
internal sealed class FlowReconciler(IApiClient api, FlowControl flows, TimeProvider time) : IReconciler
{
    private const string Dangling = "Dangling";

    // Kubernetes' period of adjustments.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private static readonly ObjectKey Whole = new("", "flow-control");

    private IReadOnlyList<FlowSchema> _schemas = [];
    private IReadOnlyList<PriorityLevelConfiguration> _levels = [];

    /// <summary>The loop that runs it, woken by every change of what it looks at.</summary>
    public ReconcileLoop<ObjectKey> WokenBy(CacheSet caches, ILogger log)
    {
        var (schemas, levels) = (caches.Of<FlowSchema>(), caches.Of<PriorityLevelConfiguration>());
        var loop = new ReconcileLoop<ObjectKey>("FlowControl", this, ReconcileOptions.Default, time, log);
        schemas.Subscribe(_ => loop.Enqueue(Whole));
        levels.Subscribe(_ => loop.Enqueue(Whole));
        loop.Enqueue(Whole);
        return loop;
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // 1. What there is.
        var (schemas, levels) = (await api.ListAsync<FlowSchema>(ListQuery.All, stop), await api.ListAsync<PriorityLevelConfiguration>(ListQuery.All, stop));
        if (!FlowDefaults.AreAmong(schemas.Items, levels.Items))
        {
            await FlowDefaults.EnsureAsync(api, stop);
        }

        // 2. It is gone by, then said.
        if (!schemas.Items.SequenceEqual(_schemas) || !levels.Items.SequenceEqual(_levels))
        {
            flows.Apply(schemas.Items, levels.Items);
            (_schemas, _levels) = (schemas.Items, levels.Items);
        }

        foreach (var schema in schemas.Items)
        {
            var told = Told(schema, levels.Items, ApiTime.Truncate(time.GetUtcNow()));
            if (told != schema.Status)
            {
                await api.UpdateStatusAsync(schema with { Status = told }, stop);
            }
        }

        // 3. Seats go where they are asked for.
        flows.Adjust();
        return ReconcileResult.After(Period);
    }

    private static FlowSchemaStatus Told(FlowSchema schema, IReadOnlyList<PriorityLevelConfiguration> levels, DateTimeOffset now)
    {
        var name = schema.Spec.PriorityLevelConfiguration.Name;
        var isThere = levels.Any(level => level.Metadata.Name == name);
        var told = new FlowSchemaCondition
        {
            Type = Dangling,
            Status = isThere ? "False" : "True",
            Reason = isThere ? "Found" : "NotFound",
            Message = $"This FlowSchema references the PriorityLevelConfiguration object named \"{name}\" {(isThere ? "and it exists" : "but there is no such object")}",
        };
        var before = schema.Status.Conditions.FirstOrDefault(one => one.Type == Dangling);
        var since = before?.Status == told.Status ? before.LastTransitionTime : now;
        return new() { Conditions = [.. schema.Status.Conditions.Where(one => one.Type != Dangling), told with { LastTransitionTime = since }] };
    }
}

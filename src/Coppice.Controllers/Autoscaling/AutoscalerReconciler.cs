using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Core;
using Coppice.Objects.Metrics;
using CrossVersionObjectReference = Coppice.Objects.Autoscaling.V2.CrossVersionObjectReference;
using HorizontalPodAutoscaler = Coppice.Objects.Autoscaling.V2.HorizontalPodAutoscaler;
using HorizontalPodAutoscalerSpec = Coppice.Objects.Autoscaling.V2.HorizontalPodAutoscalerSpec;

namespace Coppice.Controllers.Autoscaling;

/// <summary>Looks every few seconds at what the pods of each autoscaler's target use, and gives the target as many as that asks for.</summary>
internal sealed class AutoscalerReconciler(
    IApiClient api, CacheSet caches, IEventRecorder events, ControllerOptions options, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<HorizontalPodAutoscaler> _autoscalers = caches.Of<HorizontalPodAutoscaler>();
    private readonly PodSelections _selections = new(caches.Of<Pod>());
    private readonly ScaleTargets _targets = new(api, options.Kinds);
    private readonly OtherMetrics _others = new(options.Others, options.Kinds);
    private readonly ConcurrentDictionary<ObjectKey, ScalingHistory> _histories = new();

    // Its own status wakes nobody: each look is a recommendation.
    public Controller Declare(Controller controller) => controller
        .WokenBy(_autoscalers, change => change.Old is { } old && change.New is { } item && old.Spec == item.Spec ? [] : [ObjectKey.Of(change.Item)]);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_autoscalers.Find(key) is not { } autoscaler)
        {
            _histories.TryRemove(key, out _);
            _selections.Note(key, null);
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var found = await FindAsync(key.Namespace, autoscaler.Spec.ScaleTargetRef, stop);
        var target = found.Scale is { } scale ? await ObserveAsync(key, autoscaler.Spec, scale, stop) : null;

        // 2. Plan.
        var now = time.GetUtcNow();
        var history = _histories.GetValueOrDefault(key) ?? ScalingHistory.BeginningWith(target?.Replicas ?? autoscaler.Status.CurrentReplicas, now);
        var plan = target is null
            ? AutoscalerPlanner.Unreachable(autoscaler, history, found.Problem!, now)
            : AutoscalerPlanner.Plan(autoscaler, target, history, options.Autoscalers, now);

        // 3. Apply.
        if (plan.Rescale is { } rescale)
        {
            plan = await RescaleAsync(found, plan, rescale, autoscaler.Spec.Behavior, now, stop);
        }

        if (target is not null)
        {
            _histories[key] = plan.History;
        }

        foreach (var news in plan.News)
        {
            events.Record(autoscaler, news.Type, news.Reason, news.Message);
        }

        if (plan.Status != autoscaler.Status)
        {
            await _autoscalers.ExpectAsync(await api.UpdateStatusAsync(autoscaler with { Status = plan.Status }, stop), time, stop);
        }

        return ReconcileResult.After(options.Autoscalers.SyncPeriod);
    }

    private ValueTask<FoundScale> FindAsync(string space, CrossVersionObjectReference target, CancellationToken stop) =>
        _targets.FindAsync(target.ApiVersion, target.Kind, new(space, target.Name), stop);

    private async ValueTask<ScaledTarget> ObserveAsync(ObjectKey key, HorizontalPodAutoscalerSpec spec, Scale scale, CancellationToken stop)
    {
        var selector = scale.Status.Selector;
        var query = QueryOf(selector);
        _selections.Note(key, query);
        var pods = query is null ? [] : _selections.Select(key.Namespace, query);
        var selecting = pods.Select(pod => pod.Metadata.Labels).Distinct().SelectMany(labels => _selections.OwnersOf(key.Namespace, labels)).Distinct().Order();
        var goesByUse = query is not null && spec.Metrics.Any(metric => metric.Type is MetricSourceType.Resource or MetricSourceType.ContainerResource);
        var others = new List<OtherFigures?>();
        foreach (var metric in query is null ? [] : spec.Metrics)
        {
            others.Add(await _others.MeasureAsync(metric, key.Namespace, selector!, stop));
        }

        return new(scale.Spec.Replicas, selector, query, pods, goesByUse ? await MeasureAsync(key.Namespace, selector!, stop) : new([], null), [.. selecting])
        {
            Existing = scale.Status.Replicas,
            Others = others,
        };
    }

    private async ValueTask<PodFigures> MeasureAsync(string space, string selector, CancellationToken stop)
    {
        try
        {
            var list = await api.ListAsync(UnstoredKinds.PodMetrics, new ListQuery(space, LabelSelector: selector), stop);
            return new([.. list.Items.Cast<PodMetrics>()], null);
        }
        catch (ApiException e)
        {
            return new([], e.IsNotServed ? $"{e.Message} (get pods.metrics.k8s.io)" : e.Message);
        }
    }

    private async ValueTask<AutoscalerPlan> RescaleAsync(
        FoundScale found, AutoscalerPlan plan, Rescale rescale, HorizontalPodAutoscalerBehavior? behavior, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            await _targets.ScaleAsync(found.Kind!, found.Scale!, rescale.Replicas, stop);
            return AutoscalerPlanner.Rescaled(plan, rescale, behavior, now);
        }
        catch (ApiException e)
        {
            return AutoscalerPlanner.Refused(plan, rescale, e.Message, now);
        }
    }

    /// <returns>Null for what is no selector, or none at all.</returns>
    private static LabelQuery? QueryOf(string? selector)
    {
        try
        {
            return string.IsNullOrEmpty(selector) ? null : LabelQuery.Parse(selector);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

using System.Text.Json;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.Autoscaling;

/// <summary>What another metrics API than the cluster's own answered about a figure, by the names of objects; or why it did not, in Kubernetes' words.</summary>
internal sealed record OtherFigures(IReadOnlyList<KeyValuePair<string, PodFigure>> Items, string? Problem)
{
    /// <summary>Nobody serves such figures.</summary>
    public static OtherFigures Unserved(MetricSpec metric) => new(
        [],
        metric.External is { } external
            ? $"unable to fetch metrics from external metrics API: the server could not find the requested resource (get {external.Metric.Name}.external.metrics.k8s.io)"
            : "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered");
}

/// <summary>Asks the APIs custom.metrics.k8s.io and external.metrics.k8s.io, whoever serves them.</summary>
/// <param name="others">Null where nobody serves anything.</param>
internal sealed class OtherMetrics(OtherApis? others, IKindSource kinds)
{
    private const string Controller = "horizontal-pod-autoscaler";
    private const string Custom = "custom.metrics.k8s.io";
    private const string External = "external.metrics.k8s.io";

    /// <summary>Over how long a figure is an average that does not say so.</summary>
    private static readonly TimeSpan UsualWindow = TimeSpan.FromMinutes(1);

    /// <param name="selector">Of the target's pods.</param>
    /// <returns>Null for a figure that is not asked for there.</returns>
    public async ValueTask<OtherFigures?> MeasureAsync(MetricSpec metric, string space, string selector, CancellationToken stop)
    {
        if (metric is not ({ Type: MetricSourceType.Pods, Pods: not null } or { Type: MetricSourceType.Object, Object: not null } or { Type: MetricSourceType.External, External: not null }))
        {
            return null;
        }

        var (group, api) = metric.External is null ? (Custom, "custom") : (External, "external");
        if (others is null || others.VersionsOf(group) is not { Count: > 0 } versions)
        {
            return OtherFigures.Unserved(metric);
        }

        // v1beta2 before v1beta1.
        var root = $"/apis/{group}/{versions.Max(StringComparer.Ordinal)}";
        try
        {
            var answer = await others.ReadAsync(Controller, root + PathOf(metric, space, selector), stop);
            var items = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("items", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(Read).OfType<KeyValuePair<string, PodFigure>>().ToList()
                : [];
            return new(items, items.Count == 0 ? $"no metrics returned from {api} metrics API" : null);
        }
        catch (ApiException e)
        {
            return new([], $"unable to fetch metrics from {api} metrics API: {e.Message}");
        }
    }

    private string PathOf(MetricSpec metric, string space, string selector) => metric switch
    {
        { Pods: { } pods } => $"/namespaces/{space}/pods/*/{Escaped(pods.Metric.Name)}" + Query(("labelSelector", selector), ("metricLabelSelector", TextOf(pods.Metric.Selector))),
        { Object: { DescribedObject.Kind: "Namespace" } about } =>
            $"/namespaces/{space}/metrics/{Escaped(about.Metric.Name)}" + Query(("metricLabelSelector", TextOf(about.Metric.Selector))),
        { Object: { } about } => $"{PlaceOf(about.DescribedObject, space)}/{Escaped(about.Metric.Name)}" + Query(("metricLabelSelector", TextOf(about.Metric.Selector))),
        _ => $"/namespaces/{space}/{Escaped(metric.External!.Metric.Name)}" + Query(("labelSelector", TextOf(metric.External.Metric.Selector))),
    };

    /// <exception cref="ApiException">There is no such kind.</exception>
    private string PlaceOf(CrossVersionObjectReference about, string space)
    {
        var group = ControllerRef.GroupOf(about.ApiVersion ?? "");
        var kind = kinds.Current.FirstOrDefault(one => one.Group == group && one.Name == about.Kind)
            ?? throw new ApiException(new() { Status = "Failure", Reason = "NotFound", Code = 404, Message = $"no matches for kind \"{about.Kind}\" in group \"{group}\"" });
        return (kind.Namespaced ? $"/namespaces/{space}" : "") + $"/{kind.QualifiedResource}/{Escaped(about.Name)}";
    }

    private static string TextOf(LabelSelector? selector) => selector is null ? "" : SelectorText.QueryOf(selector);

    private static string Escaped(string text) => Uri.EscapeDataString(text);

    private static string Query(params IEnumerable<(string Name, string Value)> parameters)
    {
        var set = parameters.Where(one => one.Value.Length > 0).Select(one => $"{one.Name}={Escaped(one.Value)}").ToList();
        return set.Count == 0 ? "" : "?" + string.Join('&', set);
    }

    /// <summary>Null for what has no value.</summary>
    private static KeyValuePair<string, PodFigure>? Read(JsonElement item)
    {
        if (!Quantity.TryParse(TextIn(item, "value"), out var value))
        {
            return null;
        }

        var name = item.TryGetProperty("describedObject", out var about) ? TextIn(about, "name") ?? "" : "";
        var at = ApiTime.TryRead(TextIn(item, "timestamp"), out var time) ? time : default;
        var window = item.TryGetProperty("windowSeconds", out var seconds) && seconds.TryGetInt64(out var count) ? Spans.Seconds(count) : UsualWindow;
        return new(name, new(value.MilliValue, at, window));
    }

    private static string? TextIn(JsonElement item, string field) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

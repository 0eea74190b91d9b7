using System.Globalization;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission;

/// <summary>What of a pod or a claim is outside the bounds of a LimitRange, in Kubernetes' words.</summary>
internal static class LimitBounds
{
    public static IReadOnlyList<string> OfPod(LimitRange range, Pod pod)
    {
        var errors = new List<string>();
        foreach (var item in range.Spec.Limits)
        {
            if (item.Type == LimitType.Container)
            {
                foreach (var container in pod.Spec.Containers.Concat(pod.Spec.InitContainers))
                {
                    errors.AddRange(Check(item, container.Resources.Requests, container.Resources.Limits));
                }
            }
            else if (item.Type == LimitType.Pod)
            {
                var alone = pod.Spec with { Overhead = default };
                errors.AddRange(Check(item, PodRequests.Of(alone), PodLimits.Of(alone)));
            }
        }

        return errors;
    }

    public static IReadOnlyList<string> OfClaim(LimitRange range, PersistentVolumeClaim claim)
    {
        var requests = claim.Spec.Resources.Requests;
        var errors = new List<string?>();
        foreach (var item in range.Spec.Limits)
        {
            if (item.Type == LimitType.PersistentVolumeClaim)
            {
                errors.AddRange(item.Min.Select(bound => Least(item.Type, bound, Find(requests, bound.Key), null)));
                errors.AddRange(item.Max.Select(bound => MostRequested(item.Type, bound, Find(requests, bound.Key))));
            }
        }

        return [.. errors.OfType<string>()];
    }

    private static IEnumerable<string> Check(LimitRangeItem item, ValueMap<Quantity> requests, ValueMap<Quantity> limits) =>
        item.Min.Select(bound => Least(item.Type, bound, Find(requests, bound.Key), Find(limits, bound.Key)))
            .Concat(item.Max.Select(bound => Most(item.Type, bound, Find(requests, bound.Key), Find(limits, bound.Key))))
            .Concat(item.MaxLimitRequestRatio.Select(bound => Ratio(item.Type, bound, Find(requests, bound.Key), Find(limits, bound.Key))))
            .OfType<string>();

    private static Quantity? Find(ValueMap<Quantity> amounts, string name) => amounts.TryGetValue(name, out var amount) ? amount : null;

    private static string? Least(string type, KeyValuePair<string, Quantity> bound, Quantity? request, Quantity? limit)
    {
        var text = $"minimum {bound.Key} usage per {type} is {bound.Value}";
        return request is null ? $"{text}. No request is specified"
            : request < bound.Value ? $"{text}, but request is {request}"
            : limit < bound.Value ? $"{text}, but limit is {limit}"
            : null;
    }

    private static string? Most(string type, KeyValuePair<string, Quantity> bound, Quantity? request, Quantity? limit)
    {
        var text = $"maximum {bound.Key} usage per {type} is {bound.Value}";
        return limit is null ? $"{text}. No limit is specified"
            : limit > bound.Value ? $"{text}, but limit is {limit}"
            : request > bound.Value ? $"{text}, but request is {request}"
            : null;
    }

    private static string? MostRequested(string type, KeyValuePair<string, Quantity> bound, Quantity? request)
    {
        var text = $"maximum {bound.Key} usage per {type} is {bound.Value}";
        return request is null ? $"{text}. No request is specified"
            : request > bound.Value ? $"{text}, but request is {request}"
            : null;
    }

    private static string? Ratio(string type, KeyValuePair<string, Quantity> bound, Quantity? request, Quantity? limit)
    {
        var text = $"{bound.Key} max limit to request ratio per {type} is {bound.Value}";
        if (request is not { IsZero: false } asked)
        {
            return $"{text}, but no request is specified or request is 0";
        }

        if (limit is not { IsZero: false } allowed)
        {
            return $"{text}, but no limit is specified or limit is 0";
        }

        var ratio = (double)allowed.MilliValue / asked.MilliValue;
        return ratio * 1000 > bound.Value.MilliValue
            ? string.Create(CultureInfo.InvariantCulture, $"{text}, but provided ratio is {ratio:F6}")
            : null;
    }
}

using System.Globalization;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>The bounds of a namespace: each for a type of its own, and none against another.</summary>
internal static class LimitRangeValidation
{
    private static readonly FieldPath Path = FieldPath.Of("spec", "limits");

    public static Findings<FieldError> Validate(LimitRangeSpec spec)
    {
        var repeated = FieldRules.Repeated(spec.Limits, limit => limit.Type).Select(r => r.Index).ToHashSet();
        var errors = Findings<FieldError>.None;
        for (var i = 0; i < spec.Limits.Count; i++)
        {
            errors.AddRange(Item(Path.Index(i), spec.Limits[i], repeated.Contains(i)));
        }

        return errors;
    }

    private static Findings<FieldError> Item(FieldPath path, LimitRangeItem item, bool isRepeated) =>
    [
        .. TypeName(path.Child("type"), item.Type),
        .. FieldRules.If(isRepeated, () => FieldError.Duplicate(path.Child("type"), item.Type)),
        .. Resources(path.Child("max"), item.Type, item.Max),
        .. Resources(path.Child("min"), item.Type, item.Min),
        .. item.Type == LimitType.Pod
            ? OfContainersOnly(path, item)
            : [.. Resources(path.Child("default"), item.Type, item.Default), .. Resources(path.Child("defaultRequest"), item.Type, item.DefaultRequest)],
        .. FieldRules.If(
            item.Type == LimitType.PersistentVolumeClaim && !item.Min.ContainsKey(ResourceName.Storage) && !item.Max.ContainsKey(ResourceName.Storage),
            () => FieldError.Required(path.Child("limits"), "either minimum or maximum storage value is required, but neither was provided")),
        .. Resources(path.Child("maxLimitRequestRatio"), item.Type, item.MaxLimitRequestRatio),
        .. Bounded(item).SelectMany(name => Order(path, item, name)),
    ];

    private static IEnumerable<string> Bounded(LimitRangeItem item)
    {
        var names = item.Max.Keys.Concat(item.Min.Keys).Concat(item.MaxLimitRequestRatio.Keys);
        return (item.Type == LimitType.Pod ? names : names.Concat(item.Default.Keys).Concat(item.DefaultRequest.Keys))
            .Distinct().Order(StringComparer.Ordinal);
    }

    private static Findings<FieldError> TypeName(FieldPath path, string type)
    {
        var errors = FieldRules.Named(path, type, Names.Qualified);
        if (!type.Contains('/') && type is not (LimitType.Pod or LimitType.Container or LimitType.PersistentVolumeClaim))
        {
            errors.Add(FieldError.Invalid(path, type, "must be a standard limit type or fully qualified"));
        }

        return errors;
    }

    private static Findings<FieldError> Resources(FieldPath path, string type, ValueMap<Quantity> amounts)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (name, _) in amounts)
        {
            errors.AddRange(type is LimitType.Pod or LimitType.Container
                ? ResourceValidation.NameOf(path.Key(name), name)
                : ResourceValidation.AnyName(path.Key(name), name));
        }

        return errors;
    }

    private static Findings<FieldError> OfContainersOnly(FieldPath path, LimitRangeItem item)
    {
        const string Why = "may not be specified when `type` is 'Pod'";
        return
        [
            .. FieldRules.If(!item.Default.IsEmpty, () => FieldError.Forbidden(path.Child("default"), Why)),
            .. FieldRules.If(!item.DefaultRequest.IsEmpty, () => FieldError.Forbidden(path.Child("defaultRequest"), Why)),
        ];
    }

    /// <summary>Least, default request, default limit and most of one resource, in this order.</summary>
    private static Findings<FieldError> Order(FieldPath path, LimitRangeItem item, string name)
    {
        var isOfPods = item.Type == LimitType.Pod;
        var (least, most) = (Find(item.Min), Find(item.Max));
        var (limit, request) = isOfPods ? (null, null) : (Find(item.Default), Find(item.DefaultRequest));
        var (limits, requests) = (path.Child("default").Key(name), path.Child("defaultRequest").Key(name));
        return
        [
            .. Above(path.Child("min").Key(name), least, least, "min value", most, "max value"),
            .. Above(requests, request, least, "min value", request, "default request value"),
            .. Above(requests, request, request, "default request value", most, "max value"),
            .. Above(requests, request, request, "default request value", limit, "default limit value"),
            .. Above(limits, least, least, "min value", limit, "default value"),
            .. Above(limits, most, limit, "default value", most, "max value"),
            .. Find(item.MaxLimitRequestRatio) is { } ratio ? Ratio(path.Child("maxLimitRequestRatio").Key(name), ratio, least, most) : [],
            .. FieldRules.If(
                !ResourceName.IsOvercommitAllowed(name) && limit is not null && request is not null && limit != request,
                () => FieldError.Invalid(requests, request, $"default value {limit} must equal to defaultRequest value {request} in {name}")),
        ];

        Quantity? Find(ValueMap<Quantity> amounts) => amounts.TryGetValue(name, out var amount) ? amount : null;
    }

    /// <param name="shown">The value that is called wrong, which in Kubernetes is not always the one at the path.</param>
    private static Findings<FieldError> Above(FieldPath path, Quantity? shown, Quantity? lower, string lowerName, Quantity? upper, string upperName) =>
        FieldRules.If(lower > upper, () => FieldError.Invalid(path, shown, $"{lowerName} {lower} is greater than {upperName} {upper}"));

    private static Findings<FieldError> Ratio(FieldPath path, Quantity ratio, Quantity? least, Quantity? most)
    {
        var errors = FieldRules.If(ratio < Quantity.FromUnits(1), () => FieldError.Invalid(path, ratio, $"ratio {ratio} is less than 1"));
        if (least is { } min && most is { } max)
        {
            var highest = (double)max.MilliValue / min.MilliValue;
            errors.AddRange(FieldRules.If(
                ratio.MilliValue / 1000d > highest,
                () => FieldError.Invalid(path, ratio, string.Create(CultureInfo.InvariantCulture, $"ratio {ratio} is greater than max/min = {highest:F6}"))));
        }

        return errors;
    }
}

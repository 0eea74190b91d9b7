using Coppice.ApiServer.Errors;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>
/// Events, as Kubernetes 1.36 asks of them: what is common to both forms, and what the newer one asks beyond it. Both are looked at in
/// the older form, in which they are kept; the fields' names are those of that form too, but for the reporting controller's.
/// </summary>
internal static class EventValidation
{
    private const int NameLimit = 128;

    private const int NoteLimit = 1024;

    private const string DefaultNamespace = "default";

    private const string SystemNamespace = "kube-system";

    private static readonly FieldPath About = FieldPath.Of("involvedObject", "namespace");

    /// <summary>What both forms ask. An event that says when it happened is a new one, of which more is asked.</summary>
    /// <param name="controllerField">What the request's form calls the reporting controller.</param>
    public static Findings<FieldError> Common(Event item, string controllerField)
    {
        var space = item.Metadata.Namespace ?? "";
        var about = item.InvolvedObject.Namespace ?? "";
        if (item.EventTime is null)
        {
            // What has no namespace of its own has its events in the default one.
            var apart = about.Length == 0 ? space is not ("" or DefaultNamespace) : about != space;
            return FieldRules.If(apart, () => FieldError.Invalid(About, about, "does not match event.namespace"));
        }

        return
        [
            .. FieldRules.If(
                about.Length == 0 && space is not (DefaultNamespace or SystemNamespace),
                () => FieldError.Invalid(About, about, "does not match event.namespace")),
            .. Text(FieldPath.Of(controllerField), item.ReportingComponent, int.MaxValue),
            .. FieldRules.Named(FieldPath.Of(controllerField), item.ReportingComponent ?? "", Names.Qualified),
            .. Text(FieldPath.Of("reportingInstance"), item.ReportingInstance, NameLimit),
            .. Text(FieldPath.Of("action"), item.Action, NameLimit),
            .. Text(FieldPath.Of("reason"), item.Reason, NameLimit),
            .. FieldRules.If(
                (item.Message ?? "").Length > NoteLimit, () => FieldError.Invalid(FieldPath.Of("message"), "", $"can have at most {NoteLimit} characters")),
        ];
    }

    /// <summary>What the newer form asks of a new event: that nothing is in the older form's own fields, too.</summary>
    public static Findings<FieldError> Newer(Event item) =>
    [
        .. Series(item),
        .. FieldRules.If(item.EventTime is null, () => FieldError.Required(FieldPath.Of("eventTime"))),
        .. FieldRules.If(
            item.Type is not ("Normal" or "Warning"), () => FieldError.Invalid(FieldPath.Of("type"), "", $"has invalid value: {item.Type}")),
        .. Unset("firstTimestamp", item.FirstTimestamp is null),
        .. Unset("lastTimestamp", item.LastTimestamp is null),
        .. Unset("count", item.Count == 0),
        .. Unset("source", item.Source is { Component: null or "", Host: null or "" }),
    ];

    /// <summary>What the newer form asks of an update: what happened does not change; that it happened again may be said.</summary>
    public static Findings<FieldError> Unchanged(Event item, Event old) =>
    [
        .. item.Series == old.Series ? [] : Series(item),
        .. FieldRules.Unchanged(FieldPath.Of("involvedObject"), item.InvolvedObject, old.InvolvedObject),
        .. FieldRules.Unchanged(FieldPath.Of("reason"), item.Reason, old.Reason),
        .. FieldRules.Unchanged(FieldPath.Of("message"), item.Message, old.Message),
        .. FieldRules.Unchanged(FieldPath.Of("source"), item.Source, old.Source),
        .. FieldRules.Unchanged(FieldPath.Of("firstTimestamp"), item.FirstTimestamp, old.FirstTimestamp),
        .. FieldRules.Unchanged(FieldPath.Of("lastTimestamp"), item.LastTimestamp, old.LastTimestamp),
        .. FieldRules.Unchanged(FieldPath.Of("count"), item.Count, old.Count),
        .. FieldRules.Unchanged(FieldPath.Of("type"), item.Type, old.Type),
        .. FieldRules.Unchanged(FieldPath.Of("eventTime"), item.EventTime, old.EventTime),
        .. FieldRules.Unchanged(FieldPath.Of("action"), item.Action, old.Action),
        .. FieldRules.Unchanged(FieldPath.Of("related"), item.Related, old.Related),
        .. FieldRules.Unchanged(FieldPath.Of("reportingController"), item.ReportingComponent, old.ReportingComponent),
        .. FieldRules.Unchanged(FieldPath.Of("reportingInstance"), item.ReportingInstance, old.ReportingInstance),
    ];

    private static Findings<FieldError> Series(Event item) => item.Series is not { } series
        ? []
        :
        [
            .. FieldRules.If(series.Count < 2, () => FieldError.Invalid(FieldPath.Of("series.count"), "", "should be at least 2")),
            .. FieldRules.If(series.LastObservedTime is null, () => FieldError.Required(FieldPath.Of("series.lastObservedTime"))),
        ];

    private static Findings<FieldError> Unset(string field, bool unset) =>
        FieldRules.If(!unset, () => FieldError.Invalid(FieldPath.Of(field), "", "needs to be unset"));

    private static Findings<FieldError> Text(FieldPath path, string? value, int limit) => string.IsNullOrEmpty(value)
        ? [FieldError.Required(path)]
        : FieldRules.If(value.Length > limit, () => FieldError.Invalid(path, "", $"can have at most {limit} characters"));
}

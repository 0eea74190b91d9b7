using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Events. Those of the newer form, which say when they happened, are asked for more.</summary>
internal static class EventValidation
{
    private const int NameLimit = 128;

    private const int NoteLimit = 1024;

    private const string DefaultNamespace = "default";

    /// <summary>What both forms ask.</summary>
    public static Findings<FieldError> Older(Event item)
    {
        var space = item.Metadata.Namespace ?? "";
        var about = item.InvolvedObject.Namespace ?? "";
        var path = FieldPath.Of("involvedObject", "namespace");
        // What has no namespace of its own has its events in the default one.
        var apart = about.Length == 0 ? space is not ("" or DefaultNamespace) : about != space;
        return FieldRules.If(apart, () => FieldError.Invalid(path, about, "does not match event.namespace"));
    }

    /// <summary>What the newer form asks of a new event.</summary>
    public static Findings<FieldError> Newer(Objects.Events.Event item) =>
    [
        .. FieldRules.If(item.EventTime is null, () => FieldError.Required(FieldPath.Of("eventTime"))),
        .. Text(FieldPath.Of("reportingController"), item.ReportingController, int.MaxValue),
        .. item.ReportingController is { } controller ? FieldRules.Named(FieldPath.Of("reportingController"), controller, Names.Qualified) : [],
        .. Text(FieldPath.Of("reportingInstance"), item.ReportingInstance, NameLimit),
        .. Text(FieldPath.Of("action"), item.Action, NameLimit),
        .. Text(FieldPath.Of("reason"), item.Reason, NameLimit),
        .. FieldRules.If(
            (item.Note ?? "").Length > NoteLimit, () => FieldError.Invalid(FieldPath.Of("message"), "", $"can have at most {NoteLimit} characters")),
        .. FieldRules.If(
            item.Type is not ("Normal" or "Warning"), () => FieldError.Invalid(FieldPath.Of("type"), "", $"has invalid value: {item.Type}")),
    ];

    /// <summary>What happened does not change; that it happened again may be said.</summary>
    public static Findings<FieldError> Unchanged(Objects.Events.Event item, Objects.Events.Event old) =>
    [
        .. FieldRules.Unchanged(FieldPath.Of("involvedObject"), item.Regarding, old.Regarding),
        .. FieldRules.Unchanged(FieldPath.Of("reason"), item.Reason, old.Reason),
        .. FieldRules.Unchanged(FieldPath.Of("message"), item.Note, old.Note),
        .. FieldRules.Unchanged(FieldPath.Of("action"), item.Action, old.Action),
        .. FieldRules.Unchanged(FieldPath.Of("related"), item.Related, old.Related),
        .. FieldRules.Unchanged(FieldPath.Of("reportingController"), item.ReportingController, old.ReportingController),
        .. FieldRules.Unchanged(FieldPath.Of("reportingInstance"), item.ReportingInstance, old.ReportingInstance),
        .. FieldRules.Unchanged(FieldPath.Of("type"), item.Type, old.Type),
        .. FieldRules.Unchanged(FieldPath.Of("eventTime"), item.EventTime, old.EventTime),
    ];

    private static Findings<FieldError> Text(FieldPath path, string? value, int limit) => value is null
        ? [FieldError.Required(path)]
        : FieldRules.If(value.Length > limit, () => FieldError.Invalid(path, "", $"can have at most {limit} characters"));
}

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>What happened to objects, in the older form of report, in which both are stored.</summary>
internal static class EventKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Event>();

    public static ServedKind Served { get; } = new(Kind, new EventStrategy(), new EventTable())
    {
        NameRule = Names.PathSegment,
        IsMadeByUpdate = true,
        Fields = FieldLabels.Of<Event>(
            ("involvedObject.apiVersion", e => e.InvolvedObject.ApiVersion),
            ("involvedObject.fieldPath", e => e.InvolvedObject.FieldPath),
            ("involvedObject.kind", e => e.InvolvedObject.Kind),
            ("involvedObject.name", e => e.InvolvedObject.Name),
            ("involvedObject.namespace", e => e.InvolvedObject.Namespace),
            ("involvedObject.resourceVersion", e => e.InvolvedObject.ResourceVersion),
            ("involvedObject.uid", e => e.InvolvedObject.Uid),
            ("reason", e => e.Reason),
            ("reportingComponent", e => e.ReportingComponent),
            ("source", SourceOf),
            ("type", e => e.Type)),
    };

    /// <summary>Who reports: in the newer form there is no source, and its reporter is the one.</summary>
    private static string? SourceOf(Event e) => string.IsNullOrEmpty(e.Source.Component) ? e.ReportingComponent : e.Source.Component;
}

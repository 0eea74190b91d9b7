using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Events;

namespace Coppice.ApiServer.Kinds.Events;

/// <summary>What happened to objects, in the newer form of report.</summary>
internal static class EventsEventKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Event>();

    public static ServedKind Served { get; } = new(Kind, new EventsEventStrategy(), new EventsEventTable())
    {
        IsMadeByUpdate = true,
        Fields = FieldLabels.Of<Event>(
            ("reason", e => e.Reason),
            ("regarding.apiVersion", e => e.Regarding.ApiVersion),
            ("regarding.fieldPath", e => e.Regarding.FieldPath),
            ("regarding.kind", e => e.Regarding.Kind),
            ("regarding.name", e => e.Regarding.Name),
            ("regarding.namespace", e => e.Regarding.Namespace),
            ("regarding.resourceVersion", e => e.Regarding.ResourceVersion),
            ("regarding.uid", e => e.Regarding.Uid),
            ("reportingController", e => e.ReportingController),
            ("source", e => string.IsNullOrEmpty(e.DeprecatedSource.Component) ? e.ReportingController : e.DeprecatedSource.Component),
            ("type", e => e.Type)),
    };
}

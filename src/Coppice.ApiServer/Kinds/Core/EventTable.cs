
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Tables;
using Coppice.Objects.Core;
namespace Coppice.ApiServer.Kinds.Core;

internal sealed class EventTable : KindTable<Event>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.Text("Last Seen", "How long ago it happened last."),
        TableColumn.Text("Type", "Normal or Warning."),
        TableColumn.Text("Reason", "Why, in one word."),
        TableColumn.Text("Object", "What it happened to."),
        TableColumn.Wide("Subobject", "Which part of it."),
        TableColumn.Wide("Source", "Who says so."),
        TableColumn.Text("Message", "What happened."),
        TableColumn.Wide("First Seen", "How long ago it happened first."),
        TableColumn.Wide("Count", "How often it happened."),
        TableColumn.ObjectName with { Priority = 1 },
    ];

    protected override IReadOnlyList<object> Cells(Event item, DateTimeOffset now) =>
    [
        LastSeen(item, now),
        item.Type ?? "",
        item.Reason ?? "",
        Target(item.InvolvedObject),
        item.InvolvedObject.FieldPath ?? "",
        Source(item),
        (item.Message ?? "").Trim(),
        FirstSeen(item, now),
        Count(item),
        Name(item),
    ];

    private static string FirstSeen(Event item, DateTimeOffset now) => HumanDuration.Since(item.FirstTimestamp ?? item.EventTime?.Value, now);

    private static string LastSeen(Event item, DateTimeOffset now) => item.Series is { } series
        ? HumanDuration.Since(series.LastObservedTime?.Value, now)
        : item.LastTimestamp is { } last ? HumanDuration.Since(last, now) : FirstSeen(item, now);

    private static long Count(Event item) => item.Series?.Count ?? Math.Max(1, item.Count);

    private static string Target(ObjectReference target)
    {
        var kind = (target.Kind ?? "").ToLowerInvariant();
        return target.Name is { } name ? $"{kind}/{name}" : kind;
    }

    private static string Source(Event item)
    {
        var component = item.Source.Component ?? item.ReportingComponent ?? "";
        return (item.Source.Host ?? item.ReportingInstance) is { } instance ? $"{component}, {instance}" : component;
    }
}

using Coppice.ApiServer.Tables;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Kinds.Batch;

internal sealed class CronJobTable : KindTable<CronJob>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Schedule", "When Jobs are made."),
        TableColumn.Text("Timezone", "The time zone of the schedule."),
        TableColumn.Flag("Suspend", "Whether no Jobs are made just now."),
        TableColumn.Count("Active", "How many of its Jobs are not over."),
        TableColumn.Text("Last Schedule", "How long ago a Job was due last."),
        TableColumn.Age,
        TableColumn.Wide("Containers", "The names of the containers in the template."),
        TableColumn.Wide("Images", "The images of the containers in the template."),
        TableColumn.Wide("Selector", "Which pods are counted."),
    ];

    protected override IReadOnlyList<object> Cells(CronJob item, DateTimeOffset now) =>
    [
        Name(item),
        item.Spec.Schedule,
        CellText.OrNone(item.Spec.TimeZone),
        item.Spec.Suspend switch { true => "True", false => "False", null => CellText.Unset },
        (long)item.Status.Active.Count,
        item.Status.LastScheduleTime is { } last ? HumanDuration.Since(last, now) : CellText.None,
        Age(item, now),
        CellText.ContainerNames(item.Spec.JobTemplate.Spec.Template),
        CellText.ContainerImages(item.Spec.JobTemplate.Spec.Template),
        CellText.Selector(item.Spec.JobTemplate.Spec.Selector),
    ];
}

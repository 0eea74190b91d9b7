using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Kinds.Batch;

internal sealed class JobTable : KindTable<Job>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Status", "Whether it runs, waits or is over."),
        TableColumn.Text("Completions", "How many pods have ended well, of how many that must."),
        TableColumn.Text("Duration", "How long it has taken."),
        TableColumn.Age,
        TableColumn.Wide("Containers", "The names of the containers in the template."),
        TableColumn.Wide("Images", "The images of the containers in the template."),
        TableColumn.Wide("Selector", "Which pods are counted."),
    ];

    protected override IReadOnlyList<object> Cells(Job item, DateTimeOffset now) =>
    [
        Name(item),
        State(item),
        Completions(item),
        item.Status.StartTime is { } start ? HumanDuration.Of((item.Status.CompletionTime ?? now) - start) : "",
        Age(item, now),
        CellText.ContainerNames(item.Spec.Template),
        CellText.ContainerImages(item.Spec.Template),
        CellText.Selector(item.Spec.Selector),
    ];

    private static string State(Job item) =>
        Is(item, JobConditionType.Complete) ? "Complete"
        : Is(item, JobConditionType.Failed) ? "Failed"
        : item.Metadata.DeletionTimestamp is not null ? "Terminating"
        : Is(item, JobConditionType.Suspended) ? "Suspended"
        : Is(item, JobConditionType.FailureTarget) ? "FailureTarget"
        : Is(item, JobConditionType.SuccessCriteriaMet) ? "SuccessCriteriaMet"
        : "Running";

    private static bool Is(Job item, string condition) => JobConditions.IsTrue(item.Status, condition);

    private static string Completions(Job item) =>
        item.Spec.Completions is { } completions ? $"{item.Status.Succeeded}/{completions}"
        : item.Spec.Parallelism > 1 ? $"{item.Status.Succeeded}/1 of {item.Spec.Parallelism}"
        : $"{item.Status.Succeeded}/1";
}

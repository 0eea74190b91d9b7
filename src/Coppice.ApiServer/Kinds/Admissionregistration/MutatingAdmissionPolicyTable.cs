using Coppice.ApiServer.Tables;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

internal sealed class MutatingAdmissionPolicyTable : KindTable<MutatingAdmissionPolicy>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Mutations", "How many changes it makes."),
        TableColumn.Text("ParamKind", "What kind its parameters are taken from."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object?> Cells(MutatingAdmissionPolicy item, DateTimeOffset now) =>
        [Name(item), (long)item.Spec.Mutations.Count, PolicyCells.Show(item.Spec.ParamKind), Age(item, now)];
}

using Coppice.ApiServer.Tables;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

internal sealed class ValidatingAdmissionPolicyTable : KindTable<ValidatingAdmissionPolicy>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Validations", "How many expressions must hold."),
        TableColumn.Text("ParamKind", "What kind its parameters are taken from."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object?> Cells(ValidatingAdmissionPolicy item, DateTimeOffset now) =>
        [Name(item), (long)item.Spec.Validations.Count, PolicyCells.Show(item.Spec.ParamKind), Age(item, now)];
}

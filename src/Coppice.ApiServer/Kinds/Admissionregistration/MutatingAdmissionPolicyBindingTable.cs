using Coppice.ApiServer.Tables;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

internal sealed class MutatingAdmissionPolicyBindingTable : KindTable<MutatingAdmissionPolicyBinding>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("PolicyName", "Which policy counts."),
        TableColumn.Text("ParamRef", "Where its parameters are taken from."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object?> Cells(MutatingAdmissionPolicyBinding item, DateTimeOffset now) =>
        [Name(item), item.Spec.PolicyName ?? "", PolicyCells.Show(item.Spec.ParamRef), Age(item, now)];
}

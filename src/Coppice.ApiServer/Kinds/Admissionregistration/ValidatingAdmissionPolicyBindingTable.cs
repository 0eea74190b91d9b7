using Coppice.ApiServer.Tables;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

internal sealed class ValidatingAdmissionPolicyBindingTable : KindTable<ValidatingAdmissionPolicyBinding>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("PolicyName", "Which policy counts."),
        TableColumn.Text("ParamRef", "Where its parameters are taken from."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object?> Cells(ValidatingAdmissionPolicyBinding item, DateTimeOffset now) =>
        [Name(item), item.Spec.PolicyName ?? "", Show(item.Spec.ParamRef), Age(item, now)];

    private static string Show(ParamRef? parameters) => parameters is null ? "<unset>"
        : string.IsNullOrEmpty(parameters.Namespace) ? parameters.Name ?? ""
        : $"{parameters.Namespace}/{parameters.Name}";
}

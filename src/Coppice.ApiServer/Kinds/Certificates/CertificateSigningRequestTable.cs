using Coppice.ApiServer.Tables;
using Coppice.Objects.Certificates;

namespace Coppice.ApiServer.Kinds.Certificates;

internal sealed class CertificateSigningRequestTable : KindTable<CertificateSigningRequest>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Age,
        TableColumn.Text("SignerName", "Who is to sign it."),
        TableColumn.Text("Requestor", "Who asks."),
        TableColumn.Text("RequestedDuration", "For how long the certificate is wished to be good."),
        TableColumn.Text("Condition", "What was decided."),
    ];

    protected override IReadOnlyList<object> Cells(CertificateSigningRequest item, DateTimeOffset now) =>
    [
        Name(item),
        Age(item, now),
        CellText.OrNone(item.Spec.SignerName),
        item.Spec.Username ?? "",
        item.Spec.ExpirationSeconds is { } seconds ? HumanDuration.Of(TimeSpan.FromSeconds(seconds)) : CellText.None,
        Condition(item.Status),
    ];

    private static string Condition(CertificateSigningRequestStatus status)
    {
        var decided = Has(RequestConditionType.Denied) ? "Denied" : Has(RequestConditionType.Approved) ? "Approved" : "Pending";
        return $"{decided}{(Has(RequestConditionType.Failed) ? ",Failed" : "")}{(status.Certificate.Bytes.IsEmpty ? "" : ",Issued")}";

        bool Has(string type) => status.Conditions.Any(c => c.Type == type);
    }
}

using Coppice.ApiServer.Tables;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

internal sealed class ValidatingWebhookConfigurationTable : KindTable<ValidatingWebhookConfiguration>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Count("Webhooks", "How many webhooks there are."),
        TableColumn.Age,
    ];

    protected override IReadOnlyList<object> Cells(ValidatingWebhookConfiguration item, DateTimeOffset now) =>
        [Name(item), (long)item.Webhooks.Count, Age(item, now)];
}

using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Autoscaling;

namespace Coppice.ApiServer.Kinds.Autoscaling;

/// <summary>Both versions are printed alike.</summary>
internal sealed class HorizontalPodAutoscalerTable : KindTable<HorizontalPodAutoscaler>
{
    private readonly V2HorizontalPodAutoscalerTable _newer = new();

    public override IReadOnlyList<TableColumn> Columns => _newer.Columns;

    protected override IReadOnlyList<object?> Cells(HorizontalPodAutoscaler item, DateTimeOffset now) =>
        _newer.Row(HorizontalPodAutoscalerConversion.ToNewer(item), now).Cells;
}

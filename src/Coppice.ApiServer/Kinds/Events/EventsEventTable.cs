using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Events;

namespace Coppice.ApiServer.Kinds.Events;

/// <summary>Both forms of events are printed alike.</summary>
internal sealed class EventsEventTable : KindTable<Event>
{
    private readonly EventTable _older = new();

    public override IReadOnlyList<TableColumn> Columns => _older.Columns;

    protected override IReadOnlyList<object?> Cells(Event item, DateTimeOffset now) => _older.Row(EventConversion.ToCore(item), now).Cells;
}

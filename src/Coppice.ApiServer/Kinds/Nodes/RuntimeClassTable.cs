using Coppice.ApiServer.Tables;
using Coppice.Objects.Node;

namespace Coppice.ApiServer.Kinds.Nodes;

internal sealed class RuntimeClassTable : KindTable<RuntimeClass>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
        [TableColumn.ObjectName, TableColumn.Text("Handler", "The name by which the runtime of every node knows this way."), TableColumn.Age];

    protected override IReadOnlyList<object> Cells(RuntimeClass item, DateTimeOffset now) => [Name(item), item.Handler, Age(item, now)];
}

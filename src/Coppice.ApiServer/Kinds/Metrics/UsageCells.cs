using Coppice.ApiServer.Tables;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Metrics;

/// <summary>How figures of use are printed, as metrics-server has them.</summary>
internal static class UsageCells
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";

    public static readonly IReadOnlyList<TableColumn> Columns =
    [
        TableColumn.ObjectName,
        TableColumn.Text(Cpu, "The use of the processor, as an average over the window."),
        TableColumn.Text(Memory, "The working set."),
        TableColumn.Text("Window", "Over how long the average is."),
    ];

    public static string Of(ValueMap<Quantity> usage, string resource) => usage.Find(resource).ToString();
}

using System.Globalization;
using Coppice.Commands.Terminal;
using Spectre.Console;
using HumanDuration = Coppice.ApiServer.Tables.HumanDuration;

namespace Coppice.Commands.Status;

/// <summary>A status as tables: coloured on a terminal, plain elsewhere.</summary>
internal sealed class StatusScreen(TimeProvider time)
{
    private readonly IAnsiConsole _console = PlainConsole.Make();

    public void Show(ClusterStatus status)
    {
        _console.MarkupLine(status.ApiReady ? $"[green]●[/] {Markup.Escape(Well(status))}" : $"[red]●[/] {Markup.Escape(Unwell(status))}");
        Processes(status.Processes);
        if (!status.ApiReady)
        {
            return;
        }

        Nodes(status.Nodes);
        Pods(status.Pods);
        Problems(status.Problems);
    }

    private static string Well(ClusterStatus status) =>
        $"{(status.Node is { } node ? $"This machine is the node {node} of the cluster at" : "The cluster is up:")} {status.Server}, data in {status.DataDirectory}";

    private static string Unwell(ClusterStatus status) => status.Node is { } node && status.Processes[0].Count == 0
        ? $"Coppice does not run on this machine, the node {node} of the cluster at {status.Server}: \"coppice up\" starts it; its containers go on meanwhile"
        : $"The cluster does not answer at {status.Server}; {(status.Node is null ? "its log" : "this node's log")} is {status.DataDirectory}/coppice.log";

    private void Processes(IReadOnlyList<ProcessUse> processes)
    {
        var table = NewTable("PROCESS", "RUNNING", "SINCE", "MEMORY", "CPU TIME");
        var now = time.GetUtcNow();
        foreach (var one in processes)
        {
            Row(table, one.Name, $"{one.Count}", one.Count == 0 ? "-" : HumanDuration.Since(one.StartedAt, now), Megabytes(one.MemoryBytes), Seconds(one.CpuSeconds));
        }

        _console.WriteLine();
        _console.Write(table);
    }

    private void Nodes(IReadOnlyList<NodeLine> nodes)
    {
        var table = NewTable("NODE", "STATUS", "ADDRESS", "CPU", "MEMORY", "PODS");
        foreach (var node in nodes)
        {
            Row(table, node.Name, node.Status, node.Address, node.Cpu, Gigabytes(node.MemoryBytes), $"{node.Pods}");
        }

        _console.WriteLine();
        _console.Write(table);
    }

    private void Pods(IReadOnlyList<PodTally> pods)
    {
        _console.WriteLine();
        _console.MarkupLine(pods.Count == 0
            ? "No pods yet."
            : "Pods: " + string.Join(", ", pods.Select(one => $"{one.Count} {Markup.Escape(one.State)}")));
    }

    private void Problems(IReadOnlyList<Problem> problems)
    {
        _console.WriteLine();
        if (problems.Count == 0)
        {
            _console.MarkupLine("[green]Nothing is wrong.[/]");
            return;
        }

        _console.MarkupLine($"[yellow]{problems.Count} not as {(problems.Count == 1 ? "it" : "they")} should be:[/]");
        var table = NewTable("WHAT", "WHY", "DETAIL");
        foreach (var problem in problems)
        {
            Row(table, problem.What, problem.Why, problem.Detail);
        }

        _console.Write(table);
    }

    private static Table NewTable(params string[] titles)
    {
        var table = new Table().NoBorder();
        foreach (var title in titles)
        {
            table.AddColumn(new TableColumn($"[grey]{title}[/]").PadLeft(0).PadRight(3));
        }

        return table;
    }

    private static void Row(Table table, params string[] cells) => table.AddRow([.. cells.Select(Markup.Escape)]);

    private static string Megabytes(long bytes) => (bytes / 1024.0 / 1024).ToString("0", CultureInfo.InvariantCulture) + " MiB";

    private static string Gigabytes(long bytes) => (bytes / 1024.0 / 1024 / 1024).ToString("0.0", CultureInfo.InvariantCulture) + " GiB";

    private static string Seconds(double seconds) => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}

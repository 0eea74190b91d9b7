using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Coppice.Commands.Hosting;
using Coppice.Commands.Status;
using Coppice.Configuration;
using Coppice.Node.Runtime.Containerd;
using Coppice.Objects.Core;
using ClusterNode = Coppice.Objects.Core.Node;

namespace Coppice.Commands;

/// <summary><c>coppice status</c>: what runs, since when, how much it uses, and what is wrong.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static Command Describe(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var output = new Option<string>("--output", "-o") { Description = "text or json", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command("status", """
            Show what runs, since when, how much it uses, and what is wrong.

            The exit code is 0 if the cluster answers, 3 if it does not: pods that are not well do not change it.

            Examples
              sudo coppice status
              sudo coppice status --output json
            """)
        {
            output,
            dataDirectory,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var status = await ObserveAsync(new DataLayout(Path.GetFullPath(parsed.GetValue(dataDirectory)!)), stop);
            if (parsed.GetValue(output) == "json") Console.Out.WriteLine(JsonSerializer.Serialize(status, Json));
            else new StatusScreen(time).Show(status);
            return status.ApiReady ? ExitCodes.Success : ExitCodes.NotRunning;
        });
        return command;
    }

    private static async Task<ClusterStatus> ObserveAsync(DataLayout layout, CancellationToken stop)
    {
        using var api = await ClusterApi.OpenAsync(layout, AnswerWithin, stop);
        var status = new ClusterStatus(layout.Root, api.Server.GetLeftPart(UriPartial.Authority), await api.IsReadyAsync(stop), Processes(layout), [], [], []);
        if (!status.ApiReady) return status;
        var nodes = await api.ListAsync<ClusterNode>("/api/v1/nodes", stop);
        var pods = await api.ListAsync<Pod>("/api/v1/pods", stop);
        return status with
        {
            Nodes = StatusPlanner.Nodes(nodes, pods),
            Pods = StatusPlanner.Pods(pods),
            Problems = StatusPlanner.Problems(nodes, pods),
        };
    }

    private static IReadOnlyList<ProcessUse> Processes(DataLayout layout)
    {
        var containerd = new ContainerdLayout(new ContainerdOptions { Directory = layout.Containerd });
        return
        [
            ProcessUse.Of("coppice", ServerProcess.Find(layout) is { } server ? [server.Id] : []),
            ProcessUse.Of("containerd", ProcessUse.WithCommandLine("containerd", containerd.ConfigurationFile)),
            ProcessUse.Of("shims of pods", ProcessUse.WithCommandLine("containerd-shim", containerd.Socket)),
        ];
    }
}

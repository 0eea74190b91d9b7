using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Commands.Hosting;
using Coppice.Commands.Status;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Node.Runtime.Containerd;
using Coppice.Objects.Core;
using ClusterNode = Coppice.Objects.Core.Node;

namespace Coppice.Commands;

/// <summary><c>coppice status</c>: what runs, since when, how much it uses, and what is wrong.</summary>
internal static class StatusCommand
{
    public static Command Describe(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var output = new Option<string>("--output", "-o") { Description = "text or json", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command("status", """
            Show what runs, since when, how much it uses, and what is wrong.

            The exit code is 0 if the cluster answers, 3 if it does not: pods that are not well do not change it. On a node of a cluster
            elsewhere only that node and its pods are shown, and coppice must run there, too.

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
            var status = await ObserveAsync(new DataLayout(Path.GetFullPath(parsed.GetValue(dataDirectory)!)), time, stop);
            if (parsed.GetValue(output) == "json")
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(status, ClusterStatusJson.Default.ClusterStatus));
            }
            else
            {
                new StatusScreen(time).Show(status);
            }

            return status.ApiReady ? ExitCodes.Success : ExitCodes.NotRunning;
        });
        return command;
    }

    private static async Task<ClusterStatus> ObserveAsync(DataLayout layout, TimeProvider time, CancellationToken stop)
    {
        if (JoinedTo.Of(layout) is { } joined)
        {
            return await ObserveAsync(joined, layout, time, stop);
        }

        var access = await AdministratorApi.FindAsync(layout, stop);
        using var api = new HttpApiClient(access, time);
        var nodes = await api.TryListAsync<ClusterNode>(stop);
        var pods = await api.TryListAsync<Pod>(stop);
        var status = StatusOf(layout, access.Server, nodes is not null && pods is not null);
        return nodes is null || pods is null ? status : status with
        {
            Nodes = StatusPlanner.Nodes(nodes, pods),
            Pods = StatusPlanner.Pods(pods),
            Problems =
            [
                .. StatusPlanner.OfServer(await api.TryGetTextAsync("/readyz/store?verbose", stop)),
                .. StatusPlanner.OfServer(await api.TryGetTextAsync("/readyz/disk?verbose", stop)),
                .. StatusPlanner.Problems(nodes, pods),
            ],
        };
    }

    /// <summary>Of a cluster elsewhere a node sees no more than itself and its pods.</summary>
    private static async Task<ClusterStatus> ObserveAsync(JoinedTo joined, DataLayout layout, TimeProvider time, CancellationToken stop)
    {
        HostChecks.RequireRoot("status");
        using var api = NodeApi.Find(joined, layout, time);
        var node = api is null ? null : await api.TryFindAsync<ClusterNode>(new("", joined.Node), stop);
        var pods = api is null ? null : await api.TryListAsync<Pod>(new ListQuery(FieldSelector: $"spec.nodeName={joined.Node}"), stop);
        var isRunning = ServerProcess.Find(layout) is not null;
        var status = StatusOf(layout, joined.Server, pods is not null && isRunning) with { Node = joined.Node };
        return pods is null || !isRunning ? status : status with
        {
            Nodes = node is null ? [] : StatusPlanner.Nodes([node], pods),
            Pods = StatusPlanner.Pods(pods),
            Problems = node is null
                ? [new Problem($"node {joined.Node}", "Deleted", "it was deleted from the cluster, and registers again when coppice starts: \"coppice down\", \"coppice up\"")]
                : StatusPlanner.Problems([node], pods),
        };
    }

    private static ClusterStatus StatusOf(DataLayout layout, Uri server, bool isReady) =>
        new(layout.Root, server.GetLeftPart(UriPartial.Authority), isReady, Processes(layout), [], [], []);

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

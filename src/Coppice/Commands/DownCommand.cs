using System.CommandLine;

using Coppice.Commands.Hosting;
using Coppice.Commands.Terminal;
using Coppice.Composition;
using Coppice.Configuration;
using Coppice.Network.Nftables;
using Coppice.Network.NodeRoutes;
using Coppice.Network.PodNetwork;
using Coppice.Node.Host;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Volumes;
using Coppice.Objects;
using Microsoft.Extensions.Logging.Abstractions;
namespace Coppice.Commands;

/// <summary><c>coppice down</c>: ends the server; with <c>--purge</c> everything else of the cluster too.</summary>
internal static class DownCommand
{
    public static Command Describe(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var instance = new Option<string>("--instance") { Description = "The cluster's name, where its data directory no longer tells", HelpName = "NAME" };
        var purge = new Option<bool>("--purge") { Description = "End all containers too, and delete images, data, keys and network rules" };
        var endPods = new Option<bool>("--end-pods") { Description = "End the pods of this node first, as before the machine is switched off" };
        var command = new Command("down", """
            Stop the cluster.

            Containers go on running and nothing is lost: "coppice up" takes them over again. With --purge nothing is left.

            With --end-pods the pods of this node end first, each with its grace, and the cluster makes others elsewhere: as when
            the machine is shut down, of which systemd tells coppice by itself.

            Examples
              sudo coppice down
              sudo coppice down --end-pods
              sudo coppice down --purge
            """)
        {
            purge,
            endPods,
            dataDirectory,
            instance,
        };
        command.SetAction(async (parsed, stop) =>
        {
            HostChecks.RequireRoot("down");
            var layout = new DataLayout(Path.GetFullPath(parsed.GetValue(dataDirectory)!));
            var name = parsed.GetValue(instance) ?? ServerArguments.InstanceOf(layout);
            var isPurge = parsed.GetValue(purge);
            var endsPods = parsed.GetValue(endPods);
            var containers = isPurge || endsPods ? "" : "; containers go on running";
            Console.Out.WriteLine(await BackgroundServer.StopAsync(name, layout, endsPods, time, stop) is { } outcome ? outcome + containers : "coppice is not running");
            if (isPurge)
            {
                await PurgeAsync(name, layout, time, stop);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task PurgeAsync(string instance, DataLayout layout, TimeProvider time, CancellationToken stop)
    {
        if (!Directory.Exists(layout.Root))
        {
            Console.Out.WriteLine($"there is nothing in {layout.Root}");
            return;
        }

        var joined = JoinedTo.Of(layout);
        GuardLine.Release(instance);
        Console.Out.WriteLine("ending containers and containerd");
        using (var supervisor = new ContainerdSupervisor(new ContainerdOptions { Directory = layout.Containerd }, time, NullLogger<ContainerdSupervisor>.Instance))
        {
            await supervisor.StopAsync(purge: true, stop);
        }

        Console.Out.WriteLine("removing network rules, cgroups and mounts");
        await using (var rules = new NftablesRules(instance))
        {
            await rules.RemoveAsync(stop);
        }

        var ranges = ServerArguments.RangesOf(layout);
        NodeRouteReconciler.Remove(instance, ranges);
        LoopbackAddress.Remove(ranges.PodGateway);
        CniConfiguration.RemoveResults(instance);
        await new CgroupFiles(CgroupMounts.Observe()).RemoveAsync(new CgroupTree("/" + instance).Root, time, stop);
        foreach (var mount in MountTable.Read().Where(one => one.MountPoint.StartsWith(layout.Root + "/", StringComparison.Ordinal)).Reverse())
        {
            await ProgramOutput.RequireAsync(HostProgram.Umount.Require(), ["-l", mount.MountPoint], stop);
        }

        Console.Out.WriteLine($"deleting {layout.Root}");
        foreach (var entry in Directory.EnumerateFileSystemEntries(layout.Root))
        {
            if (Directory.Exists(entry) && new DirectoryInfo(entry).LinkTarget is null)
            {
                DirectoryRemoval.Remove(entry);
            }
            else
            {
                File.Delete(entry);
            }
        }

        InstanceClaim.Release(instance, layout.Root);

        // A data directory that is itself a mount stays, empty.
        if (!MountTable.Read().Any(one => one.MountPoint == layout.Root))
        {
            Directory.Delete(layout.Root);
        }

        if (joined is not null)
        {
            // A node may not take itself out of a cluster.
            Console.Out.WriteLine($"the cluster at {joined.Server} still knows the node {joined.Node}: \"kubectl delete node {joined.Node}\" there makes it forget");
        }
    }
}

using System.CommandLine;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Node.Fencing;
using Coppice.Node.Runtime.Cgroups;

namespace Coppice.Commands;

/// <summary><c>coppice guard</c>: what the agent of a joined node starts to end pods when their lease is over. Nobody types it.</summary>
internal static class GuardCommand
{
    public static Command Describe(TimeProvider time)
    {
        var data = ServerArguments.DataDirectoryOption();
        var directory = new Option<string>(GuardLine.Directory) { Required = true };
        var instance = new Option<string>(GuardLine.Instance) { Required = true };
        var command = new Command(GuardLine.Command, "End the pods of a node whose lease is over") { data, directory, instance };
        command.Hidden = true;
        command.SetAction(async (parsed, stop) =>
        {
            var cgroups = new CgroupTree("/" + parsed.GetValue(instance));
            await new FenceWatch(parsed.GetValue(directory)!, cgroups, CgroupMounts.Observe(), time).RunAsync(stop);
            return ExitCodes.Success;
        });
        return command;
    }
}

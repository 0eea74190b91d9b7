using System.Diagnostics;
using Coppice.Client;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Node;

namespace Coppice.Commands.Hosting;

/// <summary>Starts <c>coppice run</c> so that it outlives us: as a service where systemd runs, else in a session of its own.</summary>
internal static class BackgroundServer
{
    /// <summary>Open watches and commands get this long to end in order.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    // $1 the log; the rest is the command line. The log takes what comes before logging begins and what a crash leaves; it is ours alone.
    private const string StartScript = """
        umask 077
        log=$1; shift
        exec >> "$log" 2>&1 < /dev/null
        umask 022
        exec setsid "$@"
        """;

    public static bool HasSystemd => Directory.Exists("/run/systemd/system");

    /// <summary>The service of a cluster; a second cluster on a machine has a second.</summary>
    public static string Unit(string instance) => instance == InstanceName.Usual ? "coppice.service" : $"coppice-{instance}.service";

    /// <param name="arguments">Those of <c>run</c>.</param>
    /// <param name="given">Variables of its environment, beside ours.</param>
    /// <returns>The process that was started, or null where systemd has it.</returns>
    public static async Task<Process?> StartAsync(
        DataLayout layout, string instance, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> given, CancellationToken stop)
    {
        string[] command = [.. OwnProgram.Words, "run", .. arguments, "--log-file", layout.LogFile];
        if (!HasSystemd)
        {
            return StartDetached(layout, command, given);
        }

        OwnFiles.Write(UnitFile(instance), Describe(command, given), OwnFiles.PublicFile);
        await ProgramOutput.RequireAsync("systemctl", ["daemon-reload"], stop);
        await ProgramOutput.RequireAsync("systemctl", ["enable", Unit(instance)], stop);
        await ProgramOutput.RequireAsync("systemctl", ["restart", Unit(instance)], stop);
        return null;
    }

    /// <summary>Whether systemd had to start the server again since it was told to start it.</summary>
    public static async Task<bool> WasStartedAgainAsync(string instance, CancellationToken stop)
    {
        var restarts = "";
        await ProgramOutput.RunAsync("systemctl", ["show", "--property=NRestarts", "--value", Unit(instance)], line => restarts += line, stop);
        return restarts is not ("" or "0");
    }

    /// <summary>Ends the service and tells systemd not to start it again; where there is no unit of ours nothing is done.</summary>
    public static async Task ForgetAsync(string instance, CancellationToken stop)
    {
        if (!HasSystemd || !File.Exists(UnitFile(instance)))
        {
            return;
        }

        await ProgramOutput.RequireAsync("systemctl", ["disable", "--now", Unit(instance)], stop);
        File.Delete(UnitFile(instance));
        await ProgramOutput.RequireAsync("systemctl", ["daemon-reload"], stop);
    }

    /// <summary>Ends the server, however it was started.</summary>
    /// <param name="endsPods">The pods of this node end before it, as when the machine goes down. Else containers go on.</param>
    /// <returns>What came of it, in words; null if it did not run.</returns>
    public static async Task<string?> StopAsync(string instance, DataLayout layout, bool endsPods, TimeProvider time, CancellationToken stop)
    {
        var running = ServerProcess.Find(layout);
        var grace = endsPods ? Grace + NodeShutdownOptions.Default.Period : Grace;
        var ended = running is null || (endsPods && await running.EndAsync(grace, endsPods, time, stop));
        await ForgetAsync(instance, stop);
        if (running is null)
        {
            return null;
        }

        return ended || running.HasEnded || await running.EndAsync(grace, endsPods: false, time, stop)
            ? "coppice is stopped"
            : $"coppice did not stop within {grace.TotalSeconds:0} s and was killed";
    }

    /// <summary>
    /// The unit. It is started again however often it fails. Only coppice itself is ended with the service, and only coppice starts again after a failure: containers and containerd
    /// are none of systemd's business.
    /// </summary>
    /// <param name="given">Its environment.</param>
    internal static string Describe(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> given) => $"""
        [Unit]
        Description=Coppice, a Kubernetes-compatible cluster that heals itself
        Wants=network-online.target
        After=network-online.target
        StartLimitIntervalSec=0

        [Service]
        ExecStart={string.Join(' ', command.Select(Quote))}
        Environment=DOTNET_ROOT={Environment.GetEnvironmentVariable("DOTNET_ROOT")}
        {string.Join('\n', given.Select(one => $"Environment={one.Key}={one.Value}"))}
        Restart=always
        RestartSec=1
        KillMode=process
        Delegate=yes
        OOMScoreAdjust=-999
        LimitNOFILE=1048576
        TasksMax=infinity

        [Install]
        WantedBy=multi-user.target

        """;

    private static string UnitFile(string instance) => "/etc/systemd/system/" + Unit(instance);

    private static Process StartDetached(DataLayout layout, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> given)
    {
        OwnFiles.EnsureDirectory(layout.Root);
        var start = new ProcessStartInfo("/bin/sh", ["-c", StartScript, "sh", layout.LogFile, .. command]) { WorkingDirectory = "/" };
        foreach (var (name, value) in given)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new UserErrorException("the server could not be started");
    }

    private static string Quote(string word) => word.Any(char.IsWhiteSpace) ? $"\"{word}\"" : word.Replace("%", "%%", StringComparison.Ordinal);
}

using System.Diagnostics;
using System.Globalization;
using Coppice.Node.Host;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>
/// The containerd process of a layout: started by us now, or by an earlier coppice. It outlives coppice in either case.
/// </summary>
internal sealed class ContainerdProcess
{
    private const string UmaskField = "Umask:";
    private const string UsualUmask = "0022";

    // $1 log, $2 pid file, $3 the cgroup.procs files (one a line), the rest containerd's command line. The shell turns into
    // containerd, so the pid is the one it wrote; in a session of its own no Ctrl-C and no hang-up reaches it, and with its
    // output in a file it does not die of a pipe that nobody reads any more. Its umask is that of every container, and of what it makes
    // for them: the usual one, whatever ours is. Its log and pid file are ours alone.
    private const string StartScript = """
        umask 077
        log=$1 pid=$2 groups=$3; shift 3
        for group in $groups; do echo $$ > "$group"; done
        echo $$ > "$pid"
        exec >> "$log" 2>&1 < /dev/null
        umask 022
        exec setsid "$@"
        """;

    private readonly Process _process;

    private ContainerdProcess(Process process, bool wasFound) => (_process, WasFound) = (process, wasFound);

    public int Id => _process.Id;

    /// <summary>It ran already.</summary>
    public bool WasFound { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>Whether it makes files for containers as they expect them; also where the kernel does not tell.</summary>
    public bool HasUsualUmask =>
        StatusLines(Id).FirstOrDefault(line => line.StartsWith(UmaskField, StringComparison.Ordinal)) is not { } line || line[UmaskField.Length..].Trim() == UsualUmask;

    public Task WaitForExitAsync(CancellationToken stop) => _process.WaitForExitAsync(stop);

    public static ContainerdProcess Start(ContainerdLayout layout, IReadOnlyList<string> cgroupFiles, string? networkNamespace)
    {
        string[] entering = networkNamespace is null ? [] : [HostProgram.Nsenter.Require(), "--net=" + networkNamespace];
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in (string[])["-c", StartScript, "sh", layout.LogFile, layout.PidFile, string.Join('\n', cgroupFiles),
            .. entering, HostProgram.Containerd.Require(), "--config", layout.ConfigurationFile])
        {
            start.ArgumentList.Add(argument);
        }

        return new ContainerdProcess(Process.Start(start) ?? throw new RuntimeException("containerd could not be started"), wasFound: false);
    }

    /// <summary>The one that an earlier coppice started for this layout, if it still runs.</summary>
    public static ContainerdProcess? Find(ContainerdLayout layout)
    {
        if (!File.Exists(layout.PidFile))
        {
            return null;
        }

        if (!int.TryParse(File.ReadAllText(layout.PidFile), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }
        // The number may long belong to another process; ours names our configuration file on its command line.
        if (!HostProcess.CommandLine(id).Contains(layout.ConfigurationFile))
        {
            return null;
        }

        try
        {
            return new ContainerdProcess(Process.GetProcessById(id), wasFound: true);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public async Task EndAsync(TimeSpan grace, TimeProvider time, CancellationToken stop)
    {
        if (HasEnded)
        {
            return;
        }

        HostProcess.Signal(Id, HostProcess.SignalTerminate);
        try
        {
            await _process.WaitForExitAsync(stop).WaitAsync(grace, time, stop);
        }
        catch (TimeoutException)
        {
            await KillAsync(stop);
        }
    }

    /// <summary>For one that would not hear anything else.</summary>
    public async Task KillAsync(CancellationToken stop)
    {
        HostProcess.Signal(Id, HostProcess.SignalKill);
        await _process.WaitForExitAsync(stop);
    }

    private static string[] StatusLines(int id)
    {
        try
        {
            return File.ReadAllLines($"/proc/{id}/status");
        }
        catch (IOException)
        {
            return [];      // it ended meanwhile
        }
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Coppice.Client;
using Coppice.Commands.Terminal;
using Coppice.Configuration;

namespace Coppice.Commands.Hosting;

/// <summary>
/// The server process of a data directory, by the number it left there. A number may long belong to somebody else: it counts only if
/// that process is one of ours, serving this directory.
/// </summary>
internal sealed class ServerProcess
{
    private const int Terminate = 15;
    private const int Kill = 9;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private ServerProcess(int id, string build) => (Id, Build) = (id, build);

    public int Id { get; }

    /// <summary>The <see cref="ProgramBuild"/> that it was started from; empty where it did not say.</summary>
    public string Build { get; }

    /// <summary>Whether it is in the network namespace of this process.</summary>
    public bool IsOnThisNetwork => new FileInfo($"/proc/{Id}/ns/net").LinkTarget is { } network && network == new FileInfo("/proc/self/ns/net").LinkTarget;

    public bool HasEnded => !IsOurs(Id);

    /// <summary>Null when none is running.</summary>
    public static ServerProcess? Find(DataLayout layout)
    {
        try
        {
            var noted = File.ReadAllText(layout.PidFile).Split('\n');
            return int.TryParse(noted[0], CultureInfo.InvariantCulture, out var id) && IsOurs(id) ? new ServerProcess(id, noted.ElementAtOrDefault(1) ?? "") : null;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <exception cref="UserErrorException">Another process serves the directory.</exception>
    public static void RequireNoOther(DataLayout layout)
    {
        if (Find(layout) is { } other && other.Id != Environment.ProcessId)
        {
            throw new UserErrorException($"the data directory {layout.Root} is in use by process {other.Id}. Stop it with \"coppice down\", or use another directory with --data-dir", ExitCodes.NotPossible);
        }
    }

    /// <summary>
    /// Notes this process as the server, unless another is; the note is void when the result is disposed of. It is written in place
    /// and never removed, so that a full disk has room for it.
    /// </summary>
    public static IDisposable Register(DataLayout layout)
    {
        RequireNoOther(layout);
        Note(layout.PidFile, $"{Environment.ProcessId}\n{ProgramBuild.Current}\n");
        return new Registration(layout.PidFile);
    }

    /// <summary>Asks it to end, and ends it when it has not within the grace. Containers go on.</summary>
    /// <param name="endsPods">It is told that the machine goes down, so that its pods end first.</param>
    /// <returns>False if it had to be ended.</returns>
    public async Task<bool> EndAsync(TimeSpan grace, bool endsPods, TimeProvider time, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        _ = Signal(Id, endsPods ? MachineShutdown.PowerFails : Terminate);
        var obeyed = true;
        while (!HasEnded)
        {
            if (obeyed && time.GetElapsedTime(since) > grace)
            {
                obeyed = false;
                _ = Signal(Id, Kill);
            }

            await Task.Delay(PollInterval, time, stop);
        }

        return obeyed;
    }

    // A zombie has no command line any more: it has ended. The program may run as itself, or through dotnet.
    private static bool IsOurs(int id)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return line.Any(word => word is "run" or "agent") && line.Take(2).Any(word => Path.GetFileName(word) is "coppice" or "coppice.dll");
        }
        catch (IOException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int id, int signal);

    private static void Note(string path, string text)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = OwnFiles.PrivateFile,
        });
        file.Write(Encoding.ASCII.GetBytes(text));
        file.SetLength(file.Position);
    }

    private sealed class Registration(string file) : IDisposable
    {
        // No process has this number.
        public void Dispose() => Note(file, "0");
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Coppice.ExampleImages;

/// <summary>Compiles the applications (<c>../apps</c>) into one static program.</summary>
public static class Applications
{
    private static readonly Lock Compiling = new();

    /// <summary>The program's bytes. It is compiled again only if a source is newer than the result of the last time.</summary>
    /// <exception cref="InvalidOperationException">The compiler is missing or found something wrong.</exception>
    public static byte[] Compile()
    {
        var sources = Directory.GetFiles(SourceFolder(), "*.?").Order(StringComparer.Ordinal).ToArray();
        var program = Path.Combine(AppContext.BaseDirectory, "applications");
        lock (Compiling)
        {
            if (!File.Exists(program) || sources.Max(File.GetLastWriteTimeUtc) > File.GetLastWriteTimeUtc(program))
            {
                // Under another name first: a compiler that was interrupted must not leave half a program behind.
                var fresh = $"{program}.{Environment.ProcessId}";
                Run("gcc", ["-static", "-O2", "-Wall", "-Wextra", "-Werror", "-s", "-Wl,--build-id=none", "-o", fresh, .. sources.Where(file => file.EndsWith(".c")), "-lresolv"]);
                File.Move(fresh, program, overwrite: true);
            }

            return File.ReadAllBytes(program);
        }
    }

    private static void Run(string command, IEnumerable<string> arguments)
    {
        using var compiler = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{command} cannot be started; install the packages gcc and libc6-dev");
        var complaint = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command} ended with code {compiler.ExitCode}:\n{complaint}");
        }
    }

    private static string SourceFolder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "apps"));
}

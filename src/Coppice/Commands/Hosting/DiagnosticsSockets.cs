namespace Coppice.Commands.Hosting;

/// <summary>
/// The runtime's door for debuggers: files in the temporary directory, which a server that is killed would leave there. Only a variable of the
/// environment would keep the runtime from making them; so they are taken away once it has.
/// </summary>
internal static class DiagnosticsSockets
{
    public static void Remove(string directory, int processId)
    {
        foreach (var pattern in (string[])[$"dotnet-diagnostic-{processId}-*", $"clr-debug-pipe-{processId}-*"])
        {
            foreach (var file in Directory.EnumerateFiles(directory, pattern))
            {
                File.Delete(file);
            }
        }
    }
}

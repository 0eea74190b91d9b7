using System.Runtime.CompilerServices;

namespace Coppice.Cluster.Harness;

/// <summary>Where things are in the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Examples => Path.Combine(Root, "examples");

    /// <summary>What <c>prepare</c> brought.</summary>
    public static string Tools => Path.Combine(Root, ".tools");

    /// <summary>The program under test: COPPICE_BINARY, or what was built last of out/ and src/Coppice/bin/.</summary>
    public static string CoppiceBinary()
    {
        if (Environment.GetEnvironmentVariable("COPPICE_BINARY") is { Length: > 0 } chosen)
        {
            return File.Exists(chosen) ? chosen : throw new FileNotFoundException($"COPPICE_BINARY says {chosen}, which does not exist");
        }

        string[] folders = [Path.Combine(Root, "out"), Path.Combine(Root, "src", "Coppice", "bin")];
        return folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "coppice", SearchOption.AllDirectories))
            .MaxBy(File.GetLastWriteTimeUtc)
            ?? throw new FileNotFoundException("there is no coppice to test: build it (dotnet build src/Coppice), or set COPPICE_BINARY");
    }

    /// <summary>A file that <c>prepare</c> makes.</summary>
    public static string Tool(string name) =>
        Path.Combine(Tools, name) is var path && File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is missing: run tests/Coppice.Cluster/prepare");

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}

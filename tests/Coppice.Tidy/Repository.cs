using System.Runtime.CompilerServices;

namespace Coppice.Tidy;

/// <summary>The repository's own files: not what is built from them.</summary>
internal static class Repository
{
    private static readonly string[] Built = ["bin", "obj", "out", ".git", ".tools", ".vs", "TestResults", "BenchmarkDotNet.Artifacts"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths from the root, with slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(new DirectoryInfo(Root)).Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Code => Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> Documents => Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    public static IEnumerable<string> Projects => Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static bool Exists(string path) => File.Exists(Path.Combine(Root, path)) || Directory.Exists(Path.Combine(Root, path));

    private static IEnumerable<string> Walk(DirectoryInfo directory) =>
        directory.EnumerateFiles().Where(file => file.LinkTarget is null && file.Name != ".git").Select(file => file.FullName)
            .Concat(directory.EnumerateDirectories().Where(inner => inner.LinkTarget is null && !Built.Contains(inner.Name)).SelectMany(Walk));

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}

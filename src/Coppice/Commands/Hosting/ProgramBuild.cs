using System.Security.Cryptography;
using System.Text;

namespace Coppice.Commands.Hosting;

/// <summary>
/// Which build of coppice a process was started from: what its files looked like. Another build is another text, wherever it lies; the
/// same one, started again, is the same.
/// </summary>
internal static class ProgramBuild
{
    /// <summary>Of this process, whose files may be replaced after its start: to be asked for early.</summary>
    public static string Current { get; } = Of(AppContext.BaseDirectory, Environment.ProcessPath);

    /// <param name="program">What was started: all of coppice in one file, or what loads the libraries beside it.</param>
    internal static string Of(string directory, string? program)
    {
        var files = Directory.EnumerateFiles(directory, "*.dll")
            .Where(file => Path.GetFileName(file).StartsWith("coppice", StringComparison.OrdinalIgnoreCase))
            .Append(program)
            .OfType<string>()
            .Select(file => new FileInfo(file))
            .OrderBy(file => file.Name, StringComparer.Ordinal);
        var looks = string.Join('\n', files.Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(looks)))[..16];
    }
}

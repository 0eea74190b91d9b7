namespace Coppice.Configuration;

/// <summary>What this process was started as, to start another of it.</summary>
internal static class OwnProgram
{
    /// <summary>The program itself, or, when it was started with "dotnet coppice.dll", both.</summary>
    public static IReadOnlyList<string> Words
    {
        get
        {
            var program = Environment.ProcessPath!;
            return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "coppice.dll")] : [program];
        }
    }
}

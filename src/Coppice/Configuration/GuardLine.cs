namespace Coppice.Configuration;

/// <summary>How the guard of a node's pods is started, and where it and the agent tell each other.</summary>
internal static class GuardLine
{
    public const string Command = "guard";
    public const string Directory = "--directory";
    public const string Instance = "--instance";

    /// <summary>In memory: no disk that is full or slow comes between them, and it is gone when the machine starts anew.</summary>
    public static string DirectoryOf(string instance) => $"/run/coppice/guards/{instance}";

    /// <param name="layout">By which it is known whose it is.</param>
    public static IReadOnlyList<string> Of(string instance, DataLayout layout) =>
        [.. OwnProgram.Words, Command, Instance, instance, Directory, DirectoryOf(instance), "--data-dir", layout.Root];

    /// <summary>Nothing is guarded any more; the guard goes when it sees it.</summary>
    public static void Release(string instance)
    {
        if (System.IO.Directory.Exists(DirectoryOf(instance)))
        {
            System.IO.Directory.Delete(DirectoryOf(instance), recursive: true);
        }
    }
}

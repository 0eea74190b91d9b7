namespace Coppice.Objects;

/// <summary>Why a container ended, in one word, as runtime and status have it.</summary>
public static class ExitReasons
{
    public const string Completed = "Completed";
    public const string Error = "Error";

    /// <summary>The kernel killed it, as it or its pod used more memory than it may.</summary>
    public const string OutOfMemory = "OOMKilled";

    /// <summary>It could not be started at all.</summary>
    public const string StartError = "StartError";

    /// <summary>Nobody knows: its record is gone.</summary>
    public const string StatusUnknown = "ContainerStatusUnknown";

    public static string Of(int exitCode, bool outOfMemory = false) => outOfMemory ? OutOfMemory : exitCode == 0 ? Completed : Error;
}

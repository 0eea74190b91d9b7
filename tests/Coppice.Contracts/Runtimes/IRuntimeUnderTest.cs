using Coppice.Node.Runtime;

namespace Coppice.Contracts.Runtimes;

/// <summary>What a container runs, as an image, a command and its arguments.</summary>
public sealed record TestProgram(string Image, IReadOnlyList<string> Command, IReadOnlyList<string> Arguments);

/// <summary>A runtime that is ready, and the programs to try it with.</summary>
public interface IRuntimeUnderTest
{
    IContainerRuntime Runtime { get; }

    IImageService Images { get; }

    /// <summary>A folder for a pod's logs.</summary>
    string LogDirectory { get; }

    /// <summary>The cgroup to put pods under; empty for a runtime without.</summary>
    string CgroupParent { get; }

    /// <summary>Runs until it is told to stop, and then ends at once.</summary>
    TestProgram Sleeps { get; }

    /// <summary>Runs on when it gets SIGTERM.</summary>
    TestProgram IgnoresTermination { get; }

    /// <summary>Takes memory until it is killed for it.</summary>
    TestProgram EatsMemory { get; }

    TestProgram ExitsWith(int code);

    /// <summary>A command for a running container: writes "out" and "err" to the streams of these names and ends with 7.</summary>
    IReadOnlyList<string> SpeakingCommand { get; }

    /// <summary>A command that does not end.</summary>
    IReadOnlyList<string> EndlessCommand { get; }
}

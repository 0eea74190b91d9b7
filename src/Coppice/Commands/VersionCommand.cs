using System.CommandLine;
using System.Reflection;

namespace Coppice.Commands;

/// <summary><c>coppice version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>The Kubernetes whose API is served.</summary>
    public const string Kubernetes = "v1.36";

    public static string Coppice { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static Command Describe()
    {
        var command = new Command("version", "Print the version of coppice, and of the Kubernetes API it serves.");
        command.SetAction(_ => Console.Out.WriteLine($"coppice {Coppice}, Kubernetes API {Kubernetes}, .NET {Environment.Version}"));
        return command;
    }
}

using System.Reflection;
using System.Runtime.InteropServices;

namespace Coppice.ApiServer.Discovery;

/// <summary>What the server says it is: the version of the Kubernetes API it speaks, with a mark of its own.</summary>
public static class ServerVersion
{
    public const string Major = "1";

    public const string Minor = "36";

    /// <summary>As nodes and clients show it.</summary>
    public const string GitVersion = $"v{Number}+coppice";

    public const string Number = $"{Major}.{Minor}.0";

    /// <summary>The document at "/version".</summary>
    public static byte[] Write() => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("major", Major);
        json.WriteString("minor", Minor);
        json.WriteString("gitVersion", GitVersion);
        json.WriteString("gitCommit", Commit());
        json.WriteString("gitTreeState", "clean");
        json.WriteString("buildDate", "");
        json.WriteString("goVersion", RuntimeInformation.FrameworkDescription);
        json.WriteString("compiler", "roslyn");
        json.WriteString("platform", $"linux/{Architecture()}");
    });

    /// <summary>The build leaves it after the plus sign of the informational version, where it knows it.</summary>
    private static string Commit() =>
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit]
            ? commit
            : "";

    private static string Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };
}

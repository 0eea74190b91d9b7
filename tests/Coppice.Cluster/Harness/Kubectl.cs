using System.Text.Json;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>The two kubectls everything must work with.</summary>
public enum KubectlVersion
{
    /// <summary>The newest on this machine.</summary>
    Newest,

    /// <summary>Debian 12's 1.20: OpenAPI as protobuf, SPDY, no server-side validation.</summary>
    Old,
}

/// <summary>Runs kubectl as an administrator of one cluster, inside its network.</summary>
public sealed class Kubectl
{
    private readonly NetworkNamespace _network;
    private readonly ClusterFolders _folders;

    internal Kubectl(NetworkNamespace network, ClusterFolders folders) => (_network, _folders) = (network, folders);

    /// <summary>Runs it to its end, whatever that is.</summary>
    public Task<CommandResult> TryAsync(KubectlVersion version, params IReadOnlyList<string> arguments) => CommandFor(version, arguments).RunAsync();

    /// <summary>Runs it and returns its standard output.</summary>
    /// <exception cref="CommandFailedException">Its exit code was not 0.</exception>
    public async Task<string> RunAsync(KubectlVersion version, params IReadOnlyList<string> arguments) => (await TryAsync(version, arguments)).OrThrow();

    /// <summary>An object as the API gives it: <c>GetAsync("pod/web", "-n", "shop")</c>. Null if there is none.</summary>
    public async Task<JsonElement?> GetAsync(params IReadOnlyList<string> what)
    {
        var output = await RunAsync(KubectlVersion.Newest, ["get", .. what, "-o", "json", "--ignore-not-found"]);
        return output.Length == 0 ? null : JsonDocument.Parse(output).RootElement;
    }

    /// <summary>One value of an object, by a JSONPath without braces: <c>.status.podIP</c>. Empty if it is not there.</summary>
    public Task<string> ValueAsync(string path, params IReadOnlyList<string> what) =>
        RunAsync(KubectlVersion.Newest, ["get", .. what, "-o", $"jsonpath={{{path}}}", "--ignore-not-found"]);

    /// <summary>The command, to change before it is run: another timeout, an input, a start in the background.</summary>
    public Command CommandFor(KubectlVersion version, params IReadOnlyList<string> arguments)
    {
        var program = Repository.Tool(version == KubectlVersion.Old ? "kubectl-1.20" : "kubectl");
        return _network.Enter(new Command(program, arguments) with
        {
            // A home of the cluster's own: kubectl keeps what it discovered of a server under it, by address.
            Environment = new Dictionary<string, string?>
            {
                ["KUBECONFIG"] = _folders.Kubeconfig,
                ["HOME"] = _folders.Home,
                ["KUBECTL_KUBERC"] = "false",
            },
        });
    }

    /// <summary>Starts it in the background, like a port-forward or a watch.</summary>
    public RunningCommand Start(KubectlVersion version, params IReadOnlyList<string> arguments) =>
        CommandFor(version, arguments).Start(Path.Combine(_folders.Logs, "kubectl.log"));

    /// <summary>Starts it in a terminal of its own (a pseudo-terminal that util-linux' script makes), to type into.</summary>
    public RunningCommand StartInTerminal(KubectlVersion version, params IReadOnlyList<string> arguments)
    {
        var command = CommandFor(version, arguments);
        var line = string.Join(' ', command.Arguments.Prepend(command.Program).Select(Quote));
        var inTerminal = command with
        {
            Program = "script",
            Arguments = ["--quiet", "--return", "--command", line, "/dev/null"],
            Environment = new Dictionary<string, string?>(command.Environment) { ["TERM"] = "xterm", ["SHELL"] = "/bin/sh" },
        };
        return inTerminal.Start(Path.Combine(_folders.Logs, "kubectl-terminal.log"));
    }

    private static string Quote(string argument) => $"'{argument.Replace("'", @"'\''")}'";
}

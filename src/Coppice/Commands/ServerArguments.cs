using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Coppice.Configuration;
using Microsoft.Extensions.Logging;

namespace Coppice.Commands;

/// <summary>The options of a server on the command line: read by <c>run</c>, and handed on to it by <c>up</c>.</summary>
internal sealed class ServerArguments
{
    private static readonly ServerOptions Defaults = new();

    private readonly Option<string> nodeName = new("--node-name") { Description = "The node's name (default: the host's name)", HelpName = "NAME" };
    private readonly Option<int> port = new("--port") { Description = $"Where the API listens (default: {Defaults.Port})", HelpName = "PORT" };
    private readonly Option<string> registries = new("--registries") { Description = "A registries.yaml with mirrors and credentials", HelpName = "FILE" };
    private readonly Option<string> containerd = new("--containerd") { Description = "Use the containerd behind this socket instead of an own one", HelpName = "SOCKET" };
    private readonly Option<string> serviceRange = new("--service-range") { Description = $"Addresses of services (default: {Defaults.ServiceRange})", HelpName = "CIDR" };
    private readonly Option<string> podRange = new("--pod-range") { Description = $"Addresses of pods (default: {Defaults.PodRange})", HelpName = "CIDR" };
    private readonly Option<string> clusterDomain = new("--cluster-domain") { Description = $"The end of all cluster names (default: {Defaults.ClusterDomain})", HelpName = "NAME" };
    private readonly Option<string> nodeAddress = new("--node-address") { Description = "The node's own address (default: that of the default route)", HelpName = "ADDRESS" };
    private readonly Option<string> instance = new("--instance") { Description = $"A name of its own for a second cluster on one machine (default: {Defaults.Instance})", HelpName = "NAME" };
    private readonly Option<LogLevel?> logLevel = new("--log-level") { Description = "The least level to log: Debug, Information, Warning (default: Information)", HelpName = "LEVEL" };

    public static Option<string> DataDirectoryOption() => new("--data-dir")
    {
        Description = "Where everything is kept that must outlive the process",
        HelpName = "DIRECTORY",
        DefaultValueFactory = _ => Defaults.DataDirectory,
    };

    public Option<string> DataDirectory { get; } = DataDirectoryOption();

    public void AddTo(Command command)
    {
        Require(port, value => value is > 0 and <= 65535 ? null : "is no port: 1 to 65535");
        Require(serviceRange, NetworkError);
        Require(podRange, NetworkError);
        Require(nodeAddress, value => IPAddress.TryParse(value, out _) ? null : "is no IP address");
        Require(registries, value => File.Exists(value) ? null : "does not exist");
        foreach (var option in All) command.Options.Add(option);
    }

    public LogLevel LogLevelOf(ParseResult parsed) => parsed.GetValue(logLevel) ?? LogLevel.Information;

    public ServerOptions Read(ParseResult parsed) => Defaults with
    {
        DataDirectory = Path.GetFullPath(parsed.GetValue(DataDirectory)!),
        NodeName = parsed.GetValue(nodeName) ?? Defaults.NodeName,
        Port = parsed.GetResult(port) is null ? Defaults.Port : parsed.GetValue(port),
        RegistriesFile = parsed.GetValue(registries) is { } file ? Path.GetFullPath(file) : null,
        ContainerdSocket = parsed.GetValue(containerd),
        ServiceRange = parsed.GetValue(serviceRange) is { } services ? IPNetwork.Parse(services) : Defaults.ServiceRange,
        PodRange = parsed.GetValue(podRange) is { } pods ? IPNetwork.Parse(pods) : Defaults.PodRange,
        ClusterDomain = parsed.GetValue(clusterDomain) ?? Defaults.ClusterDomain,
        NodeAddress = parsed.GetValue(nodeAddress) is { } address ? IPAddress.Parse(address) : null,
        Instance = parsed.GetValue(instance) ?? Defaults.Instance,
    };

    /// <summary>The same options as arguments again, for the server in the background.</summary>
    public IReadOnlyList<string> Repeat(ParseResult parsed)
    {
        var options = Read(parsed);
        var arguments = new List<string> { DataDirectory.Name, options.DataDirectory };
        if (options.RegistriesFile is { } file) arguments.AddRange([registries.Name, file]);
        foreach (var option in All.Where(one => one != DataDirectory && one != registries))
        {
            if (parsed.GetResult(option) is { Implicit: false, Tokens: [var token] }) arguments.AddRange([option.Name, token.Value]);
        }
        return arguments;
    }

    private IReadOnlyList<Option> All =>
        [DataDirectory, nodeName, port, registries, containerd, serviceRange, podRange, clusterDomain, nodeAddress, instance, logLevel];

    private static string? NetworkError(string value) => IPNetwork.TryParse(value, out _) ? null : "is no range of addresses, such as 10.96.0.0/16";

    private static void Require<T>(Option<T> option, Func<T, string?> error) => option.Validators.Add(result =>
    {
        // Where the text was no T at all, the parser has said so.
        if (result.Errors.Any() || result.GetValueOrDefault<T>() is not { } value) return;
        if (error(value) is { } message) result.AddError($"{option.Name} {value} {message}");
    });
}

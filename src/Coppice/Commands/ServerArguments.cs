using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Coppice.ApiServer.Authentication;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Commands;

/// <summary>The options of a server on the command line: read by <c>run</c>, and handed on to it by <c>up</c>.</summary>
internal sealed class ServerArguments
{
    private const string InstanceOption = "--instance";
    private const string ContainerdOption = "--containerd";
    private const string InProcess = "in-process";
    private const string OverHttps = "https";

    private static readonly ServerOptions Defaults = new();

    private readonly Option<string> _nodeName = new("--node-name") { Description = "The node's name (default: the host's name)", HelpName = "NAME" };
    private readonly Option<int> _port = new("--port") { Description = $"Where the API listens (default: {Defaults.Port})", HelpName = "PORT" };
    private readonly Option<int> _kubeletPort = new("--kubelet-port") { Description = $"Where the node's own endpoint listens, with its health and figures (default: {Defaults.KubeletPort})", HelpName = "PORT" };
    private readonly Option<string> _registries = new("--registries") { Description = "A registries.yaml with mirrors and credentials", HelpName = "FILE" };
    private readonly Option<string> _tokenAuthFile = new("--token-auth-file") { Description = "Static tokens, a line each: token,user,uid,\"group,group\"", HelpName = "FILE" };
    private readonly Option<string> _containerd = new(ContainerdOption) { Description = "Use the containerd behind this socket instead of an own one; docs/runtime.md says how it must be configured", HelpName = "SOCKET" };
    private readonly Option<string> _serviceRange = new("--service-range") { Description = $"Addresses of services (default: {Defaults.Ranges.Services})", HelpName = "CIDR" };
    private readonly Option<string> _podRange = new("--pod-range") { Description = $"Addresses of pods (default: {Defaults.Ranges.Pods})", HelpName = "CIDR" };
    private readonly Option<string> _nodePortRange = new("--node-port-range") { Description = $"Ports of the node that services get (default: {Defaults.NodePorts})", HelpName = "FIRST-LAST" };
    private readonly Option<string> _clusterDomain = new("--cluster-domain") { Description = $"The end of all cluster names (default: {Defaults.ClusterDomain})", HelpName = "NAME" };
    private readonly Option<string> _nodeAddress = new("--node-address") { Description = "The node's own address (default: that of the default route)", HelpName = "ADDRESS" };
    private readonly Option<string> _instance = new(InstanceOption) { Description = $"The name of the cluster's cgroups and network rules (default: {Defaults.Instance}, or derived from another data directory)", HelpName = "NAME" };
    private readonly Option<long?> _podPidsLimit = new("--pod-pids-limit") { Description = $"Processes and threads that a pod may have; -1 for no limit (default: {Defaults.PodPidsLimit})", HelpName = "NUMBER" };
    private readonly Option<string> _nodeApi = new("--node-api") { Hidden = true, HelpName = "in-process|https" };
    private readonly Option<LogLevel?> _logLevel = new("--log-level") { Description = "The least level to log: Debug, Information, Warning (default: Information)", HelpName = "LEVEL" };

    public static Option<string> DataDirectoryOption() => new("--data-dir")
    {
        Description = "Where everything is kept that must outlive the process",
        HelpName = "DIRECTORY",
        DefaultValueFactory = _ => Defaults.DataDirectory,
    };

    public Option<string> DataDirectory { get; } = DataDirectoryOption();

    public void AddTo(Command command)
    {
        Require(_port, PortError);
        Require(_kubeletPort, PortError);
        Require(_serviceRange, ClusterRanges.ServicesError);
        Require(_podRange, ClusterRanges.PodsError);
        Require(_nodePortRange, PortRange.Error);
        Require(_nodeAddress, value => IPAddress.TryParse(value, out _) ? null : "is no IP address");
        Require(_nodeApi, value => value is InProcess or OverHttps ? null : $"is no way to the API: {InProcess} or {OverHttps}");
        Require(_podPidsLimit, value => value is -1 or > 0 ? null : "is no limit: a number from 1, or -1");
        Require(_registries, value => File.Exists(value) ? null : "does not exist");
        Require(_tokenAuthFile, TokenFileError);
        Require(_instance, InstanceName.Error);
        foreach (var option in All)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(RequireRangesThatMatch);
    }

    public LogLevel LogLevelOf(ParseResult parsed) => parsed.GetValue(_logLevel) ?? LogLevel.Information;

    public ServerOptions Read(ParseResult parsed)
    {
        var directory = Path.GetFullPath(parsed.GetValue(DataDirectory)!);
        return Defaults with
        {
            DataDirectory = directory,
            NodeName = parsed.GetValue(_nodeName) ?? Defaults.NodeName,
            Port = parsed.GetResult(_port) is null ? Defaults.Port : parsed.GetValue(_port),
            KubeletPort = parsed.GetResult(_kubeletPort) is null ? Defaults.KubeletPort : parsed.GetValue(_kubeletPort),
            RegistriesFile = parsed.GetValue(_registries) is { } file ? Path.GetFullPath(file) : null,
            TokenAuthFile = parsed.GetValue(_tokenAuthFile) is { } tokens ? Path.GetFullPath(tokens) : null,
            ContainerdSocket = parsed.GetValue(_containerd),
            Ranges = Ranges(parsed.GetValue(_serviceRange), parsed.GetValue(_podRange)),
            NodePorts = parsed.GetValue(_nodePortRange) is { } ports ? PortRange.Parse(ports) : Defaults.NodePorts,
            ClusterDomain = parsed.GetValue(_clusterDomain) ?? Defaults.ClusterDomain,
            NodeAddress = parsed.GetValue(_nodeAddress) is { } address ? IPAddress.Parse(address) : null,
            NodeOverHttps = parsed.GetValue(_nodeApi) == OverHttps,
            PodPidsLimit = parsed.GetValue(_podPidsLimit) ?? Defaults.PodPidsLimit,
            Instance = parsed.GetValue(_instance) ?? InstanceName.Of(directory, Defaults.DataDirectory),
        };
    }

    /// <summary>What was given, completed by what the data directory remembers; what was given counts.</summary>
    /// <exception cref="UserErrorException">What is remembered is no longer good, or the name of the cluster would change.</exception>
    public ParseResult WithRemembered(ParseResult parsed)
    {
        var options = Read(parsed);
        var layout = new DataLayout(options.DataDirectory);
        var (given, remembered) = (Given(parsed), RememberedOptions.Read(layout));
        if (given.TryGetValue(_instance.Name, out var name) && remembered.TryGetValue(_instance.Name, out var before) && name != before)
        {
            throw new UserErrorException(
                $"the cluster in {options.DataDirectory} has the instance name {before}, which its containers bear: it cannot become {name}", ExitCodes.NotPossible);
        }

        var all = remembered.Where(one => !given.ContainsKey(one.Key)).Concat(given).SelectMany(one => (string[])[one.Key, one.Value]);
        var merged = parsed.CommandResult.Command.Parse([DataDirectory.Name, options.DataDirectory, .. all]);
        return merged.Errors.Count == 0
            ? merged
            : throw new UserErrorException($"{layout.Options} has what is no longer good: {merged.Errors[0].Message}", ExitCodes.NotPossible);
    }

    /// <summary>The options that were given, by their names, and the instance's name in any case. Paths are absolute.</summary>
    public SortedDictionary<string, string> ToRemember(ParseResult parsed)
    {
        var options = Given(parsed);
        options[_instance.Name] = Read(parsed).Instance;
        return options;
    }

    /// <summary>The same options as arguments again, for the server in the background.</summary>
    public IReadOnlyList<string> Repeat(ParseResult parsed) =>
        [DataDirectory.Name, Read(parsed).DataDirectory, .. Given(parsed).SelectMany(one => (string[])[one.Key, one.Value])];

    /// <summary>The name of the cluster in a data directory: for commands that find it by that alone.</summary>
    public static string InstanceOf(DataLayout layout) =>
        RememberedOptions.Read(layout).GetValueOrDefault(InstanceOption) ?? InstanceName.Of(layout.Root, Defaults.DataDirectory);

    /// <summary>The containerd that the cluster in a data directory was given; null where it has its own.</summary>
    public static string? ContainerdOf(DataLayout layout) => RememberedOptions.Read(layout).GetValueOrDefault(ContainerdOption);

    private SortedDictionary<string, string> Given(ParseResult parsed)
    {
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in All.Where(one => one != DataDirectory))
        {
            if (parsed.GetResult(option) is not { Implicit: false, Tokens: [var token] })
            {
                continue;
            }

            options[option.Name] = option == _registries || option == _tokenAuthFile ? Path.GetFullPath(token.Value) : token.Value;
        }

        return options;
    }

    private IReadOnlyList<Option> All =>
        [DataDirectory, _nodeName, _port, _kubeletPort, _registries, _tokenAuthFile, _containerd, _serviceRange, _podRange, _nodePortRange, _clusterDomain, _nodeAddress, _podPidsLimit, _nodeApi, _instance, _logLevel];

    private static string? TokenFileError(string file)
    {
        if (!File.Exists(file))
        {
            return "does not exist";
        }

        try
        {
            TokenFile.Parse(File.ReadAllText(file), file);
            return null;
        }
        catch (FormatException wrong)
        {
            return $"is no file of tokens: {wrong.Message}";
        }
    }

    private static ClusterRanges Ranges(string? services, string? pods) => new(
        services is null ? Defaults.Ranges.Services : IPNetwork.Parse(services), pods is null ? Defaults.Ranges.Pods : IPNetwork.Parse(pods));

    private void RequireRangesThatMatch(CommandResult result)
    {
        var (services, pods) = (result.GetValue(_serviceRange), result.GetValue(_podRange));
        var isEachGood = (services is null || ClusterRanges.ServicesError(services) is null) && (pods is null || ClusterRanges.PodsError(pods) is null);
        if (isEachGood && Ranges(services, pods).Conflict(null) is { } conflict)
        {
            result.AddError($"{_serviceRange.Name} and {_podRange.Name}: {conflict}");
        }
    }

    private static string? PortError(int value) => value is > 0 and <= 65535 ? null : "is no port: 1 to 65535";

    private static void Require<T>(Option<T> option, Func<T, string?> error) => option.Validators.Add(result =>
    {
        // Where the text was no T at all, the parser has said so.
        if (result.Errors.Any() || result.GetValueOrDefault<T>() is not { } value)
        {
            return;
        }

        if (error(value) is { } message)
        {
            result.AddError($"{option.Name} {value} {message}");
        }
    });
}

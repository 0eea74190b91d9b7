using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Encryption;
using Coppice.ApiServer.Fairness;
using Coppice.Commands.Terminal;
using Coppice.Composition.Joining;
using Coppice.Configuration;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Commands;

/// <summary>The options of a server on the command line: read by <c>run</c>, and handed on to it by <c>up</c>.</summary>
/// <param name="set">Where each is put as it is declared, with what is to be right about it.</param>
internal sealed class ServerArguments(OptionSet set)
{
    private const string InstanceOption = "--instance";
    private const string PodRangeOption = "--pod-range";
    private const string ServiceRangeOption = "--service-range";
    private const string ContainerdOption = "--containerd";
    private const string EncryptionOption = "--encryption-provider-config";
    private const string InProcess = "in-process";
    private const string OverHttps = "https";

    // A hundred years, which a date can be counted back by.
    private const int AuditDaysMax = 36500;

    private static readonly ServerOptions Defaults = new();

    // Help lists them as they stand here.
    public Option<string> DataDirectory { get; } = set.Add(DataDirectoryOption());

    private readonly Option<string> _nodeName = set.Add<string>(new(RememberedOptions.NodeName) { Description = "The node's name (default: the host's name)", HelpName = "NAME" });
    private readonly Option<int> _port = set.Add<int>(new("--port") { Description = $"Where the API listens (default: {Defaults.Port})", HelpName = "PORT" }, PortError);
    private readonly Option<int> _kubeletPort = set.Add<int>(new("--kubelet-port") { Description = $"Where the node's own endpoint listens, with its health and figures (default: {Defaults.KubeletPort})", HelpName = "PORT" }, PortError);
    private readonly Option<string> _registries = set.AddFile(new("--registries") { Description = "A registries.yaml with mirrors and credentials", HelpName = "FILE" }, value => File.Exists(value) ? null : "does not exist");
    private readonly Option<string> _tokenAuthFile = set.AddFile(new("--token-auth-file") { Description = "Static tokens, a line each: token,user,uid,\"group,group\"", HelpName = "FILE" }, file => FileError(file, "file of tokens", TokenFile.Parse));
    private readonly OidcArguments _oidc = new(set);
    private readonly Option<string> _auditPolicy = set.AddFile(new("--audit-policy-file") { Description = "An audit Policy: which requests the audit log tells of, and how much", HelpName = "FILE" }, file => FileError(file, "audit policy", AuditPolicy.Parse));
    private readonly Option<string> _auditLog = set.AddFile(new("--audit-log-path") { Description = "Where the audit log is written (default: audit.log in the data directory)", HelpName = "FILE" }, value => Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(value))) ? null : "is in a directory that does not exist");
    private readonly Option<int?> _auditSize = set.Add<int?>(new("--audit-log-maxsize") { Description = "Megabytes after which the audit log goes on in a new file (default: 100)", HelpName = "NUMBER" }, value => value > 0 ? null : "is no size: a number from 1");
    private readonly Option<int?> _auditBackups = set.Add<int?>(new("--audit-log-maxbackup") { Description = "How many older files of the audit log are kept (default: all)", HelpName = "NUMBER" }, value => value >= 0 ? null : "is no number of files: a number from 0");
    private readonly Option<int?> _auditAge = set.Add<int?>(new("--audit-log-maxage") { Description = "Days that older files of the audit log are kept (default: for ever)", HelpName = "NUMBER" }, value => value is >= 0 and <= AuditDaysMax ? null : $"is no number of days: a number from 0 to {AuditDaysMax}");
    private readonly Option<bool?> _auditCompress = set.Add<bool?>(new("--audit-log-compress") { Description = "Compress older files of the audit log (default: false)", HelpName = "true|false" });
    private readonly Option<string> _auditWebhook = set.AddFile(new("--audit-webhook-config-file") { Description = "A kubeconfig: where what the audit log tells is sent, too", HelpName = "FILE" }, file => FileError(file, "kubeconfig", AuditReceiver.Parse));
    private readonly Option<int?> _auditBatch = set.Add<int?>(new("--audit-webhook-batch-max-size") { Description = "How many events are sent there together (default: 400)", HelpName = "NUMBER" }, value => value > 0 ? null : "is no number of events: a number from 1");
    private readonly Option<string> _auditWait = set.Add<string>(new("--audit-webhook-batch-max-wait") { Description = "How long an event waits for others before it is sent there (default: 30s)", HelpName = "TIME" }, value => GoDuration.Read(value!, out _) > TimeSpan.Zero ? null : "is no time, as in 30s");
    private readonly Option<string> _encryption = set.AddFile(new(EncryptionOption) { Description = "An EncryptionConfiguration: what is encrypted on the disk, and with which keys (default: secrets, with a key made at the first start)", HelpName = "FILE" }, file => FileError(file, "EncryptionConfiguration", EncryptionConfiguration.Parse));
    private readonly Option<string> _schedulerConfig = set.AddFile(new("--scheduler-config") { Description = "A KubeSchedulerConfiguration: profiles of the scheduler, their plugins and arguments", HelpName = "FILE" }, file => FileError(file, "KubeSchedulerConfiguration", SchedulerConfigurationFile.Parse));
    private readonly Option<string> _admissionPlugins = set.Add<string>(new("--enable-admission-plugins") { Description = $"Admission plugins beside those that are always on: {AdmissionPlugins.OwnerReferences}", HelpName = "NAME,NAME" }, names => AdmissionPlugins.Error(names));
    private readonly Option<string> _containerd = set.Add<string>(new(ContainerdOption) { Description = "Use the containerd behind this socket instead of an own one; docs/runtime.md says how it must be configured", HelpName = "SOCKET" });
    private readonly Option<string> _serviceRange = set.Add<string>(new(ServiceRangeOption) { Description = $"Addresses of services, of IPv4, IPv6 or both; services that do not say get the first (default: {Defaults.Ranges.Services})", HelpName = "CIDR[,CIDR]" }, ClusterRanges.ServicesError);
    private readonly Option<string> _podRange = set.Add<string>(new(PodRangeOption) { Description = $"Addresses of pods, of IPv4, IPv6 or both; pods are known by the first (default: {Defaults.Ranges.Pods})", HelpName = "CIDR[,CIDR]" }, ClusterRanges.PodsError);
    private readonly Option<string> _nodePortRange = set.Add<string>(new("--node-port-range") { Description = $"Ports of the node that services get (default: {Defaults.NodePorts})", HelpName = "FIRST-LAST" }, PortRange.Error);
    private readonly Option<string> _clusterDomain = set.Add<string>(new("--cluster-domain") { Description = $"The end of all cluster names (default: {Defaults.ClusterDomain})", HelpName = "NAME" });
    private readonly Option<string> _nodeAddress = set.Add<string>(new("--node-address") { Description = "The node's own address, or one of each family (default: those of the default routes)", HelpName = "ADDRESS[,ADDRESS]" }, NodeAddresses.Error);
    private readonly Option<long?> _podPidsLimit = set.Add<long?>(new("--pod-pids-limit") { Description = $"Processes and threads that a pod may have; -1 for no limit (default: {Defaults.PodPidsLimit})", HelpName = "NUMBER" }, value => value is -1 or > 0 ? null : "is no limit: a number from 1, or -1");
    private readonly Option<string> _evictionTransition = set.Add<string>(new("--eviction-pressure-transition-period") { Description = "How long a node says that it is short of memory, disk or processes after a pod was evicted for it (default: 5m)", HelpName = "TIME" }, value => GoDuration.Read(value!, out _) >= TimeSpan.Zero ? null : "is no time, as in 5m");
    private readonly Option<int?> _readingMax = set.Add<int?>(new("--max-requests-inflight") { Description = $"Requests that read, answered at once; flow control shares them, and those that write, among its levels (default: {FlowOptions.ReadingUsual})", HelpName = "NUMBER" }, InFlightError);
    private readonly Option<int?> _writingMax = set.Add<int?>(new("--max-mutating-requests-inflight") { Description = $"Requests that write, answered at once (default: {FlowOptions.WritingUsual})", HelpName = "NUMBER" }, InFlightError);
    private readonly Option<string> _monitorGrace = set.Add<string>(new("--node-monitor-grace-period") { Description = "How long a node may be silent before it counts as gone (default: as learned of each by its heartbeats, from 2s; 40s for one without)", HelpName = "TIME" }, value => GoDuration.Read(value!, out _) > TimeSpan.Zero ? null : "is no time, as in 40s");
    private readonly Option<long?> _notReadySeconds = set.Add<long?>(new("--default-not-ready-toleration-seconds") { Description = $"How long pods that do not say stay on a node that is not ready (default: {ControlPlaneSettings.NotReadySecondsUsual}; Kubernetes: 300)", HelpName = "SECONDS" }, SecondsError);
    private readonly Option<long?> _unreachableSeconds = set.Add<long?>(new("--default-unreachable-toleration-seconds") { Description = $"How long pods that do not say stay on a node that is gone (default: {ControlPlaneSettings.UnreachableSecondsUsual}; Kubernetes: 300)", HelpName = "SECONDS" }, SecondsError);
    private readonly Option<string> _tracingEndpoint = set.Add<string>(new("--tracing-endpoint") { Description = "Send traces to this collector, by OTLP over HTTP (default: none are made)", HelpName = "URL" }, value => Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https") ? null : "is no URL of a collector: http://HOST:4318/v1/traces");
    private readonly Option<int?> _tracingRate = set.Add<int?>(new("--tracing-rate-per-million") { Description = $"How many of a million traces are kept (default: all, {TracingOptions.All})", HelpName = "NUMBER" }, value => value is > 0 and <= TracingOptions.All ? null : $"is no rate: 1 to {TracingOptions.All}");
    private readonly Option<string> _signingDuration = set.Add<string>(new("--cluster-signing-duration") { Description = "How long certificates are good that the cluster signs on request; nodes renew theirs (default: 8760h, a year, and no more)", HelpName = "TIME" }, value => GoDuration.Read(value!, out _) > TimeSpan.Zero ? null : "is no time, as in 720h");
    private readonly Option<string> _join = set.Add<string>(new(RememberedOptions.Join, "--server") { Description = "Be a node of the cluster whose API is there, and no cluster of its own", HelpName = "URL" }, value => Uri.TryCreate(value, UriKind.Absolute, out var url) && url is { Scheme: "https", PathAndQuery: "/" } ? null : "is no API of a cluster: https://HOST:6443");
    private readonly Option<string> _token = set.Add<string>(new("--token") { Description = "What \"coppice token create\" printed on the server; needed once", HelpName = "TOKEN" }, value => JoinToken.TryParse(value) is null ? "is no token that \"coppice token create\" prints, as abcdef.0123456789abcdef.HASH" : null);
    private readonly Option<string> _nodeApi = set.Add<string>(new("--node-api") { Hidden = true, HelpName = "in-process|https" }, value => value is InProcess or OverHttps ? null : $"is no way to the API: {InProcess} or {OverHttps}");
    private readonly Option<string> _instance = set.Add<string>(new(InstanceOption) { Description = $"The name of the cluster's cgroups and network rules (default: {Defaults.Instance}, or derived from another data directory)", HelpName = "NAME" }, InstanceName.Error);
    private readonly Option<LogLevel?> _logLevel = set.Add<LogLevel?>(new("--log-level") { Description = "The least level to log: Debug, Information, Warning (default: Information)", HelpName = "LEVEL" });

    public ServerArguments()
        : this(new OptionSet())
    {
    }

    public static Option<string> DataDirectoryOption() => new("--data-dir")
    {
        Description = "Where everything is kept that must outlive the process",
        HelpName = "DIRECTORY",
        DefaultValueFactory = _ => Defaults.DataDirectory,
    };

    public void AddTo(Command command)
    {
        foreach (var option in set.All)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(RequireRangesThatMatch);
        command.Validators.Add(_oidc.Check);
    }

    public LogLevel LogLevelOf(ParseResult parsed) => parsed.GetValue(_logLevel) ?? LogLevel.Information;

    public ServerOptions Read(ParseResult parsed)
    {
        var directory = DirectoryOf(parsed);
        var options = Defaults with
        {
            DataDirectory = directory,
            NodeName = parsed.GetValue(_nodeName) ?? Defaults.NodeName,
            Port = parsed.GetResult(_port) is null ? Defaults.Port : parsed.GetValue(_port),
            KubeletPort = parsed.GetResult(_kubeletPort) is null ? Defaults.KubeletPort : parsed.GetValue(_kubeletPort),
            RegistriesFile = parsed.GetValue(_registries) is { } file ? Path.GetFullPath(file) : null,
            Said = set.All.Where(option => !option.Hidden).ToDictionary(
                option => option.Name.TrimStart('-'),
                option => parsed.GetResult(option) is { Implicit: false, Tokens: [var token] } ? token.Value : ""),
            ContainerdSocket = parsed.GetValue(_containerd),
            Ranges = ClusterRanges.Parse(parsed.GetValue(_serviceRange), parsed.GetValue(_podRange)),
            NodePorts = parsed.GetValue(_nodePortRange) is { } ports ? PortRange.Parse(ports) : Defaults.NodePorts,
            ClusterDomain = parsed.GetValue(_clusterDomain) ?? Defaults.ClusterDomain,
            NodeAddresses = parsed.GetValue(_nodeAddress) is { } addresses ? NodeAddresses.Parse(addresses) : default,
            NodeOverHttps = parsed.GetValue(_nodeApi) == OverHttps,
            PodPidsLimit = parsed.GetValue(_podPidsLimit) ?? Defaults.PodPidsLimit,
            EvictionTransitionPeriod = parsed.GetValue(_evictionTransition) is { } transition ? GoDuration.Read(transition, out _)!.Value : Defaults.EvictionTransitionPeriod,
            Join = parsed.GetValue(_join) is { } server ? new JoinOptions(new Uri(server), parsed.GetValue(_token)) : null,
            Tracing = parsed.GetValue(_tracingEndpoint) is { } collector ? new TracingOptions(new Uri(collector), parsed.GetValue(_tracingRate) ?? TracingOptions.All) : null,
            Instance = NameOf(parsed),
        };
        return options.Join is null ? options with { ControlPlane = ReadControlPlane(parsed, new DataLayout(directory)) } : options;
    }

    private string DirectoryOf(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(DataDirectory)!);

    private string NameOf(ParseResult parsed) => parsed.GetValue(_instance) ?? InstanceName.Of(DirectoryOf(parsed), Defaults.DataDirectory);

    private ControlPlaneSettings ReadControlPlane(ParseResult parsed, DataLayout layout)
    {
        var usual = new ControlPlaneSettings();
        return usual with
        {
            TokenAuthFile = parsed.GetValue(_tokenAuthFile) is { } tokens ? Path.GetFullPath(tokens) : null,
            Oidc = _oidc.Read(parsed),
            AuditPolicyFile = parsed.GetValue(_auditPolicy) is { } policy ? Path.GetFullPath(policy) : null,
            AuditLog = AuditLogOf(parsed, layout),
            EncryptionProviderConfig = parsed.GetValue(_encryption) is { } encryption ? Path.GetFullPath(encryption) : null,
            SchedulerConfigFile = parsed.GetValue(_schedulerConfig) is { } scheduler ? Path.GetFullPath(scheduler) : null,
            AdmissionPlugins = [.. AdmissionPlugins.Names(parsed.GetValue(_admissionPlugins) ?? "")],
            SigningDuration = parsed.GetValue(_signingDuration) is { } signing ? GoDuration.Read(signing, out _) : null,
            Flow = new()
            {
                ReadingMax = parsed.GetValue(_readingMax) ?? usual.Flow.ReadingMax,
                WritingMax = parsed.GetValue(_writingMax) ?? usual.Flow.WritingMax,
            },
            Tolerations = new(
                parsed.GetValue(_notReadySeconds) ?? usual.Tolerations.NotReadySeconds, parsed.GetValue(_unreachableSeconds) ?? usual.Tolerations.UnreachableSeconds),
            NodeLifecycle = parsed.GetValue(_monitorGrace) is { } grace ? usual.NodeLifecycle.After(GoDuration.Read(grace, out _)!.Value) : usual.NodeLifecycle,
        };
    }

    /// <summary>What was given, completed by what the data directory remembers; what was given counts.</summary>
    /// <exception cref="UserErrorException">What is remembered is no longer good, or the name of the cluster would change.</exception>
    public ParseResult WithRemembered(ParseResult parsed)
    {
        // Not all of them are read: that this machine has joined another's cluster may be remembered alone.
        var directory = DirectoryOf(parsed);
        var layout = new DataLayout(directory);
        var (given, remembered) = (Given(parsed), RememberedOptions.Read(layout));
        if (given.TryGetValue(_instance.Name, out var name) && remembered.TryGetValue(_instance.Name, out var before) && name != before)
        {
            throw new UserErrorException(
                $"the cluster in {directory} has the instance name {before}, which its containers bear: it cannot become {name}", ExitCodes.NotPossible);
        }

        var all = remembered.Where(one => !given.ContainsKey(one.Key)).Concat(given).SelectMany(one => (string[])[one.Key, one.Value]);
        var merged = parsed.CommandResult.Command.Parse([DataDirectory.Name, directory, .. all]);
        return merged.Errors.Count == 0
            ? merged
            : throw new UserErrorException($"{layout.Options} has what is no longer good: {merged.Errors[0].Message}", ExitCodes.NotPossible);
    }

    /// <summary>The options that were given, by their names, and the instance's name in any case. Paths are absolute. A token is used once.</summary>
    public SortedDictionary<string, string> ToRemember(ParseResult parsed)
    {
        var options = Given(parsed);
        options.Remove(_token.Name);
        options[_instance.Name] = NameOf(parsed);
        return options;
    }

    /// <summary>The same with the addresses of the cluster that the machine has joined: what it leaves in the kernel is known by them.</summary>
    public static IReadOnlyDictionary<string, string> WithRanges(IReadOnlyDictionary<string, string> remembered, ClusterRanges ranges) =>
        new SortedDictionary<string, string>(new Dictionary<string, string>(remembered) { [ServiceRangeOption] = ranges.ServicesText, [PodRangeOption] = ranges.PodsText }, StringComparer.Ordinal);

    /// <summary>The same options as arguments again, for the server in the background; but for the token, which others would see there.</summary>
    public IReadOnlyList<string> Repeat(ParseResult parsed) =>
        [DataDirectory.Name, DirectoryOf(parsed), .. Given(parsed).Where(one => one.Key != _token.Name).SelectMany(one => (string[])[one.Key, one.Value])];

    /// <summary>The name of the cluster in a data directory: for commands that find it by that alone.</summary>
    public static string InstanceOf(DataLayout layout) =>
        RememberedOptions.Read(layout).GetValueOrDefault(InstanceOption) ?? InstanceName.Of(layout.Root, Defaults.DataDirectory);

    /// <summary>The addresses of the cluster in a data directory.</summary>
    public static ClusterRanges RangesOf(DataLayout layout) =>
        ClusterRanges.Parse(RememberedOptions.Read(layout).GetValueOrDefault(ServiceRangeOption), RememberedOptions.Read(layout).GetValueOrDefault(PodRangeOption));

    /// <summary>The containerd that the cluster in a data directory was given; null where it has its own.</summary>
    public static string? ContainerdOf(DataLayout layout) => RememberedOptions.Read(layout).GetValueOrDefault(ContainerdOption);

    /// <summary>The file of keys that the cluster in a data directory was given; null where it has its own.</summary>
    public static string? EncryptionFileOf(DataLayout layout) => RememberedOptions.Read(layout).GetValueOrDefault(EncryptionOption);

    private SortedDictionary<string, string> Given(ParseResult parsed)
    {
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in set.All.Where(one => one != DataDirectory))
        {
            if (parsed.GetResult(option) is not { Implicit: false, Tokens: [var token] })
            {
                continue;
            }

            options[option.Name] = set.IsFile(option) ? Path.GetFullPath(token.Value) : token.Value;
        }

        return options;
    }

    private AuditLogOptions AuditLogOf(ParseResult parsed, DataLayout layout)
    {
        var usual = new AuditLogOptions(parsed.GetValue(_auditLog) is { } path ? Path.GetFullPath(path) : layout.AuditLog);
        return usual with
        {
            BytesMax = parsed.GetValue(_auditSize) is { } size ? (long)size << 20 : usual.BytesMax,
            BackupsMax = parsed.GetValue(_auditBackups) ?? usual.BackupsMax,
            AgeMax = parsed.GetValue(_auditAge) is { } days ? TimeSpan.FromDays(days) : usual.AgeMax,
            Compress = parsed.GetValue(_auditCompress) ?? usual.Compress,
            Webhook = AuditWebhookOf(parsed),
        };
    }

    private AuditWebhookOptions? AuditWebhookOf(ParseResult parsed)
    {
        if (parsed.GetValue(_auditWebhook) is not { } file)
        {
            return null;
        }

        var usual = new AuditWebhookOptions(AuditReceiver.Parse(File.ReadAllText(file), file));
        return usual with
        {
            BatchMax = parsed.GetValue(_auditBatch) ?? usual.BatchMax,
            BatchWait = parsed.GetValue(_auditWait) is { } wait ? GoDuration.Read(wait, out _)!.Value : usual.BatchWait,
        };
    }

    /// <param name="what">What it should be.</param>
    /// <param name="parse">Reads a text of a file of this name; what it throws says what is wrong.</param>
    private static string? FileError<T>(string file, string what, Func<string, string, T> parse)
    {
        if (!File.Exists(file))
        {
            return "does not exist";
        }

        try
        {
            parse(File.ReadAllText(file), file);
            return null;
        }
        catch (FormatException wrong)
        {
            return $"is no {what}: {wrong.Message}";
        }
    }

    private void RequireRangesThatMatch(CommandResult result)
    {
        var (services, pods) = (result.GetValue(_serviceRange), result.GetValue(_podRange));
        var isEachGood = (services is null || ClusterRanges.ServicesError(services) is null) && (pods is null || ClusterRanges.PodsError(pods) is null);
        if (isEachGood && ClusterRanges.Parse(services, pods).Conflict((IPAddress?)null) is { } conflict)
        {
            result.AddError($"{_serviceRange.Name} and {_podRange.Name}: {conflict}");
        }
    }

    private static string? InFlightError(int? value) => value > 0 ? null : "is no number of requests: from 1";

    private static string? SecondsError(long? value) => value >= 0 ? null : "is no number of seconds: from 0";

    private static string? PortError(int value) => value is > 0 and <= 65535 ? null : "is no port: 1 to 65535";
}

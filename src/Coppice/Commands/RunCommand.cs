using System.CommandLine;
using System.Runtime.InteropServices;
using Coppice.Client;
using Coppice.Commands.Hosting;
using Coppice.Commands.Logging;
using Coppice.Commands.Terminal;
using Coppice.Composition;
using Coppice.Composition.Joining;
using Coppice.Configuration;
using Coppice.Node.Runtime;
using Coppice.Store;
using Microsoft.Extensions.Logging;

namespace Coppice.Commands;

/// <summary><c>coppice run</c>: the server in the foreground, until a signal or a failure that it cannot mend.</summary>
internal static partial class RunCommand
{
    private const string Agent = "agent";

    public static Command Describe(TimeProvider time) => Describe(
        "run",
        """
            Run a cluster of one node in the foreground, until Ctrl-C or SIGTERM.

            Containers go on running when it ends, and the next "coppice run" or "coppice up" takes them over.

            Examples
              sudo coppice run
              sudo coppice run --data-dir /srv/coppice --port 7443 --registries registries.yaml
            """,
        time);

    /// <summary><c>coppice agent</c>: the same of a node alone.</summary>
    public static Command DescribeAgent(TimeProvider time) => Describe(
        Agent,
        """
            Be a node of a cluster on another machine, in the foreground, until Ctrl-C or SIGTERM.

            The token is needed once; afterwards the machine is known by certificates that it gets, and renews, by itself.

            Examples
              sudo coppice agent --server https://10.0.0.1:6443 --token abcdef.0123456789abcdef.HASH
              sudo coppice agent
            """,
        time);

    private static Command Describe(string name, string description, TimeProvider time)
    {
        var arguments = new ServerArguments();
        var logFile = new Option<string>("--log-file") { Description = "Write the log here instead of standard error", HelpName = "FILE" };
        var command = new Command(name, description);
        arguments.AddTo(command);
        command.Options.Add(logFile);
        command.SetAction((parsed, _) =>
        {
            HostChecks.RequireRoot(name);
            var known = arguments.WithRemembered(parsed);
            return name == Agent && arguments.Read(known).Join is null
                ? throw new UserErrorException("which cluster is this machine to be a node of? Say it with --server https://HOST:6443, and --token", ExitCodes.NotPossible)
                : RunAsync(arguments, known, parsed.GetValue(logFile), time);
        });
        return command;
    }

    /// <param name="parsed">With what is remembered.</param>
    private static async Task<int> RunAsync(ServerArguments arguments, ParseResult parsed, string? logPath, TimeProvider time)
    {
        DiagnosticsSockets.Remove(Path.GetTempPath(), Environment.ProcessId);

        // 1. what the machine must have
        var options = arguments.Read(parsed) with { LogFile = logPath };
        HostChecks.RequireCgroups();
        HostPackages.RequireAll(options);
        ServerProcess.RequireNoOther(new DataLayout(options.DataDirectory));
        HostChecks.RequireNoClusterBeside(options);
        HostChecks.RequireFreePorts(options);
        if (options.Join is null)
        {
            await RequireOwnRangesAsync(options);
        }

        HostChecks.RequireRoom(new DataLayout(options.DataDirectory));
        OwnFiles.EnsureDirectory(options.DataDirectory);

        // 2. a log
        using var file = logPath is null ? LogFile.StandardError(time) : LogFile.At(logPath, time);
        using var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(arguments.LogLevelOf(parsed))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddProvider(new LineLoggerProvider(file, time)));

        // 3. signals: the first asks to stop, and the wish is kept if it comes while things start
        using var stopping = new CancellationTokenSource();
        var shutdown = new MachineShutdown();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var powerless = PosixSignalRegistration.Create((PosixSignal)MachineShutdown.PowerFails, Stop);

        // 4. the cluster, until the signal or its own end
        return await ServeAsync(options, arguments.ToRemember(parsed), time, loggers, () => file.Problem, shutdown, stopping.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            shutdown.Note(signal.Signal);
            stopping.Cancel();
        }
    }

    private static async Task<int> ServeAsync(
        ServerOptions options, IReadOnlyDictionary<string, string> remembered, TimeProvider time, ILoggerFactory loggers, Func<string?> logProblem, MachineShutdown shutdown, CancellationToken stop)
    {
        var log = loggers.CreateLogger("Coppice");
        try
        {
            // Nobody else serves the directory, or has the name.
            var layout = new DataLayout(options.DataDirectory);
            using var process = ServerProcess.Register(layout);
            var cluster = options.Join is { } join
                ? await new ClusterJoin(join, options.NodeName, layout, time, log).RunAsync(settings => JoinedNode.AddressesOf(With(settings))[0], settings => RequireOwnRangesAsync(With(settings)), stop)
                : null;
            if (cluster is not null)
            {
                options = With(cluster.Settings);
                remembered = ServerArguments.WithRanges(remembered, options.Ranges);
            }

            InstanceClaim.Take(options);
            if (!RememberedOptions.Write(layout, remembered))
            {
                LogOptionsStay(log, layout.Options);
            }

            LogStarting(log, VersionCommand.Coppice, options.DataDirectory);
            var progress = new LoggedProgress(log);
            await using (IServer server = cluster is null
                ? await Cluster.StartAsync(options, loggers, logProblem, progress, stop)
                : await JoinedNode.StartAsync(options, cluster, loggers, progress, stop))
            {
                await RunToEndAsync(server, shutdown, log, stop);
            }

            LogEndedByItself(log);
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(log);
            return ExitCodes.Success;
        }
        catch (Exception failed) when (failed is StoreUnavailableException or RuntimeException or UserErrorException or JoinException or IOException or UnauthorizedAccessException)
        {
            LogNotPossible(log, failed.Message);
            return ExitCodes.NotPossible;
        }
        catch (Exception unexpected)
        {
            LogUnexpected(log, unexpected);
            return ExitCodes.Failure;
        }

        ServerOptions With(ClusterSettings settings) =>
            options with { Ranges = settings.Ranges, NodePorts = settings.NodePorts, ClusterDomain = settings.ClusterDomain };
    }

    /// <summary>Until a signal comes, or a part ends by itself. Where the machine goes down, the pods end first.</summary>
    private static async Task RunToEndAsync(IServer server, MachineShutdown shutdown, ILogger log, CancellationToken stop)
    {
        try
        {
            await await server.FirstToEnd.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (await shutdown.IsUnderWayAsync())
            {
                LogGoesDown(log);
                await server.EndPodsAsync();
            }

            throw;
        }
    }

    /// <summary>The cluster's addresses are no machine's here, and no other cluster's.</summary>
    private static Task RequireOwnRangesAsync(ServerOptions options)
    {
        HostChecks.RequireRangesBeside(options, !InstanceClaim.IsThere(options.Instance));
        return InstanceClaim.RequireNothingSharedAsync(options);
    }

    private sealed class LoggedProgress(ILogger log) : IProgress<string>
    {
        public void Report(string value) => LogStep(log, value);
    }

    [LoggerMessage(1101, LogLevel.Information, "coppice {Version} starts on {Directory}")]
    private static partial void LogStarting(ILogger log, string version, string directory);

    [LoggerMessage(1102, LogLevel.Information, "{Step}")]
    private static partial void LogStep(ILogger log, string step);

    [LoggerMessage(1103, LogLevel.Warning, "The options of this start could not be written to {File}: the next one will know those of before")]
    private static partial void LogOptionsStay(ILogger log, string file);

    [LoggerMessage(1104, LogLevel.Information, "Stopped; containers go on running")]
    private static partial void LogStopped(ILogger log);

    [LoggerMessage(1105, LogLevel.Error, "A part of the cluster ended by itself, and the rest with it")]
    private static partial void LogEndedByItself(ILogger log);

    [LoggerMessage(1106, LogLevel.Critical, "{Reason}")]
    private static partial void LogNotPossible(ILogger log, string reason);

    [LoggerMessage(1108, LogLevel.Information, "The machine goes down: its pods end first")]
    private static partial void LogGoesDown(ILogger log);

    [LoggerMessage(1107, LogLevel.Critical, "Coppice ended by a failure that it did not expect")]
    private static partial void LogUnexpected(ILogger log, Exception unexpected);
}

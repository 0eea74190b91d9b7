using System.CommandLine;
using System.Diagnostics;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Commands.Hosting;
using Coppice.Commands.Status;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Objects;
using Coppice.Objects.Core;
using ClusterNode = Coppice.Objects.Core.Node;

namespace Coppice.Commands;

/// <summary><c>coppice up</c>: from a bare machine to a cluster that is ready, saying each step.</summary>
internal static class UpCommand
{
    /// <summary>A first start brings containerd up and makes images; on a slow disk that takes a while.</summary>
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>systemd is asked by starting a program, which is not for free.</summary>
    private static readonly TimeSpan ServiceInterval = TimeSpan.FromSeconds(1);

    public static Command Describe(TimeProvider time)
    {
        var arguments = new ServerArguments();
        var command = new Command("up", """
            Start a cluster of one node on this machine, in the background, and wait until it is ready.

            Missing Debian packages are installed. Where systemd runs, the cluster becomes the service coppice.service.
            Doing it again changes nothing; with another build of coppice, that one takes over, and containers go on. Options are
            remembered in the data directory: they hold until others are given.

            With --join the machine becomes a node of a cluster that is there, and --token shows that it may.

            Examples
              sudo coppice up
              sudo coppice up --registries registries.yaml
              sudo coppice up --join https://10.0.0.1:6443 --token abcdef.0123456789abcdef.HASH
            """);
        arguments.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            HostChecks.RequireRoot("up");
            return new Steps(arguments, arguments.WithRemembered(parsed), time).RunAsync(stop);
        });
        return command;
    }

    /// <param name="parsed">With what is remembered.</param>
    private sealed class Steps(ServerArguments arguments, ParseResult parsed, TimeProvider time)
    {
        private readonly ServerOptions _options = arguments.Read(parsed);
        private readonly DataLayout _layout = new(arguments.Read(parsed).DataDirectory);
        private readonly StepPrinter _printer = new(time);

        public async Task<int> RunAsync(CancellationToken stop)
        {
            HostChecks.RequireCgroups();
            HostChecks.RequireNoClusterBeside(_options);
            await InstallAsync(stop);
            if (ServerProcess.Find(_layout) is { } running && running.Build == ProgramBuild.Current)
            {
                RequireSameOptions(running);
                _printer.Say($"coppice is already running (process {running.Id})");
                await _printer.RunAsync("Waiting until the cluster is ready", _ => WaitAsync(null, stop));
            }
            else
            {
                await EndOtherBuildAsync(stop);
                HostChecks.RequireFreePorts(_options);
                if (_options.Join is null)
                {
                    HostChecks.RequireRangesBeside(_options, !InstanceClaim.IsThere(_options.Instance));
                    await InstanceClaim.RequireNothingSharedAsync(_options);
                }

                HostChecks.RequireRoom(_layout);
                KeepToken();
                await _printer.RunAsync(_options.Join is { } join ? $"Joining the cluster at {join.Server}" : "Starting the cluster", async _ => await WaitAsync(await BackgroundServer.StartAsync(_layout, _options.Instance, arguments.Repeat(parsed), ServerEnvironment.Of(joins: _options.Join is not null), stop), stop));
            }

            SayWhatNext();
            return ExitCodes.Success;
        }

        // Its containers, rules and names of pods hold meanwhile; who asks the API waits.
        private async Task EndOtherBuildAsync(CancellationToken stop)
        {
            if (ServerProcess.Find(_layout) is { } other)
            {
                HostChecks.RequireRoom(_layout);
                await _printer.RunAsync($"Another build of coppice is running (process {other.Id}), and makes way for this one", async _ =>
                {
                    await BackgroundServer.StopAsync(_options.Instance, _layout, endsPods: false, time, stop);
                    return null;
                });
            }
        }

        // For the server in the background: its command line is there for all to see.
        private void KeepToken()
        {
            if (_options.Join?.Token is { } token)
            {
                OwnFiles.EnsureDirectory(_layout.Root);
                OwnFiles.MakePrivateDirectory(_layout.Keys);
                OwnFiles.WritePrivate(_layout.JoinToken, token);
            }
        }

        // A server reads its options once, at its start.
        private void RequireSameOptions(ServerProcess running)
        {
            var remembered = RememberedOptions.Read(_layout);
            var other = arguments.ToRemember(parsed).Where(one => remembered.GetValueOrDefault(one.Key) != one.Value).Select(one => $"{one.Key} {one.Value}").ToList();
            if (other.Count == 0 || remembered.Count == 0)
            {
                return;
            }

            throw new UserErrorException(
                $"coppice is running already (process {running.Id}), without {string.Join(' ', other)}: stop it first with \"coppice down\"; containers go on running", ExitCodes.NotPossible);
        }

        private async Task InstallAsync(CancellationToken stop)
        {
            var missing = HostPackages.Missing(_options);
            if (missing.Count == 0)
            {
                return;
            }

            if (!AptInstaller.IsThere)
            {
                throw new UserErrorException($"this machine lacks {string.Join(", ", missing)} and has no apt-get: install them by its own means", ExitCodes.NotPossible);
            }

            _printer.Say($"Containers need some packages of the distribution: {string.Join(' ', missing)}");
            await _printer.RunAsync("Installing them with apt-get", async detail =>
            {
                await AptInstaller.InstallAsync(missing, detail, stop);
                return null;
            });
            HostPackages.RequireAll(_options);
        }

        /// <param name="started">The process whose end would end the waiting; null where it is not ours to watch.</param>
        private async Task<string?> WaitAsync(Process? started, CancellationToken stop)
        {
            var since = time.GetTimestamp();
            var nextLook = ServiceInterval;
            while (await LookAsync(stop) is var seen && !seen.IsReady)
            {
                if (seen.Trouble is { } trouble)
                {
                    throw new UserErrorException($"the API answers and what is stored can be read, but the cluster cannot become ready. {trouble}");
                }

                if (started is { HasExited: true })
                {
                    throw Failed(_options.Join is { } join ? $"this machine is no node of the cluster at {join.Server} now: coppice ended with code {started.ExitCode}" : $"the server ended at once, with code {started.ExitCode}");
                }

                if (BackgroundServer.HasSystemd && time.GetElapsedTime(since) > nextLook)
                {
                    nextLook += ServiceInterval;
                    if (await BackgroundServer.WasStartedAgainAsync(_options.Instance, stop))
                    {
                        await BackgroundServer.ForgetAsync(_options.Instance, stop);
                        throw Failed("the server ended before it was ready");
                    }
                }

                if (time.GetElapsedTime(since) > ReadyWithin)
                {
                    throw Failed($"the cluster was not ready within {ReadyWithin.TotalMinutes:0} minutes");
                }

                await Task.Delay(PollInterval, time, stop);
            }

            return _options.Join is null ? "The API answers and the node is Ready" : "The node is Ready";
        }

        /// <returns>Whether it is ready, and if not, what the store has to say of it: it waits for room on its disk.</returns>
        private async Task<(bool IsReady, string? Trouble)> LookAsync(CancellationToken stop)
        {
            if (_options.Join is { } join)
            {
                return (await IsNodeReadyAsync(join, stop), null);
            }

            if (!File.Exists(_layout.AdminKubeconfig) || ServerProcess.Find(_layout) is null)
            {
                return (false, null);
            }

            using var api = new HttpApiClient(await AdministratorApi.FindAsync(_layout, stop), time);
            // Before that the node's condition is what a server before this one wrote.
            if (await api.TryGetTextAsync("/readyz", stop) != "ok")
            {
                return (false, StatusPlanner.OfServer(await api.TryGetTextAsync("/readyz/store?verbose", stop)).FirstOrDefault()?.Detail);
            }

            var nodes = await api.TryListAsync<ClusterNode>(stop) ?? [];
            return (nodes.Any(NodeConditions.IsReady), null);
        }

        private async Task<bool> IsNodeReadyAsync(JoinOptions join, CancellationToken stop)
        {
            if (ServerProcess.Find(_layout) is null)
            {
                return false;
            }

            using var api = NodeApi.Find(new(join.Server, _options.NodeName), _layout, time);
            return api is not null && await api.TryFindAsync<ClusterNode>(new ObjectKey("", _options.NodeName), stop) is { } node && NodeConditions.IsReady(node);
        }

        private UserErrorException Failed(string what)
        {
            var last = File.Exists(_layout.LogFile) ? File.ReadLines(_layout.LogFile).TakeLast(5) : [];
            return new UserErrorException($"{what}. The end of its log ({_layout.LogFile}):\n  {string.Join("\n  ", last)}");
        }

        private void SayWhatNext()
        {
            // The script at the repository's root says how it was called.
            var program = Environment.GetEnvironmentVariable("COPPICE_COMMAND") ?? "coppice";
            var where = _layout.Root == new ServerOptions().DataDirectory ? "" : $" --data-dir {_layout.Root}";
            if (_options.Join is { } join)
            {
                _printer.Say($"""

                    This machine is the node {_options.NodeName} of the cluster at {join.Server}.

                    "{program} down{where}" stops it; its containers go on. "kubectl delete node {_options.NodeName}" takes it out of the cluster.
                    """);
                return;
            }

            _printer.Say(Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } and not "root"
                ? $"""

                Now, as yourself:
                  sudo {program} kubeconfig{where} > ~/coppice.kubeconfig
                  export KUBECONFIG=~/coppice.kubeconfig
                  kubectl get nodes

                "sudo {program} status{where}" shows how it is, "sudo {program} down{where}" stops it.
                """
                : $"""

                Now:
                  export KUBECONFIG={_layout.AdminKubeconfig}
                  kubectl get nodes

                "{program} status{where}" shows how it is, "{program} down{where}" stops it.
                """);
        }
    }
}

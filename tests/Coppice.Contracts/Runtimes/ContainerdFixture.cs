using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Coppice.Contracts.Runtimes;
using Coppice.Node.Images;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Runtime.Cri;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(ContainerdFixture))]

namespace Coppice.Contracts.Runtimes;

/// <summary>
/// A supervised containerd of the tests' own: in a temporary directory and a network namespace, with a bridge for pods and a
/// busybox image made on the spot. Started at the first use; everything is gone after the run.
/// </summary>
public sealed class ContainerdFixture : IAsyncDisposable
{
    private readonly Lazy<Task<RunningContainerd>> _running = new(RunningContainerd.StartAsync);

    public Task<RunningContainerd> Running => _running.Value;

    public async ValueTask DisposeAsync()
    {
        if (_running.IsValueCreated)
        {
            await (await _running.Value).DisposeAsync();
        }
    }
}

/// <summary>containerd, ready for use, as the contract suite wants it.</summary>
public sealed class RunningContainerd : IRuntimeUnderTest, IAsyncDisposable
{
    /// <summary>What <see cref="Sleeps"/> makes in /tmp once it heeds a signal: the kernel gives a first process none before.</summary>
    public const string SleepsMark = "heeds";

    private const string Busybox = "docker.io/library/busybox:1";

    private static int _instances;

    private readonly string _name = $"coppice-test-{Environment.ProcessId}-{Interlocked.Increment(ref _instances)}";
    private readonly string _directory;
    private readonly CancellationTokenSource _stop = new();
    private readonly CriRuntime _runtime;
    private readonly CriImages _images;
    private Task _supervising = Task.CompletedTask;

    private RunningContainerd()
    {
        _directory = Directory.CreateTempSubdirectory("coppice-runtime-").FullName;
        Options = new ContainerdOptions
        {
            Directory = Path.Combine(_directory, "containerd"), CgroupPath = $"/{_name}/runtime", NetworkNamespace = $"/run/netns/{_name}",
        };
        Supervisor = new ContainerdSupervisor(Options, TimeProvider.System, Log);
        _runtime = new CriRuntime(Supervisor.Layout.Socket, TimeProvider.System);
        _images = new CriImages(Supervisor.Layout.Socket, TimeProvider.System);
        Importer = new ImageImporter(Supervisor.Layout.Socket, _images, TimeProvider.System);
    }

    public ContainerdOptions Options { get; }

    public ContainerdSupervisor Supervisor { get; }

    /// <summary>What the supervisor said.</summary>
    public SupervisorLog Log { get; } = new();

    public ImageImporter Importer { get; }

    public CriRuntime Cri => _runtime;

    public CriImages CriImages => _images;

    public IContainerRuntime Runtime => _runtime;

    public IImageService Images => _images;

    public string LogDirectory => Path.Combine(_directory, "logs");

    /// <summary>The root of this run's cgroups.</summary>
    public string CgroupRoot => "/" + _name;

    public string CgroupParent => CgroupRoot + "/pods";

    public TestProgram Sleeps => Shell($"trap 'exit 0' TERM; touch /tmp/{SleepsMark}; while true; do sleep 1000 & wait; done");

    public TestProgram IgnoresTermination => Shell("trap '' TERM; while true; do sleep 1000; done");

    public TestProgram EatsMemory => new(Busybox, ["/bin/busybox"], ["tail", "/dev/zero"]);

    public IReadOnlyList<string> SpeakingCommand => ["/bin/sh", "-c", "echo out; echo err >&2; exit 7"];

    public IReadOnlyList<string> EndlessCommand => ["/bin/sh", "-c", "while true; do sleep 1000; done"];

    public TestProgram ExitsWith(int code) => Shell($"exit {code}");

    public static TestProgram Shell(string script) => new(Busybox, ["/bin/sh", "-c"], [script]);

    /// <param name="mark">Makes it another image than those with other marks.</param>
    public static ImageRecipe BusyboxImage(string name, string mark = "")
    {
        string[] applets = ["sh", "sleep", "echo", "cat", "tail", "id", "env", "ls", "touch", "hostname", "nslookup", "kill", "ip"];
        var links = applets.Select(applet => new ImageFile("/bin/" + applet, default, LinkTarget: "busybox"));
        return new ImageRecipe(name, [new ImageFile("/mark", Encoding.UTF8.GetBytes(mark)), new ImageFile("/bin/busybox", File.ReadAllBytes("/bin/busybox")), new ImageFile("/tmp/", default, Mode: 0x3FF), .. links])
        {
            Command = ["/bin/sh"],
        };
    }

    public static async Task<RunningContainerd> StartAsync()
    {
        var one = new RunningContainerd();
        await one.BeginAsync();
        return one;
    }

    /// <summary>The process number of the containerd that runs now.</summary>
    public int ContainerdId() => int.Parse(File.ReadAllText(Supervisor.Layout.PidFile), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Starts a pod of one container; returns it with the container's first process as the machine sees it.</summary>
    public async Task<(SandboxRecord Sandbox, string ContainerId, Process Process)> StartPodAsync(TestProgram program, CancellationToken stop)
    {
        var pod = new PodIdentity("supervised", "pod", "00000000-0000-4000-8000-000000000000");
        var spec = new SandboxSpec(
            pod, 0, pod.Name, Path.Combine(LogDirectory, pod.Uid), CgroupParent, new Dictionary<string, string>(), new Dictionary<string, string>(),
            new DnsSettings([], [], []), [], default, new PodSecurity(null, null, [], false, null, new Dictionary<string, string>()));
        var sandbox = await _runtime.RunSandboxAsync(spec, stop);
        var id = await _runtime.CreateContainerAsync(sandbox, ContainerRuntimeContract.Container(spec, program), stop);
        await _runtime.StartContainerAsync(id, stop);
        var process = await File.ReadAllTextAsync(Path.Combine(Supervisor.Layout.State, "io.containerd.runtime.v2.task/k8s.io", id, "init.pid"), stop);
        return (sandbox, id, Process.GetProcessById(int.Parse(process, System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>Starts a shim as containerd does, of which this containerd knows nothing; returns the file of its socket.</summary>
    public async Task<string> StartStrayShimAsync(string task)
    {
        var bundle = Directory.CreateDirectory(Path.Combine(_directory, task)).FullName;
        await File.WriteAllTextAsync(Path.Combine(bundle, "config.json"), "{}");
        await File.WriteAllTextAsync(Path.Combine(bundle, "log"), "");
        var socket = Supervisor.Layout.Socket;
        string[] arguments = ["-namespace", "k8s.io", "-address", socket, "-publish-binary", "/usr/bin/containerd", "-id", task, "start"];
        using var process = Process.Start(new ProcessStartInfo("containerd-shim-runc-v2", arguments)
        {
            WorkingDirectory = bundle, RedirectStandardOutput = true, Environment = { ["TTRPC_ADDRESS"] = socket + ".ttrpc", ["GRPC_ADDRESS"] = socket },
        })!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return (await process.StandardOutput.ReadToEndAsync()).Trim().Replace("unix://", "");
    }

    /// <summary>As when coppice stops: containerd stays.</summary>
    public async Task StopSupervisingAsync()
    {
        await _stop.CancelAsync();
        await _supervising;
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Options.Directory))
        {
            await EmptyAsync();
        }

        await StopSupervisingAsync();
        await Supervisor.StopAsync(purge: true, CancellationToken.None);
        Supervisor.Dispose();
        _runtime.Dispose();
        _images.Dispose();
        await RunAsync("ip", "netns", "delete", _name);
        await new CgroupFiles(CgroupMounts.Observe()).RemoveAsync(CgroupRoot, TimeProvider.System, CancellationToken.None);
        Directory.Delete(_directory, recursive: true);
        _stop.Dispose();
    }

    internal static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
        }
    }

    private async Task BeginAsync()
    {
        await RunAsync("ip", "netns", "add", _name);
        await RunAsync("ip", "-n", _name, "link", "set", "lo", "up");
        Directory.CreateDirectory(Supervisor.Layout.CniConfigurationDirectory);
        await File.WriteAllTextAsync(Path.Combine(Supervisor.Layout.CniConfigurationDirectory, "10-test.conflist"), NetworkConfiguration());
        _supervising = Supervisor.RunAsync(_stop.Token);
        var ready = Supervisor.WaitUntilReadyAsync(_stop.Token);
        if (await Task.WhenAny(ready, _supervising) == _supervising)
        {
            await _supervising;
        }

        await Importer.EnsureAsync(PauseImage.Name, PauseImage.Recipe, _stop.Token);
        await Importer.EnsureAsync(Busybox, () => BusyboxImage(Busybox), _stop.Token);
    }

    private string NetworkConfiguration() => $$"""
        {
          "cniVersion": "0.4.0", "name": "test",
          "plugins": [{
            "type": "bridge", "bridge": "cop0", "isGateway": true, "ipMasq": false,
            "ipam": { "type": "host-local", "dataDir": "{{_directory}}/addresses", "ranges": [[{ "subnet": "10.231.0.0/24" }]] }
          }]
        }
        """;

    // Where containerd no longer runs, purging ends what is left.
    private async Task EmptyAsync()
    {
        if (!File.Exists(Supervisor.Layout.Socket))
        {
            return;
        }

        var left = await _runtime.ListAsync(CancellationToken.None);
        foreach (var sandbox in left.Sandboxes)
        {
            await _runtime.StopSandboxAsync(sandbox.Id, CancellationToken.None);
            await _runtime.RemoveSandboxAsync(sandbox.Id, CancellationToken.None);
        }
    }
}

/// <summary>Keeps what a supervisor says.</summary>
public sealed class SupervisorLog : ILogger<ContainerdSupervisor>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));
}

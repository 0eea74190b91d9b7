using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Node.Containers;
using Coppice.Node.Devices;
using Coppice.Node.Eviction;
using Coppice.Node.Fencing;
using Coppice.Node.ImageCollection;
using Coppice.Node.Images;
using Coppice.Node.Orphans;
using Coppice.Node.Pods;
using Coppice.Node.Pressure;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Node.Volumes;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Node;
using Coppice.Testing;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Tests.Pods;

/// <summary>A node agent over the simulated runtime, on one thread and a clock of its own.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private CancellationTokenSource _stop = new();
    private Task? _running;

    public TestNode(SimulatedOptions? options = null)
    {
        Clock = new SettableClock(Time);
        Api = new TestPods(Time);
        Images = new SimulatedImages(options ?? SimulatedOptions.Instant, Clock, new Random(1));
        Runtime = new SimulatedRuntime(Images, options ?? SimulatedOptions.Instant, Clock, new Random(2));
        Images.Publish(new SimulatedImage("server:1", SimulatedProgram.Server), onNode: true);
        Images.Publish(new SimulatedImage("stubborn:1", new SimulatedProgram { TerminatesWithin = null }), onNode: true);
        Images.Publish(new SimulatedImage("job:1", SimulatedProgram.Exits(0, TimeSpan.FromSeconds(5))), onNode: true);
        Images.Publish(new SimulatedImage("broken:1", new SimulatedProgram { StartError = "exec: \"/nothing\": no such file" }), onNode: true);
    }

    public ManualTimeProvider Time => _loop.Time;

    /// <summary>What the agent and the runtime take for the time: <see cref="Time"/>, until a test sets it.</summary>
    public SettableClock Clock { get; }

    public TestPods Api { get; }

    public SimulatedImages Images { get; }

    public SimulatedRuntime Runtime { get; }

    public TestHostResources HostResources { get; } = new();

    /// <summary>What containers wrote to their own file systems, by their ids.</summary>
    public Dictionary<string, FilesUsage> Written { get; } = [];

    public TestEvents Events { get; } = new();

    public TestLog Log { get; } = new();

    /// <summary>How much there is of what nodes get short of.</summary>
    public List<SignalReading> Room { get; } = [];

    public PulledImages Pulled { get; } = new();

    public NodeAgent Agent { get; private set; } = null!;

    public NodePressure Pressure { get; private set; } = null!;

    /// <summary>How often pods were evicted, by what for.</summary>
    public Counts<string> Evictions { get; private set; } = null!;

    /// <summary>What pods get of the machine's devices.</summary>
    public IPodDevices Devices { get; init; } = NoPodDevices.Instance;

    /// <summary>Who asks the containers how they are; null for the runtime itself.</summary>
    public IProber? Prober { get; init; }

    /// <summary>What its agent holds by a fence; null for nothing.</summary>
    public Fence? Fence { get; init; }

    /// <summary>What its registration waits for; null for nothing.</summary>
    public TaskCompletionSource? Registration { get; init; }

    public RuntimeSnapshot Held => _loop.Await(() => Runtime.ListAsync(default).AsTask());

    /// <summary>The images that it has.</summary>
    public IReadOnlyList<ImageRecord> Present() => _loop.Await(() => Images.ListAsync(default).AsTask());

    /// <summary>Pulls an image, which a node may remove again once nobody uses it.</summary>
    public void Pull(string name) => _loop.Await(async () => Pulled.End(ImageReference.Parse(name), await Images.PullAsync(name, null, default), null));

    public TestNode Start()
    {
        _stop = new CancellationTokenSource();
        var services = new PodServices(
            Runtime, new ImagePuller(Images, Clock), HostResources, new PodHooks(Runtime, new SimulatedProber(Runtime), Clock), Prober ?? new SimulatedProber(Runtime),
            new EnvironmentSources((_, _) => default, (_, _) => default, () => []), Api.Api, Events, Clock, Log)
        {
            Devices = Devices,
            Written = _ => new(Written),
        };
        var options = new NodeAgentOptions { NodeName = "n1" };
        Pressure = new NodePressure(_ => new([.. Room]), options.Eviction, Clock);
        Evictions = services.Evictions;
        var nodeEnvironment = new NodeEnvironment(
            new SandboxSettings("n1", [], "cluster.local", new DnsSettings([], [], []), "/var/log/pods", null), ["192.168.1.10"],
            ValueMap.Of(("cpu", Quantity.Parse("2")), ("memory", Quantity.Parse("4Gi")), ("pods", Quantity.Parse("110"))), 4L << 30,
            new ProbeOptions { EagerPeriod = TimeSpan.Zero })
        {
            Pressures = () => Pressure.Conditions,
            RuntimeClassOf = name => Api.Api.FindAsync<RuntimeClass>(new("", name), default),
        };
        Agent = new NodeAgent(options, services, nodeEnvironment, new NoRegistration(Registration), HostResources, Fence is null ? null : new PodFencing(Api.Api, Fence, Clock));
        var images = new ImageCollector(new NodeImages(Images, Pulled, Runtime, _ => default, () => Agent.NamedImages), options, Events, Clock, Log);
        var evictor = new NodeEvictor(options, () => Agent.Workers.Values, services, Pressure, images);
        Do(() => (_running, _) = (Agent.RunAsync(_stop.Token), evictor.RunAsync(_stop.Token)));
        return this;
    }

    public bool HasStopped => _running!.IsCompleted;

    /// <summary>Why it ended by itself; null if it did not.</summary>
    public Exception? Failure => _running?.Exception?.InnerException;

    /// <summary>The agent is asked to go, and may have something to finish.</summary>
    public void BeginStop() => Do(() => _stop.Cancel());

    /// <summary>The agent goes; the runtime and the API stay.</summary>
    public void Stop()
    {
        Do(() => _stop.Cancel());
        Assert.True(_running!.IsCompleted, "the agent did not stop");
        Assert.Null(_running.Exception);
    }

    /// <summary>Does something, and all that follows from it without time passing.</summary>
    public void Do(Action action)
    {
        _loop.Start(() =>
        {
            action();
            return Task.CompletedTask;
        });
        _loop.RunUntilIdle();
    }

    public void Advance(double seconds) => _loop.RunFor(TimeSpan.FromSeconds(seconds));

    public void Create(string name, Func<PodSpec, PodSpec> spec) => Do(() => Api.Create(new Pod
    {
        Metadata = new ObjectMeta { Namespace = "shop", Name = name },
        Spec = spec(new PodSpec { NodeName = "n1", RestartPolicy = RestartPolicy.Always, TerminationGracePeriodSeconds = 30, AutomountServiceAccountToken = false }),
    }));

    public void Create(string name, string image, Func<Container, Container>? change = null, string policy = RestartPolicy.Always) =>
        Create(name, spec => spec with { RestartPolicy = policy, Containers = [(change ?? (one => one))(new Container { Name = "main", Image = image, ImagePullPolicy = "IfNotPresent" })] });

    /// <summary>As kubectl delete does: a mark, and until then.</summary>
    public void Delete(string name, long graceSeconds = 30) => Do(() => Api.Delete(name, graceSeconds));

    public ContainerStatus Main(string name) => Api.Status(name).ContainerStatuses[0];

    public bool IsReady(string name) => Api.Status(name).Conditions.Any(one => one is { Type: "Ready", Status: "True" });

    public string MainId(string name) => Main(name).ContainerID!["containerd://".Length..];

    public void Crash(string name, int code = 1) => Do(() => Runtime.Kill(MainId(name), code));

    public void Dispose()
    {
        if (_running is { IsCompleted: false })
        {
            Do(() => _stop.Cancel());
        }

        _stop.Dispose();
    }

    private sealed class NoRegistration(TaskCompletionSource? broken) : INodeRegistration
    {
        public Objects.Core.Node? Seen => null;

        public Task RunAsync(CancellationToken stop) => broken?.Task ?? Task.CompletedTask;

        public void Wake()
        {
        }

        public Task GoDownAsync(TimeSpan within, CancellationToken stop) => Task.CompletedTask;
    }
}

/// <summary>The log as a person reads it: a line an entry, and what comes with a stack trace marked.</summary>
internal sealed class TestLog : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : " (with a stack trace)")}");
}

internal sealed class TestEvents : IEventRecorder
{
    public List<string> Told { get; } = [];

    public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) => Told.Add($"{type} {reason}: {message}");
}

/// <summary>A host without files; volumes are missing as long as the test says so.</summary>
internal sealed class TestHostResources : IHostResources, IOrphanedPods
{
    public string? MissingVolume { get; set; }

    public List<string> Removed { get; } = [];

    public string? TerminationMessages { get; set; }

    /// <summary>The pods whose volumes were brought up to date, one after another.</summary>
    public List<string> Refreshed { get; } = [];

    /// <summary>What a crash left on the machine.</summary>
    public List<PodIdentity> Orphans { get; } = [];

    /// <summary>The pods that the last weighing counted.</summary>
    public List<string> InQosCgroups { get; private set; } = [];

    public void UpdateQosCgroups(IReadOnlyCollection<Pod> active) => InQosCgroups = [.. active.Select(one => one.Metadata.Name!)];

    public ValueTask PrepareSandboxAsync(Pod pod, CancellationToken stop) => ValueTask.CompletedTask;

    public ValueTask PrepareVolumesAsync(Pod pod, CancellationToken stop) =>
        MissingVolume is null ? ValueTask.CompletedTask : throw new HostResourceException("FailedMount", $"MountVolume.SetUp failed for volume \"{MissingVolume}\" : configmap \"{MissingVolume}\" not found");

    public ValueTask<PreparedMounts> MountsAsync(Pod pod, Container container, MountRequest inputs, CancellationToken stop) => ValueTask.FromResult(new PreparedMounts([]));

    /// <summary>The names of pods whose containers hear nothing.</summary>
    public HashSet<string> Stopped { get; } = [];

    /// <summary>How much memory every container uses, and with it every pod.</summary>
    public long? MemoryUsed { get; set; }

    /// <summary>What is in the pods' volumes, by the volumes' names and the paths there.</summary>
    public Dictionary<(string Volume, string Path), string> Texts { get; } = [];

    /// <summary>How large the pods' volumes are, in bytes, by their names.</summary>
    public Dictionary<string, long> VolumesUsed { get; } = [];

    public string? VolumeText(Pod pod, string volume, string path) => Texts.GetValueOrDefault((volume, path));

    public ValueTask<IReadOnlyDictionary<string, long>> VolumesInUseAsync(Pod pod, DiskUnit unit, CancellationToken stop) => new(VolumesUsed);

    public FilesUsage LogsOf(ContainerRecord container) => default;

    /// <summary>The same of a pod by its name, where it is another.</summary>
    public Dictionary<string, long> MemoryUsedBy { get; } = [];

    /// <summary>How many processes pods have, by their names.</summary>
    public Dictionary<string, long> Processes { get; } = [];

    public long? MemoryInUse(Pod pod, ContainerRecord? running) => MemoryUsedBy.TryGetValue(pod.Metadata.Name!, out var used) ? used : MemoryUsed;

    public long? ProcessesOf(Pod pod) => Processes.GetValueOrDefault(pod.Metadata.Name!);

    public bool IsStopped(Pod pod, ContainerRecord running) => Stopped.Contains(pod.Metadata.Name ?? "");

    public ValueTask<string?> ReadTerminationMessageAsync(Pod pod, Container container, ContainerRecord ended, CancellationToken stop) => ValueTask.FromResult(TerminationMessages);

    public ValueTask RefreshVolumesAsync(Pod pod, CancellationToken stop)
    {
        if (MissingVolume is { } missing)
        {
            throw new HostResourceException("FailedMount", $"MountVolume.SetUp failed for volume \"{missing}\" : configmap \"{missing}\" not found");
        }

        Refreshed.Add(pod.Metadata.Name!);
        return ValueTask.CompletedTask;
    }

    /// <summary>Why nobody can look for orphans.</summary>
    public string? Blindness { get; set; }

    public ValueTask<IReadOnlyList<PodIdentity>> FindAsync(CancellationToken stop) => Blindness is { } why ? throw new IOException(why) : ValueTask.FromResult<IReadOnlyList<PodIdentity>>([.. Orphans]);

    public ValueTask RemoveAsync(PodIdentity pod, CancellationToken stop)
    {
        Orphans.Remove(pod);
        return ValueTask.CompletedTask;
    }

    /// <summary>The names of the pods whose logs were deleted.</summary>
    public List<string> WithoutLogs { get; } = [];

    public ValueTask RemoveLogsAsync(Pod pod, CancellationToken stop)
    {
        WithoutLogs.Add(pod.Metadata.Name!);
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(Pod pod, CancellationToken stop)
    {
        Removed.Add(pod.Metadata.Uid!);
        return ValueTask.CompletedTask;
    }
}

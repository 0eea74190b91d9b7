using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Controllers;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Scheduler;
using Coppice.Store;
using Coppice.Store.InMemory;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Simulation.World;

/// <summary>
/// A whole cluster from one seed, on one thread and a clock of its own: the real API over the store in memory, all controllers, the
/// scheduler, and node agents over simulated runtimes. Composed as the real one is, without its sockets and files.
/// </summary>
internal sealed class SimulatedCluster
{
    private readonly InMemoryRevisionStore _store = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];

    public SimulatedCluster(int seed, int machines)
    {
        Random = new Random(seed);
        Loop = new SimulationLoop(new ManualTimeProvider(), new Random(Random.Next()));
        var verbs = new ApiVerbs(_store, ServiceAllocationOptions.Default, null, Loop.Time, new Random(Random.Next()));
        Api = new InProcessClient(verbs, "system:admin");
        foreach (var name in (string[])["default", "kube-system", SimulatedPresence.LeaseNamespace])
        {
            Do(api => api.CreateAsync(new Namespace { ApiVersion = "v1", Kind = "Namespace", Metadata = new() { Name = name } }, default));
        }

        var logs = NullLoggerFactory.Instance;
        Caches = new Caches(new InProcessClient(verbs, "system:caches"), Loop.Time, logs);
        var controllerApi = new InProcessClient(verbs, "system:kube-controller-manager");
        var controllers = new ControllerSet(
            controllerApi, Caches, Recorder(controllerApi, "controllermanager"), new ControllerOptions("no certificate"), Loop.Time, logs);
        var schedulerApi = new InProcessClient(verbs, "system:kube-scheduler");
        var scheduler = new SchedulingLoop(
            schedulerApi,
            new SchedulerCaches(Caches.Pods.Cache, Caches.Nodes.Cache, Caches.Namespaces.Cache),
            Recorder(schedulerApi, "default-scheduler"),
            SchedulerOptions.Default,
            Loop.Time,
            NullLogger.Instance);
        Run(controllers.RunAsync);
        Run(scheduler.RunAsync);
        Run(Caches.RunAsync);
        Machines = [.. Enumerable.Range(1, machines).Select(n => new SimulatedMachine(n, verbs, Loop, Random, () => Caches.Services.Cache.Items, logs))];
        foreach (var machine in Machines)
        {
            machine.Start();
        }
    }

    /// <summary>Draws everything that is not drawn by a component of its own.</summary>
    public Random Random { get; }

    public SimulationLoop Loop { get; }

    public IApiClient Api { get; }

    /// <summary>The controllers' view of the world, which is the newest whenever the loop is idle.</summary>
    public Caches Caches { get; }

    public IReadOnlyList<SimulatedMachine> Machines { get; }

    /// <summary>Does something through the API, as a user.</summary>
    public void Do<T>(Func<IApiClient, ValueTask<T>> request) => Loop.Await(() => request(Api).AsTask());

    /// <inheritdoc cref="Do{T}"/>
    public void Do(Func<IApiClient, ValueTask> request) => Loop.Await(() => request(Api).AsTask());

    /// <summary>Reads an object, changes it, and writes it; again if somebody else was quicker. Nothing if it is not there.</summary>
    public void Change<T>(ObjectKey key, Func<T, T> change) where T : KubernetesObject => Loop.Await(async () =>
    {
        while (await Api.FindAsync<T>(key, default) is { } item)
        {
            try
            {
                await Api.UpdateAsync(change(item), default);
                return;
            }
            catch (ApiException e) when (e.IsConflict || e.IsNotFound)
            {
                // Read it anew.
            }
        }
    });

    /// <summary>Every write of the run, in order: "revision verb key", and a digest of what was written.</summary>
    public IReadOnlyList<string> History()
    {
        using var watch = _store.Watch("", Revision.None);
        var lines = new List<string>();
        while (watch.Progress < _store.Current)
        {
            foreach (var write in watch.NextAsync(default).AsTask().GetAwaiter().GetResult())
            {
                var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(write.Entry.Value.Bytes.Span)[..6]);
                lines.Add($"{write.Entry.Modified} {write.Type} {write.Entry.Key} {digest}");
            }
        }

        return lines;
    }

    /// <summary>Everything ends, as on a shutdown.</summary>
    public void Stop()
    {
        foreach (var machine in Machines)
        {
            machine.Stop();
        }

        Loop.Start(() =>
        {
            _stop.Cancel();
            return Task.CompletedTask;
        });
        Loop.RunUntilIdle();
        _stop.Dispose();
    }

    /// <summary>A part that ended by itself or by an error is a failure of the run.</summary>
    public void ThrowIfBroken()
    {
        foreach (var loop in _loops)
        {
            if (loop.IsCompleted)
            {
                loop.GetAwaiter().GetResult();
                throw new InvalidOperationException("a part of the control plane ended by itself");
            }
        }
    }

    private EventRecorder Recorder(IApiClient api, string component)
    {
        var recorder = new EventRecorder(api, component, "", Loop.Time, new Random(Random.Next()), NullLogger.Instance);
        Run(recorder.RunAsync);
        return recorder;
    }

    private void Run(Func<CancellationToken, Task> loop) => Loop.Start(() =>
    {
        var task = loop(_stop.Token);
        _loops.Add(task);
        return task;
    });
}

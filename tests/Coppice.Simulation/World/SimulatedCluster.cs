using Coppice.ApiServer.InProcess;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store;
using Coppice.Store.InMemory;
using Coppice.Testing;

namespace Coppice.Simulation.World;

/// <summary>
/// A whole cluster from one seed, on one thread and a clock of its own: the real API over the store in memory, all controllers, the
/// scheduler, the service rules, and node agents over simulated runtimes. Composed as the real one is, without its sockets and files.
/// </summary>
internal sealed class SimulatedCluster
{
    private static readonly string[] FirstNamespaces = ["default", "kube-system", "kube-node-lease"];

    private readonly SimulatedDisk _store = new(new InMemoryRevisionStore());
    private readonly List<StoreEvent> _history = [];
    private readonly IStoreWatch _recorder;
    private IReadOnlyList<Service> _services = [];

    public SimulatedCluster(int seed, int machines)
    {
        Random = new Random(seed);
        Loop = new SimulationLoop(new ManualTimeProvider(), new Random(Random.Next()));
        Clock = new SettableClock(Loop.Time);
        _recorder = _store.Watch("", Revision.None);
        StartServer();
        foreach (var name in FirstNamespaces)
        {
            Do(api => api.CreateAsync(Applications.Namespace(name), default));
        }

        Machines = [.. Enumerable.Range(1, machines).Select(n => new SimulatedMachine(n, Api, Loop, Random, KnownServices))];
        foreach (var machine in Machines)
        {
            machine.Start();
        }
    }

    /// <summary>Draws everything that is not drawn by a component of its own.</summary>
    public Random Random { get; }

    public SimulationLoop Loop { get; }

    /// <summary>What the server takes for the time.</summary>
    public SettableClock Clock { get; }

    public SimulatedApi Api { get; } = new();

    public SimulatedRules Rules { get; } = new();

    /// <summary>What the store is on.</summary>
    public SimulatedDisk Disk => _store;

    /// <summary>Null while it is away.</summary>
    public SimulatedServer? Server { get; private set; }

    /// <summary>The server's view of the world.</summary>
    /// <exception cref="InvalidOperationException">There is no server now.</exception>
    public ServerView Caches => (Server ?? throw new InvalidOperationException("there is no server")).Caches;

    public IReadOnlyList<SimulatedMachine> Machines { get; }

    public void StartServer()
    {
        Server = new SimulatedServer(_store, Api, Rules, Loop, Clock, Random);
        Loop.RunUntilIdle();
    }

    /// <summary>The server's process is killed; its store is what is left.</summary>
    public void KillServer()
    {
        _services = Caches.Services.Items;
        Server!.Kill();
        Server = null;
        Happen(() =>
        {
            foreach (var machine in Machines)
            {
                machine.Door.DropWatches();
            }
        });
    }

    /// <summary>What was written so far cannot be watched from any more, and everybody's watch breaks off.</summary>
    public void ForgetHistory()
    {
        Record();
        Loop.Await(() => _store.CompactAsync(_store.Current, default).AsTask());
        Happen(() =>
        {
            Server?.DropWatches();
            foreach (var machine in Machines)
            {
                machine.Door.DropWatches();
            }
        });
    }

    /// <summary>Something happens in the world, and whoever notices goes on by himself.</summary>
    public void Happen(Action what) => Loop.Start(() =>
    {
        what();
        return Task.CompletedTask;
    });

    /// <summary>Does something through the API, as a user whom no fault touches.</summary>
    public void Do<T>(Func<IApiClient, ValueTask<T>> request) => Loop.Await(() => request(User()).AsTask());

    /// <inheritdoc cref="Do{T}"/>
    public void Do(Func<IApiClient, ValueTask> request) => Loop.Await(() => request(User()).AsTask());

    /// <summary>Reads an object, changes it, and writes it; again if somebody else was quicker. Nothing if it is not there.</summary>
    public void Change<T>(ObjectKey key, Func<T, T> change) where T : KubernetesObject => Loop.Await(async () =>
    {
        while (await User().FindAsync<T>(key, default) is { } item)
        {
            try
            {
                await User().UpdateAsync(change(item), default);
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
        Record();
        return [.. _history.Select(write =>
        {
            var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(write.Entry.Value.Bytes.Span)[..6]);
            return $"{write.Entry.Modified} {write.Type} {write.Entry.Key} {digest}";
        })];
    }

    /// <summary>Everything ends, as on a shutdown.</summary>
    public void Stop()
    {
        foreach (var machine in Machines)
        {
            machine.Stop();
        }

        KillServer();
    }

    /// <summary>A part that ended by itself or by an error is a failure of the run.</summary>
    public void ThrowIfBroken()
    {
        Server?.ThrowIfBroken();
        foreach (var machine in Machines)
        {
            machine.ThrowIfBroken();
        }
    }

    private InProcessClient User() => new(Api.Verbs ?? throw new InvalidOperationException("there is no server"), "system:admin");

    private IReadOnlyList<Service> KnownServices() => Server?.Caches.Services.Items ?? _services;

    private void Record()
    {
        while (_recorder.Progress < _store.Current)
        {
            _history.AddRange(_recorder.NextAsync(default).AsTask().GetAwaiter().GetResult());
        }
    }
}

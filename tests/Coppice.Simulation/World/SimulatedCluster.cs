using Coppice.ApiServer.Authorization.Bootstrap;
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
internal sealed class SimulatedCluster : IDisposable
{
    // By then whoever could not write or read has tried again.
    private static readonly TimeSpan BlurLasts = TimeSpan.FromMinutes(10);

    private static readonly string[] FirstNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    private readonly SimulatedDisk _store = new(new InMemoryRevisionStore());
    private DateTimeOffset _blurredAt = DateTimeOffset.MinValue;
    private IReadOnlyList<Service> _services = [];

    public SimulatedCluster(int seed, int machines)
    {
        Random = new Random(seed);
        Loop = new SimulationLoop(new ManualTimeProvider(), new Random(Random.Next()));
        Clock = new SettableClock(Loop.Time);
        History = new History(_store);
        Load = new SimulatedLoad(Loop.Time);
        StartServer();
        foreach (var name in FirstNamespaces)
        {
            Do(api => api.CreateAsync(Applications.Namespace(name), default));
        }

        Loop.Await(() => BootstrapPolicy.EnsureAsync(User(), default));

        foreach (var one in Classes.All)
        {
            Do(api => api.CreateAsync(one, default));
        }

        var ground = new MachineGround(Api, Data, KnownServices);
        Machines = [.. Enumerable.Range(1, machines).Select(n => new SimulatedMachine(n, ground, Loop, Random))];
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

    public IReadOnlyList<SimulatedMachine> Machines { get; } = [];

    /// <summary>What was written.</summary>
    public History History { get; }

    /// <summary>What is stored, as of the last look at it.</summary>
    public StoredWorld Stored => History.World;

    /// <summary>What applications are to do.</summary>
    public SimulatedLoad Load { get; }

    public SimulatedData Data { get; } = new();

    /// <summary>The uids of pods that users took out of the cluster's hands: by other labels, or before their machine could say that they have ended.</summary>
    public HashSet<string> Meddled { get; } = new(StringComparer.Ordinal);

    /// <summary>For a while now all have seen what was written, and could write.</summary>
    public bool IsClear => Server is not null && Api.Fault is null && !Disk.IsFull && Loop.Time.GetUtcNow() > _blurredAt + BlurLasts;

    /// <summary>Some may see less than there is for a while from now on, or cannot write.</summary>
    public void Blur() => _blurredAt = Loop.Time.GetUtcNow();

    public void StartServer()
    {
        Blur();
        Server = new SimulatedServer(new(_store, Rules, node => Load.Measure(node, Machines)), Api, Loop, Clock, Random);
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
                machine.Line.DropConnections();
            }
        });
    }

    /// <summary>What was written so far cannot be watched from any more, and everybody's watch breaks off.</summary>
    public void ForgetHistory()
    {
        Blur();
        History.Record();
        Loop.Await(() => _store.CompactAsync(_store.Current, default).AsTask());
        Happen(() =>
        {
            Server?.DropWatches();
            foreach (var machine in Machines)
            {
                machine.Line.DropConnections();
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

    /// <summary>Several requests at once, each as a user whom no fault touches.</summary>
    /// <returns>Which of them were refused, and why; null for those that were not.</returns>
    public IReadOnlyList<ApiException?> DoAll(IEnumerable<Func<IApiClient, ValueTask>> requests) => Loop.Await(() => Task.WhenAll(requests.Select(TryAsync).ToList()));

    public void Dispose() => Data.Dispose();

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

    private async Task<ApiException?> TryAsync(Func<IApiClient, ValueTask> request)
    {
        try
        {
            await request(User());
            return null;
        }
        catch (ApiException e)
        {
            return e;
        }
    }
}

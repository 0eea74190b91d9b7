using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>What users and misfortune do to a cluster, drawn from its seed.</summary>
internal sealed class Acts
{
    private readonly SimulatedCluster _cluster;
    private readonly Random _random;
    private readonly Users _users;
    private readonly Strays _strays;
    private readonly Taskmasters _taskmasters;
    private readonly Storekeepers _storekeepers;
    private readonly IReadOnlyList<(int Weight, bool NeedsServer, Action Act)> _all;

    public Acts(SimulatedCluster cluster)
    {
        _cluster = cluster;
        _random = new Random(cluster.Random.Next());
        Chronicle = new Chronicle(cluster.Loop, _random);
        _users = new Users(cluster, Chronicle, _random);
        _strays = new Strays(cluster, Chronicle, _random);
        var misfortunes = new Misfortunes(cluster, Chronicle, _random);
        var networks = new Networks(cluster, Chronicle, _random);
        var clocks = new Clocks(cluster, Chronicle, _random);
        var shortages = new Shortages(cluster, Chronicle, _random);
        _taskmasters = new Taskmasters(cluster, Chronicle, _random);
        Operators = new Operators(cluster, Chronicle, _random);
        _storekeepers = new Storekeepers(cluster, Chronicle, _random);
        _all =
        [
            .. OfUsers(),
            (12, false, misfortunes.KillContainer),
            (10, false, misfortunes.Deafen),
            (5, false, misfortunes.KillSandbox),
            (5, false, misfortunes.FailRuntimeVerbs),
            (2, false, shortages.LoseImages),
            (2, false, shortages.FailPulls),
            (3, true, shortages.FillDisk),
            (2, false, shortages.FillMachine),
            (3, false, shortages.BreakVolumes),
            (2, false, shortages.SlowVolumes),
            (2, false, clocks.SetServers),
            (2, false, clocks.SetMachines),
            (2, false, misfortunes.LoseEvents),
            (3, false, misfortunes.CrashRuntime),
            (3, false, misfortunes.RestartAgent),
            (4, false, misfortunes.PowerOff),
            (4, false, networks.CutOff),
            (1, false, networks.CutAllOff),
            (2, false, networks.SlowDown),
            (2, false, networks.Repeat),
            (4, true, misfortunes.KillServer),
            (4, false, misfortunes.FailRequests),
            (2, true, misfortunes.ForgetHistory),
            (2, false, misfortunes.BreakRules),
        ];
    }

    public Chronicle Chronicle { get; }

    public Operators Operators { get; }

    /// <summary>There is something to work with.</summary>
    public void Begin()
    {
        _users.MakeNamespace();
        _users.MakeSettings();
        for (var deploys = 0; deploys < 3; deploys++)
        {
            _users.Deploy();
        }
    }

    public void DoOne()
    {
        var possible = _all.Where(a => !a.NeedsServer || _cluster.Server?.Caches.Nodes.IsSynced == true).ToList();
        var draw = _random.Next(possible.Sum(a => a.Weight));
        foreach (var (weight, _, act) in possible)
        {
            if (draw < weight)
            {
                act();
                return;
            }

            draw -= weight;
        }
    }

    /// <summary>Takes every misfortune back; then users ask for nothing that cannot be had.</summary>
    public void Heal()
    {
        while (Chronicle.NextDue is not null)
        {
            Chronicle.UndoUntil(DateTimeOffset.MaxValue);
        }

        _cluster.Loop.RunFor(TimeSpan.FromSeconds(5));
        // What is on its way out may leave something behind that is to be cleared away, too. Whoever never goes is found at rest.
        _cluster.Loop.RunUntil(() => !Workload.All(_cluster.Caches).Any(w => w.IsLeaving), TimeSpan.FromMinutes(10));
        Operators.BecomeModest();
        _users.BecomeModest();
        _taskmasters.BecomeModest();
        _storekeepers.BecomeModest();
    }

    private IEnumerable<(int Weight, bool NeedsServer, Action Act)> OfUsers() =>
    [
        (20, true, _users.Deploy),
        (12, true, _users.Scale),
        (12, true, _users.RollOut),
        (5, true, _users.DeleteWorkload),
        (6, true, _strays.Relabel),
        (9, true, _users.DeletePod),
        (5, true, _users.ChangeService),
        (3, true, _users.ChangeNamespace),
        (3, true, _users.Cordon),
        (2, true, _users.ChangeSettings),
        (1, true, _users.DeleteNode),
        (8, true, _taskmasters.StartJob),
        (4, true, _taskmasters.ChangeJob),
        (2, true, _taskmasters.DeleteJob),
        (4, true, _taskmasters.ChangeCronJob),
        (6, true, Operators.ChangeBudget),
        (8, true, Operators.Evict),
        (5, true, Operators.ChangeQuota),
        (3, true, Operators.ChangeLimits),
        (5, true, Operators.ChangeAutoscaler),
        (4, true, _storekeepers.MakeVolume),
        (3, true, _storekeepers.GrowClaim),
        (3, true, _storekeepers.MakeClaim),
        (4, true, _storekeepers.DeleteClaim),
        (2, true, _storekeepers.ClearVolume),
    ];
}

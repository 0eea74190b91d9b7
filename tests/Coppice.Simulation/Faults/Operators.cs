using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>Users who say what others may have, and how much must be left: budgets and evictions, quotas and limits, autoscalers. All of it needs the server.</summary>
internal sealed class Operators(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    private const string QuotaName = "share";
    private const string LimitsName = "sizes";

    /// <summary>What is scaled by what it uses.</summary>
    public static readonly ObjectKey Autoscaled = new("default", "bert");

    private static readonly ObjectKey[] Guarded = [new("default", "anna"), new("default", "ines"), new(Applications.TeamNamespace, "emil")];

    public void ChangeBudget()
    {
        var key = Guarded[random.Next(Guarded.Length)];
        if (cluster.Stored.Find<PodDisruptionBudget>(key) is not null && random.Next(3) == 0)
        {
            chronicle.Note($"deletes budget {key}");
            Users.Try(() => cluster.Do(api => api.DeleteAsync<PodDisruptionBudget>(key, null, default)));
            return;
        }

        var spec = random.Next(3) switch
        {
            0 => new PodDisruptionBudgetSpec { MinAvailable = random.Next(0, 4) },
            1 => new PodDisruptionBudgetSpec { MinAvailable = "60%" },
            _ => new PodDisruptionBudgetSpec { MaxUnavailable = random.Next(0, 3) },
        };
        spec = spec with
        {
            Selector = new() { MatchLabels = Applications.Labels(key) },
            UnhealthyPodEvictionPolicy = random.Next(3) == 0 ? UnhealthyPodEvictionPolicyType.AlwaysAllow : null,
        };
        chronicle.Note($"asks of budget {key} that {spec.MinAvailable} stay and {spec.MaxUnavailable} may go");
        Put(key, new PodDisruptionBudget { ApiVersion = "policy/v1", Kind = "PodDisruptionBudget", Metadata = Named(key), Spec = spec }, b => b with { Spec = spec });
    }

    /// <summary>Some of an application's pods at once.</summary>
    public void Evict()
    {
        var key = Applications.Keys[random.Next(Applications.Keys.Count)];
        var pods = cluster.Stored.All<Pod>(key.Namespace).Where(p => p.Metadata.Labels.Find("app") == key.Name).ToList();
        EvictAll([.. pods.Where(_ => random.Next(2) == 0)]);
    }

    /// <summary>All pods of a machine are to go, but those that would be back at once.</summary>
    public void Drain(SimulatedMachine machine) => EvictAll(
    [
        .. cluster.Stored.All<Pod>().Where(p => p.Spec.NodeName == machine.Name && p.Metadata.DeletionTimestamp is null)
            .Where(p => !p.Metadata.OwnerReferences.Any(o => o.Kind == nameof(DaemonSet))),
    ]);

    public void ChangeQuota()
    {
        var hard = ValueMap.Of(
            (ResourceName.Pods, Quantity.FromUnits(random.Next(0, 25))),
            (ResourceName.Requestscpu, Quantity.FromUnits(random.Next(1, 7))),
            (ResourceName.Persistentvolumeclaims, Quantity.FromUnits(random.Next(0, 6))),
            ("count/jobs.batch", Quantity.FromUnits(random.Next(0, 5))));
        SetQuota(random.Next(3) == 0 ? hard.Without(ResourceName.Requestscpu) : hard);
    }

    public void ChangeLimits()
    {
        var key = new ObjectKey(Applications.TeamNamespace, LimitsName);
        if (cluster.Stored.Find<LimitRange>(key) is not null && random.Next(3) == 0)
        {
            chronicle.Note($"deletes limits {key}");
            Users.Try(() => cluster.Do(api => api.DeleteAsync<LimitRange>(key, null, default)));
            return;
        }

        SetLimits(random.Next(1, 6) * 100);
    }

    /// <summary>An autoscaler comes, changes or goes; or there is more or less to do.</summary>
    public void ChangeAutoscaler()
    {
        if (random.Next(2) == 0)
        {
            var asked = 30 + (100 * random.Next(0, 9));
            chronicle.Note($"gives {Autoscaled} {asked} thousandths of a processor to do");
            cluster.Load.Ask(Autoscaled.Name, asked);
            return;
        }

        if (cluster.Stored.Find<HorizontalPodAutoscaler>(Autoscaled) is not null && random.Next(3) == 0)
        {
            chronicle.Note($"deletes the autoscaler of {Autoscaled}");
            Users.Try(() => cluster.Do(api => api.DeleteAsync<HorizontalPodAutoscaler>(Autoscaled, null, default)));
            return;
        }

        var spec = new HorizontalPodAutoscalerSpec
        {
            ScaleTargetRef = new() { ApiVersion = "apps/v1", Kind = nameof(Deployment), Name = Autoscaled.Name },
            MinReplicas = random.Next(1, 3),
            MaxReplicas = random.Next(3, 7),
            Metrics = [new() { Type = MetricSourceType.Resource, Resource = new() { Name = ResourceName.Cpu, Target = new() { Type = MetricTargetType.Utilization, AverageUtilization = 50 } } }],
        };
        chronicle.Note($"lets {Autoscaled} be scaled from {spec.MinReplicas} to {spec.MaxReplicas}");
        Put(
            Autoscaled,
            new HorizontalPodAutoscaler { ApiVersion = "autoscaling/v2", Kind = "HorizontalPodAutoscaler", Metadata = Named(Autoscaled), Spec = spec },
            a => a with { Spec = spec });
    }

    /// <summary>Asks for nothing that keeps anybody from what he wants.</summary>
    public void BecomeModest()
    {
        if (cluster.Caches.Namespaces.Find(new("", Applications.TeamNamespace)) is { Metadata.DeletionTimestamp: null })
        {
            SetQuota(ValueMap.Of(
                (ResourceName.Pods, Quantity.FromUnits(200)),
                (ResourceName.Requestscpu, Quantity.FromUnits(100)),
                (ResourceName.Persistentvolumeclaims, Quantity.FromUnits(100)),
                ("count/jobs.batch", Quantity.FromUnits(100))));
            SetLimits(1000);
        }
    }

    private static Objects.Meta.ObjectMeta Named(ObjectKey key) => new() { Namespace = key.Namespace, Name = key.Name };

    private void SetQuota(ValueMap<Quantity> hard)
    {
        var key = new ObjectKey(Applications.TeamNamespace, QuotaName);
        chronicle.Note($"sets quota {key} to {hard}");
        Put(key, new ResourceQuota { ApiVersion = "v1", Kind = "ResourceQuota", Metadata = Named(key), Spec = new() { Hard = hard } }, q => q with { Spec = q.Spec with { Hard = hard } });
    }

    private void SetLimits(int most)
    {
        var key = new ObjectKey(Applications.TeamNamespace, LimitsName);
        var spec = new LimitRangeSpec
        {
            Limits =
            [
                new()
                {
                    Type = "Container",
                    Max = ValueMap.Of((ResourceName.Cpu, Quantity.FromMillis(most))),
                    Default = ValueMap.Of((ResourceName.Cpu, Quantity.FromMillis(most))),
                    DefaultRequest = ValueMap.Of((ResourceName.Cpu, Quantity.FromMillis(20))),
                },
            ],
        };
        chronicle.Note($"limits containers in {key.Namespace} to {most} thousandths of a processor");
        Put(key, new LimitRange { ApiVersion = "v1", Kind = "LimitRange", Metadata = Named(key), Spec = spec }, l => l with { Spec = spec });
    }

    private void Put<T>(ObjectKey key, T made, Func<T, T> change) where T : KubernetesObject
    {
        if (!Users.Try(() => cluster.Do(api => api.CreateAsync(made, default))))
        {
            Users.Try(() => cluster.Change(key, change));
        }
    }

    private void EvictAll(IReadOnlyList<Pod> pods)
    {
        if (pods.Count == 0)
        {
            return;
        }

        var refusals = cluster.DoAll(pods.Select(pod => (Func<IApiClient, ValueTask>)(async api =>
        {
            var eviction = new Eviction { ApiVersion = "policy/v1", Kind = "Eviction", Metadata = Named(ObjectKey.Of(pod)) };
            await api.WriteAsync(BuiltInKinds.Of<Pod>(), new ObjectWrite.Create(ObjectKey.Of(pod), eviction, "eviction"), default);
        })));
        chronicle.Note($"evicts {string.Join(", ", pods.Zip(refusals).Select(one => $"{ObjectKey.Of(one.First)}{(one.Second is { } refused ? $" (refused: {refused.Code})" : "")}"))}");
        if (refusals.FirstOrDefault(r => r is { Code: not (403 or 404 or 409 or 429 or 503 or 504) }) is { } strange)
        {
            throw new InvalidOperationException($"an eviction is refused strangely: {strange.Message}");
        }
    }
}

using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>Nothing is made beyond a namespace's quotas and limits, from the moment after they were set.</summary>
internal sealed class QuotaLaw(StoredWorld world) : ILaw
{
    private readonly Dictionary<string, long> _since = new(StringComparer.Ordinal);

    public void Look(Write write)
    {
        switch (write.New)
        {
            case ResourceQuota quota when write.Old is not ResourceQuota old || old.Spec.Hard != quota.Spec.Hard:
            case LimitRange limits when write.Old is not LimitRange before || before.Spec != limits.Spec:
                _since[write.New!.Metadata.Uid!] = world.Moment;
                break;
            case { Metadata.Namespace: { } space } made when write.Old is null:
                foreach (var quota in world.All<ResourceQuota>(space).Where(IsInForce))
                {
                    LookAtQuota(quota, made);
                }

                foreach (var limits in world.All<LimitRange>(space).Where(_ => made is Pod).Where(IsInForce))
                {
                    LookAtLimits(limits, (Pod)made);
                }

                break;
        }
    }

    /// <summary>What is taken of a quota at the least: what is on its way out may count or not. Null for what nobody counts here.</summary>
    public static Quantity? Taken(StoredWorld world, string space, string resource) => resource switch
    {
        ResourceName.Pods => Quantity.FromUnits(Running(world, space).Count()),
        ResourceName.Requestscpu => Running(world, space).Aggregate(default(Quantity), (sum, pod) => sum + PodRequests.Of(pod.Spec).Find(ResourceName.Cpu)),
        ResourceName.Persistentvolumeclaims => Quantity.FromUnits(world.All<PersistentVolumeClaim>(space).Count()),
        "count/jobs.batch" => Quantity.FromUnits(world.All<Job>(space).Count()),
        _ => null,
    };

    private static IEnumerable<Pod> Running(StoredWorld world, string space) => world.All<Pod>(space).Where(Safety.IsAlive);

    private bool IsInForce(KubernetesObject item) => _since.GetValueOrDefault(item.Metadata.Uid!, world.Moment) < world.Moment;

    private void LookAtQuota(ResourceQuota quota, KubernetesObject made)
    {
        var space = quota.Metadata.Namespace!;
        foreach (var (resource, hard) in quota.Spec.Hard.Where(amount => IsOf(made, amount.Key)))
        {
            if (Taken(world, space, resource) > hard)
            {
                throw new InvalidOperationException($"{made.GetType().Name} {ObjectKey.Of(made)} was made beyond the quota: {Taken(world, space, resource)} {resource} of {hard}");
            }
        }
    }

    private static bool IsOf(KubernetesObject made, string resource) => made switch
    {
        Pod => resource is ResourceName.Pods or ResourceName.Requestscpu,
        PersistentVolumeClaim => resource == ResourceName.Persistentvolumeclaims,
        Job => resource == "count/jobs.batch",
        _ => false,
    };

    private static void LookAtLimits(LimitRange limits, Pod made)
    {
        foreach (var container in made.Spec.Containers.Concat(made.Spec.InitContainers))
        {
            var limit = container.Resources.Limits.Find(ResourceName.Cpu);
            var most = limits.Spec.Limits[0].Max[ResourceName.Cpu];
            if (limit.IsZero || limit > most || container.Resources.Requests.Find(ResourceName.Cpu) is { IsZero: true })
            {
                throw new InvalidOperationException($"container {container.Name} of pod {ObjectKey.Of(made)} was let in with {container.Resources}, where each must have at most {most}");
            }
        }
    }
}

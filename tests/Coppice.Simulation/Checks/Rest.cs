using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Simulation.World;
using ContainerState = Coppice.Node.Runtime.ContainerState;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true of a cluster that was left alone: what is observed is what is desired, and nothing is left over.</summary>
internal static class Rest
{
    /// <returns>What is not so yet, in words; empty when the cluster is at rest.</returns>
    public static IReadOnlyList<string> Missing(SimulatedCluster cluster)
    {
        var missing = new List<string>();
        foreach (var deployment in cluster.Caches.Deployments.Cache.Items)
        {
            CheckDeployment(cluster, deployment, missing);
        }

        CheckOwners(cluster, missing);
        foreach (var service in cluster.Caches.Services.Cache.Items)
        {
            CheckEndpoints(cluster, service, missing);
        }

        foreach (var machine in cluster.Machines)
        {
            CheckMachine(cluster, machine, missing);
        }

        return missing;
    }

    public static bool IsReady(Pod pod) => pod.Status.Conditions.Any(c => c is { Type: PodConditionType.Ready, Status: ConditionStatus.True });

    private static void CheckDeployment(SimulatedCluster cluster, Deployment deployment, List<string> missing)
    {
        var name = deployment.Metadata.Name!;
        var wanted = deployment.Spec.Replicas ?? 1;
        var status = deployment.Status;
        Expect(missing, status.ObservedGeneration == deployment.Metadata.Generation, $"deployment {name}: its newest form was not observed");
        var counts = (status.Replicas, status.ReadyReplicas, status.UpdatedReplicas, status.AvailableReplicas);
        Expect(missing, counts == (wanted, wanted, wanted, wanted), $"deployment {name}: wants {wanted}, says (all, ready, updated, available) = {counts}");
        var pods = PodsOf(cluster, name);
        Expect(missing, pods.Count == wanted, $"deployment {name}: wants {wanted} pods, has {pods.Count}: {string.Join(", ", pods.Select(Describe))}");
        foreach (var pod in pods)
        {
            var isAsWanted = IsReady(pod) && pod.Metadata.DeletionTimestamp is null && pod.Spec.Containers[0].Image == Applications.ImageOf(deployment);
            Expect(missing, isAsWanted, $"deployment {name}: {Describe(pod)} is not as wanted");
        }
    }

    private static void CheckOwners(SimulatedCluster cluster, List<string> missing)
    {
        var deployments = cluster.Caches.Deployments.Cache.Items.Select(d => d.Metadata.Uid).ToHashSet();
        var sets = cluster.Caches.ReplicaSets.Cache.Items;
        foreach (var set in sets)
        {
            Expect(missing, set.Metadata.OwnerReferences.Any(o => deployments.Contains(o.Uid)), $"replica set {set.Metadata.Name} has no deployment any more");
            Expect(missing, set.Status.Replicas == (set.Spec.Replicas ?? 1), $"replica set {set.Metadata.Name} wants {set.Spec.Replicas}, says {set.Status.Replicas}");
        }

        var setUids = sets.Select(s => s.Metadata.Uid).ToHashSet();
        foreach (var pod in cluster.Caches.Pods.Cache.Items)
        {
            Expect(missing, pod.Metadata.OwnerReferences.Any(o => setUids.Contains(o.Uid)), $"{Describe(pod)} has no replica set any more");
        }
    }

    private static void CheckEndpoints(SimulatedCluster cluster, Service service, List<string> missing)
    {
        var name = service.Metadata.Name!;
        if (service.Spec.Selector.IsEmpty)
        {
            return;
        }

        var ready = string.Join(",", PodsOf(cluster, name).Where(IsReady).Select(p => p.Status.PodIP).Order(StringComparer.Ordinal));
        var endpoints = cluster.Caches.Endpoints.Cache.Find(ObjectKey.Of(service));
        var listed = string.Join(",", (endpoints?.Subsets ?? default).SelectMany(s => s.Addresses).Select(a => a.Ip).Order(StringComparer.Ordinal));
        Expect(missing, listed == ready, $"endpoints {name}: [{listed}], ready pods: [{ready}]");
        var slices = cluster.Caches.SlicesByService.Find($"default/{name}");
        var sliced = string.Join(",", slices.SelectMany(s => s.Endpoints).Where(e => e.Conditions.Ready != false).SelectMany(e => e.Addresses).Order(StringComparer.Ordinal));
        Expect(missing, sliced == ready, $"endpoint slices of {name}: [{sliced}], ready pods: [{ready}]");
    }

    private static void CheckMachine(SimulatedCluster cluster, SimulatedMachine machine, List<string> missing)
    {
        var pods = cluster.Caches.PodsByNode.Find(machine.Name).ToDictionary(p => p.Metadata.Uid!, StringComparer.Ordinal);
        var held = machine.Held();
        foreach (var sandbox in held.Sandboxes)
        {
            Expect(missing, pods.ContainsKey(sandbox.Pod.Uid), $"{machine.Name}: the sandbox of {sandbox.Pod.Name} belongs to no pod");
        }

        foreach (var container in held.Containers)
        {
            Expect(missing, pods.ContainsKey(container.Pod.Uid), $"{machine.Name}: a container of {container.Pod.Name} belongs to no pod");
        }

        foreach (var uid in machine.Ground.Prepared)
        {
            Expect(missing, pods.ContainsKey(uid), $"{machine.Name}: the ground of {uid} was not cleared");
        }

        foreach (var (uid, pod) in pods)
        {
            var sandboxes = held.Sandboxes.Where(s => s.Pod.Uid == uid && s.State == SandboxState.Ready).ToList();
            var running = held.Containers.Count(c => c.Pod.Uid == uid && c.State == ContainerState.Running);
            Expect(missing, sandboxes.Count == 1 && running == 1, $"{machine.Name}: {Describe(pod)} has {sandboxes.Count} sandboxes and {running} running containers");
            Expect(missing, sandboxes.All(s => s.Addresses[0] == pod.Status.PodIP), $"{machine.Name}: {Describe(pod)} says another address than its sandbox has");
        }
    }

    private static List<Pod> PodsOf(SimulatedCluster cluster, string app) =>
        [.. cluster.Caches.Pods.Cache.Items.Where(p => p.Metadata.Labels.Find("app") == app)];

    private static string Describe(Pod pod) =>
        $"pod {pod.Metadata.Name} ({pod.Status.Phase} on {pod.Spec.NodeName}, ready {IsReady(pod)}{(pod.Metadata.DeletionTimestamp is null ? "" : ", leaving")})";

    private static void Expect(List<string> missing, bool isSo, string what)
    {
        if (!isSo)
        {
            missing.Add(what);
        }
    }
}

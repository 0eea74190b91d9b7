using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>What users do to a cluster. All of it needs the server.</summary>
internal sealed class Users(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    private const int ReplicasMax = 8;

    public void Deploy()
    {
        var key = Draw(Applications.Keys);
        var isThere = Workload.All(cluster.Caches).Any(w => w.Key == key);
        if (isThere || !HasNamespace(key.Namespace))
        {
            return;
        }

        var image = Draw(Registry.Good);
        var workload = Applications.Workload(key, random.Next(1, ReplicasMax), image, random);
        chronicle.Note($"deploys {new Workload(workload)}: {new Workload(workload).Replicas} × {image}");
        Try(() => cluster.Do(api => api.CreateAsync(workload, default)));
        if (cluster.Caches.Services.Find(key) is null)
        {
            Try(() => cluster.Do(api => api.CreateAsync(Applications.Service(key, 80), default)));
        }
    }

    public void Scale()
    {
        if (DrawWorkload(w => w.Replicas is not null) is { } workload)
        {
            var replicas = random.Next(0, ReplicasMax);
            chronicle.Note($"scales {workload} to {replicas}");
            Try(() => workload.Scale(cluster, replicas));
        }
    }

    public void RollOut()
    {
        if (DrawWorkload(w => w.RollsOut) is { } workload)
        {
            var image = Draw(random.Next(3) == 0 ? Registry.Bad : Registry.Good);
            chronicle.Note($"rolls {workload} out to {image}");
            Try(() => workload.RollOut(cluster, image));
        }
    }

    public void DeleteWorkload()
    {
        if (DrawWorkload(_ => true) is { } workload)
        {
            var policy = Draw(["Background", "Foreground", "Orphan"]);
            chronicle.Note($"deletes {workload} ({policy})");
            Try(() => workload.Delete(cluster, policy));
        }
    }

    public void DeletePod()
    {
        var pods = cluster.Caches.Pods.Items;
        if (pods.Count > 0)
        {
            var drawn = Draw(pods);
            var pod = ObjectKey.Of(drawn);
            var grace = random.Next(4) == 0 ? 0L : (long?)null;
            if (grace is not null)
            {
                cluster.Meddled.Add(drawn.Metadata.Uid!);
            }

            chronicle.Note($"deletes pod {pod}{(grace is null ? "" : " without grace")}");
            Try(() => cluster.Do(api => api.DeleteAsync<Pod>(pod, new() { GracePeriodSeconds = grace }, default)));
        }
    }

    /// <summary>A service gets another port, chooses another application's pods, goes, or comes back.</summary>
    public void ChangeService()
    {
        var key = Draw(Applications.Keys);
        if (!HasNamespace(key.Namespace))
        {
            return;
        }

        if (cluster.Caches.Services.Find(key) is null)
        {
            chronicle.Note($"makes service {key} again");
            Try(() => cluster.Do(api => api.CreateAsync(Applications.Service(key, 80), default)));
            return;
        }

        var port = random.Next(1, 1000);
        var chosen = Draw(Applications.Keys);
        switch (random.Next(3))
        {
            case 0:
                chronicle.Note($"gives service {key} port {port}");
                Try(() => cluster.Change<Service>(key, s => s with { Spec = s.Spec with { Ports = [s.Spec.Ports[0] with { Port = port }] } }));
                break;
            case 1:
                chronicle.Note($"lets service {key} choose the pods of {chosen.Name}");
                Try(() => cluster.Change<Service>(key, s => s with { Spec = s.Spec with { Selector = Applications.Labels(chosen) } }));
                break;
            default:
                chronicle.Note($"deletes service {key}");
                Try(() => cluster.Do(api => api.DeleteAsync<Service>(key, null, default)));
                break;
        }
    }

    /// <summary>What some pods need is removed, or made again.</summary>
    public void ChangeSettings()
    {
        if (cluster.Caches.ConfigMaps.Find(Applications.Settings) is null)
        {
            MakeSettings();
        }
        else
        {
            chronicle.Note("deletes the settings");
            Try(() => cluster.Do(api => api.DeleteAsync<ConfigMap>(Applications.Settings, null, default)));
        }
    }

    public void MakeSettings()
    {
        chronicle.Note("makes the settings");
        Try(() => cluster.Do(api => api.CreateAsync(Applications.SettingsMap(), default)));
    }

    /// <summary>A machine's object is removed; the machine is there, and says so.</summary>
    public void DeleteNode()
    {
        var machine = Draw(cluster.Machines);
        chronicle.Note($"deletes node {machine.Name}");
        cluster.Meddled.UnionWith(cluster.Caches.PodsByNode.Find(machine.Name).Select(pod => pod.Metadata.Uid!));
        Try(() => cluster.Do(api => api.DeleteAsync<Objects.Core.Node>(new("", machine.Name), null, default)));
    }

    /// <summary>The team's namespace goes with all that is in it, or is made again.</summary>
    public void ChangeNamespace()
    {
        const string Name = Applications.TeamNamespace;
        if (cluster.Caches.Namespaces.Find(new("", Name)) is null)
        {
            MakeNamespace();
        }
        else if (random.Next(3) == 0)
        {
            chronicle.Note($"deletes namespace {Name}");
            Try(() => cluster.Do(api => api.DeleteAsync<Namespace>(new("", Name), null, default)));
        }
    }

    public void MakeNamespace()
    {
        chronicle.Note($"makes namespace {Applications.TeamNamespace}");
        Try(() => cluster.Do(api => api.CreateAsync(Applications.Namespace(Applications.TeamNamespace), default)));
    }

    public void Cordon()
    {
        var machine = Draw(cluster.Machines);
        chronicle.Note($"cordons {machine.Name}");
        SetUnschedulable(true);
        chronicle.After(10, 300, $"uncordons {machine.Name}", () => SetUnschedulable(false));

        // Nobody can write a node's object while there is no server, or no room on its disk.
        void SetUnschedulable(bool value)
        {
            if (cluster.Server is null || !Try(() => cluster.Change<Objects.Core.Node>(new("", machine.Name), n => n with { Spec = n.Spec with { Unschedulable = value } })))
            {
                chronicle.After(10, 60, $"uncordons {machine.Name}", () => SetUnschedulable(false));
            }
        }
    }

    /// <summary>Asks for nothing that the cluster cannot give: good images, and no more pods than have room.</summary>
    public void BecomeModest()
    {
        if (cluster.Caches.ConfigMaps.Find(Applications.Settings) is null)
        {
            MakeSettings();
        }

        foreach (var pod in cluster.Caches.Pods.Items.Where(p => p.Metadata.OwnerReferences.IsEmpty))
        {
            chronicle.Note($"deletes pod {ObjectKey.Of(pod)}, which is nobody's");
            Try(() => cluster.Do(api => api.DeleteAsync<Pod>(ObjectKey.Of(pod), null, default)));
        }

        foreach (var set in Workload.All(cluster.Caches).Where(w => !w.RollsOut && Registry.Bad.Contains(w.Image)))
        {
            chronicle.Note($"deletes {set}, which nobody can mend");
            Try(() => set.Delete(cluster, "Background"));
        }

        foreach (var workload in Workload.All(cluster.Caches).Where(w => w.RollsOut && Registry.Bad.Contains(w.Image)))
        {
            chronicle.Note($"gives {workload} a good image");
            workload.RollOut(cluster, Registry.Good[0]);
        }

        // One that keeps an order waits for each pod before it changes another, and for one that cannot run for ever.
        cluster.Loop.RunFor(TimeSpan.FromSeconds(2));
        foreach (var pod in Workload.All(cluster.Caches).Where(w => w.Item is StatefulSet).SelectMany(w => w.Pods(cluster.Caches)).Where(p => Registry.Bad.Contains(p.Spec.Containers[0].Image!)))
        {
            chronicle.Note($"deletes pod {ObjectKey.Of(pod)}, which never runs");
            Try(() => cluster.Do(api => api.DeleteAsync<Pod>(ObjectKey.Of(pod), null, default)));
        }

        MakeRoom();
    }

    // In thousandths of a processor. A rollout needs room beside what there is: two pods each; and of what is left some is in pieces.
    private void MakeRoom()
    {
        var all = Workload.All(cluster.Caches);
        var room = (cluster.Machines.Count * SimulatedObserver.Processors * 700) - all.Sum(w => w.Millis * (w.Replicas is null ? cluster.Machines.Count + 1 : 2));
        foreach (var workload in all.Where(w => w.Replicas is not null))
        {
            var wanted = cluster.Stored.Find<HorizontalPodAutoscaler>(workload.Key)?.Spec.MaxReplicas ?? workload.Replicas!.Value;
            var fits = Math.Max(0, Math.Min(wanted, room / workload.Millis));
            room -= fits * workload.Millis;
            if (fits < wanted)
            {
                chronicle.Note($"scales {workload} to {fits}, as all that has room");
                Try(() => cluster.Do(api => api.DeleteAsync<HorizontalPodAutoscaler>(workload.Key, null, default)));
                workload.Scale(cluster, fits);
            }
        }
    }

    private bool HasNamespace(string name) => cluster.Caches.Namespaces.Find(new("", name)) is { Metadata.DeletionTimestamp: null };

    private Workload? DrawWorkload(Func<Workload, bool> fits) =>
        Workload.All(cluster.Caches).Where(w => !w.IsLeaving && fits(w)).ToList() is { Count: > 0 } all ? Draw(all) : null;

    private T Draw<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    /// <summary>What was there a moment ago may be gone, or going, or back; or the server's disk is full.</summary>
    /// <returns>Whether it was done.</returns>
    public static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict || e.IsAlreadyExists || e.Code is 403 or 429 or 503)
        {
            // A user would read it and shrug.
            return false;
        }
    }
}

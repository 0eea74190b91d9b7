using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>Users who change the labels of pods: one leaves its owner, to be looked at in peace; another is taken in by an owner.</summary>
internal sealed class Strays(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    private const string HashLabel = "pod-template-hash";

    public void Relabel()
    {
        var pods = cluster.Caches.Pods.Items.Where(MayBeTakenIn).ToList();
        if (pods.Count == 0)
        {
            return;
        }

        var drawn = pods[random.Next(pods.Count)];
        var pod = ObjectKey.Of(drawn);
        var names = Applications.Keys.Where(k => k.Namespace == pod.Namespace && MayBeOf(drawn, k.Name)).Select(k => k.Name).Append("stray").ToList();
        var name = names[random.Next(names.Count)];
        cluster.Meddled.Add(drawn.Metadata.Uid!);
        chronicle.Note($"labels pod {pod} as one of {name}");
        Users.Try(() => cluster.Change<Pod>(pod, p => p with { Metadata = p.Metadata with { Labels = p.Metadata.Labels.With("app", name) } }));
    }

    // Who takes in a pod under a name that another needs keeps it, and the other waits for ever.
    private static bool MayBeOf(Pod pod, string application) =>
        pod.Metadata.Name!.Split('-')[0] is var own && (own == application || !Applications.IsNumbered(own));

    // A pod of a deployment that left and came back would be one too many for a moment, and one that cannot run would be kept by whoever
    // takes it in, with nobody to roll it out to something better: neither is the cluster's fault.
    private static bool MayBeTakenIn(Pod pod) =>
        (pod.Metadata.Labels.Find(HashLabel) is null || pod.Metadata.OwnerReferences.Count > 0)
        && !pod.Metadata.OwnerReferences.Any(o => o.Kind == nameof(Job))
        && !pod.Spec.Containers.Any(c => Registry.Bad.Contains(c.Image));
}

using System.Globalization;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>Users who put volumes on a shelf and claim them, more of the one or of the other, and who clear claims away. All of it needs the server.</summary>
internal sealed class Storekeepers(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    // As many as the pods of a workload may come to want.
    private const int Spare = 8;

    private int _made;

    public void MakeVolume()
    {
        var volume = Classes.Volume(NewName("shelf"));
        if (random.Next(3) == 0)
        {
            // For a claim of that name alone, which may be there or not.
            volume = volume with { Spec = volume.Spec with { ClaimRef = new() { Namespace = "default", Name = NameOfSomeClaim() } } };
        }

        Make(volume);
    }

    public void MakeClaim()
    {
        var claim = Classes.Claim(NameOfSomeClaim(), Classes.Shelf);
        var space = random.Next(3) == 0 ? Applications.TeamNamespace : "default";
        claim = claim with
        {
            Metadata = claim.Metadata with { Namespace = space },
            Spec = claim.Spec with { VolumeName = random.Next(3) == 0 && Draw(Volumes()) is { } chosen ? chosen.Metadata.Name : null },
        };
        chronicle.Note($"makes claim {ObjectKey.Of(claim)}{(claim.Spec.VolumeName is { } name ? $" for volume {name}" : "")}");
        Users.Try(() => cluster.Do(api => api.CreateAsync(claim, default)));
    }

    /// <summary>Of the shelf, or one that pods keep their data on.</summary>
    public void DeleteClaim()
    {
        if (Draw([.. cluster.Stored.All<PersistentVolumeClaim>().Where(c => c.Metadata.DeletionTimestamp is null)]) is { } claim)
        {
            chronicle.Note($"deletes claim {ObjectKey.Of(claim)}");
            Users.Try(() => cluster.Do(api => api.DeleteAsync<PersistentVolumeClaim>(ObjectKey.Of(claim), null, default)));
        }
    }

    /// <summary>It asks for more room than it has; or for more still, while it is being given that.</summary>
    public void GrowClaim()
    {
        if (Draw([.. cluster.Stored.All<PersistentVolumeClaim>().Where(c => c is { Metadata.DeletionTimestamp: null, Status.Phase: PersistentVolumeClaimPhase.Bound })]) is { } claim)
        {
            var size = VolumeBinding.SizeOf(claim) + Quantity.Parse($"{random.Next(1, 4)}Gi");
            chronicle.Note($"asks for {size} for claim {ObjectKey.Of(claim)}");
            Users.Try(() => cluster.Change<PersistentVolumeClaim>(ObjectKey.Of(claim), c => c with { Spec = c.Spec with { Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, size)) } } }));
        }
    }

    /// <summary>A volume whose claim is gone is put back on the shelf, or away.</summary>
    public void ClearVolume()
    {
        if (Draw([.. Volumes().Where(v => v.Status.Phase is PersistentVolumePhase.Released or PersistentVolumePhase.Available)]) is not { } volume)
        {
            return;
        }

        var key = ObjectKey.Of(volume);
        if (volume.Status.Phase == PersistentVolumePhase.Released && random.Next(2) == 0)
        {
            chronicle.Note($"empties volume {key} and puts it back on the shelf");
            cluster.Data.Wipe(volume);
            Users.Try(() => cluster.Change<PersistentVolume>(key, v => v.Status.Phase == PersistentVolumePhase.Released ? v with { Spec = v.Spec with { ClaimRef = null } } : v));
        }
        else
        {
            chronicle.Note($"puts volume {key} away");
            Users.Try(() => cluster.Do(api => api.DeleteAsync<PersistentVolume>(key, null, default)));
        }
    }

    /// <summary>Lets go of what is to go, and puts enough on the shelf for all.</summary>
    public void BecomeModest()
    {
        var waiting = cluster.Stored.All<PersistentVolumeClaim>().Count(c => c.Spec.StorageClassName == Classes.Shelf && c.Status.Phase != PersistentVolumeClaimPhase.Bound);
        for (var free = Volumes().Count(v => v.Spec.ClaimRef is null); free < waiting + Spare; free++)
        {
            Make(Classes.Volume(NewName("shelf")));
        }

        var going = cluster.Stored.All<PersistentVolumeClaim>().Where(c => c.Metadata.DeletionTimestamp is not null).Select(ObjectKey.Of).ToHashSet();
        foreach (var pod in cluster.Stored.All<Pod>().Where(p => PodClaims.Of(p).Any(going.Contains)).Select(ObjectKey.Of))
        {
            chronicle.Note($"deletes pod {pod}, whose claim is to go");
            Users.Try(() => cluster.Do(api => api.DeleteAsync<Pod>(pod, null, default)));
        }
    }

    private void Make(PersistentVolume volume)
    {
        chronicle.Note($"makes volume {volume.Metadata.Name}{(volume.Spec.ClaimRef is { } named ? $" for claim {named.Name}" : "")}");
        Users.Try(() => cluster.Do(api => api.CreateAsync(volume, default)));
    }

    private string NewName(string of) => string.Create(CultureInfo.InvariantCulture, $"{of}{++_made}");

    private string NameOfSomeClaim() => string.Create(CultureInfo.InvariantCulture, $"box{random.Next(6)}");

    private List<PersistentVolume> Volumes() =>
        [.. cluster.Stored.All<PersistentVolume>().Where(v => v.Spec.StorageClassName == Classes.Shelf && v.Metadata.DeletionTimestamp is null)];

    private T? Draw<T>(List<T> from) where T : class => from.Count == 0 ? null : from[random.Next(from.Count)];
}

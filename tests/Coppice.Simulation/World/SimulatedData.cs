using Coppice.Client;
using Coppice.Node.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Simulation.World;

/// <summary>
/// The disks of all machines, and what pods keep on the volumes of their claims: whose they are. It must be there whenever a pod comes
/// again, for as long as there is the claim, and on no volume that another claim is given.
/// </summary>
internal sealed class SimulatedData : IDisposable
{
    // Of the process, so that a seed writes the same paths twice.
    private readonly string _root;
    private readonly HashSet<string> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ClaimUse>> _uses = new(StringComparer.Ordinal);

    /// <param name="name">Of two at once in one process.</param>
    public SimulatedData(string name = "life")
    {
        _root = Path.Combine(Path.GetTempPath(), $"coppice-simulation-{Environment.ProcessId}-{name}");
        Dispose();
    }

    /// <summary>What went wrong with anybody's data; null if nothing.</summary>
    public string? Problem { get; private set; }

    public string RootOf(string machine) => Path.Combine(_root, machine);

    /// <summary>The claims that the pod of a uid came to use, on whatever machine.</summary>
    public IReadOnlyList<ClaimUse> UsesOf(string uid) => _uses.GetValueOrDefault(uid) ?? [];

    /// <summary>A user empties a volume that is reached from every machine.</summary>
    public void Wipe(PersistentVolume volume)
    {
        if (Directory.Exists(ShelfOf(volume)))
        {
            Directory.Delete(ShelfOf(volume), recursive: true);
        }
    }

    /// <summary>A pod comes to its volumes.</summary>
    /// <exception cref="HostResourceException">One of them is not to be had yet.</exception>
    public async ValueTask UseAsync(IApiClient api, Pod pod, CancellationToken stop)
    {
        try
        {
            foreach (var key in PodClaims.Of(pod))
            {
                var claim = await api.FindAsync<PersistentVolumeClaim>(key, stop) ?? throw Failed($"claim {key} is not there");
                var volume = claim is { Metadata.DeletionTimestamp: null, Status.Phase: PersistentVolumeClaimPhase.Bound, Spec.VolumeName: { Length: > 0 } name }
                    ? await api.FindAsync<PersistentVolume>(new("", name), stop)
                    : null;
                Use(pod, claim, volume?.Spec.ClaimRef?.Uid == claim.Metadata.Uid ? volume! : throw Failed($"claim {key} has no volume"));
            }
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException)
        {
            throw Failed(e.Message);
        }
    }

    /// <inheritdoc cref="UseAsync"/>
    public void Use(Pod pod, PersistentVolumeClaim claim, PersistentVolume volume)
    {
        var path = volume.Spec.Local?.Path ?? Directory.CreateDirectory(ShelfOf(volume)).FullName;
        if (!Directory.Exists(path))
        {
            throw Failed($"path \"{path}\" does not exist");
        }

        Note(pod.Metadata.Uid!, new(ObjectKey.Of(claim), claim.Metadata.Uid!, claim.Spec.AccessModes[0]));
        var (file, owner) = (Path.Combine(path, "owner"), $"{ObjectKey.Of(claim)} {claim.Metadata.Uid}");
        if (File.Exists(file))
        {
            var found = File.ReadAllText(file);
            Problem ??= found == owner ? null : $"pod {ObjectKey.Of(pod)} found on the volume of {owner} what is of {found}";
        }
        else if (_owners.Add(owner))
        {
            File.WriteAllText(file, owner);
        }
        else
        {
            Problem ??= $"pod {ObjectKey.Of(pod)} does not find what {owner} had";
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    private static HostResourceException Failed(string why) => new("FailedMount", $"MountVolume.SetUp failed for volume \"data\" : {why}");

    private string ShelfOf(PersistentVolume volume) => Path.Combine(_root, Classes.Shelf, volume.Metadata.Name!);

    private void Note(string pod, ClaimUse use)
    {
        if (!_uses.TryGetValue(pod, out var uses))
        {
            _uses[pod] = uses = [];
        }

        if (!uses.Contains(use))
        {
            uses.Add(use);
        }
    }
}

/// <summary>A claim that a pod writes to.</summary>
/// <param name="Mode">By whom it may be used at once.</param>
internal sealed record ClaimUse(ObjectKey Claim, string Uid, string Mode)
{
    public bool IsForOneMachine => Mode is PersistentVolumeAccessMode.ReadWriteOnce or PersistentVolumeAccessMode.ReadWriteOncePod;

    public bool IsForOnePod => Mode == PersistentVolumeAccessMode.ReadWriteOncePod;
}

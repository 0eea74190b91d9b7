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
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"coppice-simulation-{Environment.ProcessId}");
    private readonly HashSet<string> _owners = new(StringComparer.Ordinal);

    public SimulatedData() => Dispose();

    /// <summary>What went wrong with anybody's data; null if nothing.</summary>
    public string? Problem { get; private set; }

    public string RootOf(string machine) => Path.Combine(_root, machine);

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
                Use(pod, claim, volume?.Spec.ClaimRef?.Uid == claim.Metadata.Uid ? volume!.Spec.Local!.Path : throw Failed($"claim {key} has no volume"));
            }
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException)
        {
            throw Failed(e.Message);
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

    private void Use(Pod pod, PersistentVolumeClaim claim, string path)
    {
        if (!Directory.Exists(path))
        {
            throw Failed($"path \"{path}\" does not exist");
        }

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
}

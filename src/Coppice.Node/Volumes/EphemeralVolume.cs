using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>ephemeral volumes: those of a claim that is made for the pod alone, and goes with it.</summary>
internal sealed class EphemeralVolume : IVolumePlugin
{
    public string Source => "ephemeral";

    public string DirectoryName => "local-volume";

    public bool Owns(Volume volume) => volume.Ephemeral is not null;

    public ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop) => ClaimVolume.MountAsync(setup);
}

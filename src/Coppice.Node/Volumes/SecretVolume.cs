using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>secret volumes: the keys of a Secret as files, in memory.</summary>
internal sealed class SecretVolume : IVolumePlugin
{
    public string Source => "secret";

    public string DirectoryName => "secret";

    public bool IsReadOnly => true;

    public bool IsFollowed => true;

    public bool Owns(Volume volume) => volume.Secret is not null;

    public IEnumerable<VolumeObject> FilledFrom(Volume volume, string space) => [VolumeObject.OfSecret(space, volume.Secret!.SecretName)];

    public async ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop)
    {
        var source = setup.Volume.Secret!;
        var content = new VolumeContent(setup.Pod, setup.Sources);
        await content.AddSecretAsync(source.SecretName, source.Items, source.DefaultMode, source.Optional);
        return FilledDirectory.WriteInMemory(setup, content.Files);
    }
}

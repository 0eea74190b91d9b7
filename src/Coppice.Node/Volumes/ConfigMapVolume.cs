using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>configMap volumes: the keys of a ConfigMap as files.</summary>
internal sealed class ConfigMapVolume : IVolumePlugin
{
    public string Source => "configMap";

    public string DirectoryName => "configmap";

    public bool IsReadOnly => true;

    public bool IsFollowed => true;

    public bool Owns(Volume volume) => volume.ConfigMap is not null;

    public IEnumerable<VolumeObject> FilledFrom(Volume volume, string space) => [VolumeObject.OfMap(space, volume.ConfigMap!.Name)];

    public async ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop)
    {
        var source = setup.Volume.ConfigMap!;
        var content = new VolumeContent(setup.Pod, setup.Sources);
        await content.AddMapAsync(source.Name, source.Items, source.DefaultMode, source.Optional);
        return FilledDirectory.Write(setup, content.Files);
    }
}

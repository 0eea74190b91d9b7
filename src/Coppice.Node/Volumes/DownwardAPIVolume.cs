using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>downwardAPI volumes: fields of the pod as files.</summary>
internal sealed class DownwardAPIVolume : IVolumePlugin
{
    public string Source => "downwardAPI";

    public string DirectoryName => "downward-api";

    public bool IsReadOnly => true;

    public bool IsFollowed => true;

    public bool Owns(Volume volume) => volume.DownwardAPI is not null;

    public ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop)
    {
        var source = setup.Volume.DownwardAPI!;
        var content = new VolumeContent(setup.Pod, setup.Sources);
        content.AddFields(source.Items, source.DefaultMode);
        return ValueTask.FromResult(FilledDirectory.Write(setup, content.Files));
    }
}

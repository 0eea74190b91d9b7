using Coppice.Node.Containers;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>Every kind of volume that this node has. To add one, add a line.</summary>
internal static class VolumePlugins
{
    public static readonly IReadOnlyList<IVolumePlugin> All =
    [
        new ClaimVolume(),
        new ConfigMapVolume(),
        new DownwardAPIVolume(),
        new EmptyDirVolume(),
        new EphemeralVolume(),
        new HostPathVolume(),
        new ImageVolume(),
        new ProjectedVolume(),
        new SecretVolume(),
    ];

    /// <summary>Null for a kind that this node does not have.</summary>
    public static IVolumePlugin? Find(Volume volume) => All.FirstOrDefault(one => one.Owns(volume));

    /// <exception cref="ContainerConfigException">This node does not have that kind.</exception>
    public static IVolumePlugin Of(Volume volume) => Find(volume) ?? throw new ContainerConfigException(
        $"no volume plugin matched: this node supports {string.Join(", ", All.SkipLast(1).Select(one => one.Source))} and {All[^1].Source}");
}

using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>
/// One kind of volume: whose it is, and what it is on this machine. Holds nothing of its own: what it needs is in the setup.
/// Of one pod, one volume at a time is prepared; when the pod goes, all that is mounted in its directory is unmounted and deleted.
/// </summary>
internal interface IVolumePlugin
{
    /// <summary>The field of a volume that it is for, as users write it: configMap.</summary>
    string Source { get; }

    /// <summary>What Kubernetes calls it in the paths of its directories: configmap.</summary>
    string DirectoryName { get; }

    /// <summary>Whether no container may write to it, whatever its mount says.</summary>
    bool IsReadOnly => false;

    /// <summary>Whether what is in it follows the cluster: it is prepared again with every change, as long as its directory is there.</summary>
    bool IsFollowed => false;

    bool Owns(Volume volume);

    /// <summary>The objects that a volume is filled from, there or not; without what is the pod's own (downwardAPI, tokens).</summary>
    IEnumerable<VolumeObject> FilledFrom(Volume volume, string space) => [];

    /// <summary>Makes a volume, or brings it up to date; returns its path on the host. Safe to repeat.</summary>
    /// <exception cref="Containers.ContainerConfigException">It cannot be made; the message says why in Kubernetes' words. So does one of I/O or of the API.</exception>
    ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop);
}

/// <summary>A volume to make, and all that is there to make it with.</summary>
/// <param name="Directory">Its own. Nobody has made it yet, nor what is above it, but the pod's.</param>
/// <param name="Tokens">Of all pods of the node.</param>
/// <param name="Images">Null where no files of images can be shown.</param>
internal sealed record VolumeSetup(Pod Pod, Volume Volume, string Directory, PodVolumeSources Sources, PodTokens Tokens, TimeProvider Time, ImageFiles? Images);

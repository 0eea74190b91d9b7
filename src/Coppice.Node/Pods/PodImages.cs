using Coppice.Node.Images;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>Sees to it that the images of a pod are on the node: those of its containers, and those of its volumes.</summary>
internal sealed class PodImages(PodServices services, PodEvents events)
{
    public async ValueTask<ImageOutcome> EnsureAsync(Pod pod, PodContainer container, CancellationToken drop)
    {
        var request = await RequestAsync(pod, container.Spec.Image, container.Spec.ImagePullPolicy);
        return await services.Images.EnsureAsync(request, one => events.Image(container, one), drop);
    }

    /// <summary>One after the other, as their directories are made.</summary>
    /// <exception cref="VolumeImageException">One is not to be had yet.</exception>
    public async ValueTask EnsureVolumesAsync(Pod pod, CancellationToken drop)
    {
        foreach (var volume in pod.Spec.Volumes)
        {
            if (volume.Image is { } image
                && await services.Images.TryEnsureAsync(await RequestAsync(pod, image.Reference, image.PullPolicy), events.VolumeImage, drop) is ImageOutcome.Waiting waiting)
            {
                throw new VolumeImageException(waiting);
            }
        }
    }

    private async ValueTask<ImageRequest> RequestAsync(Pod pod, string? image, string? policy)
    {
        var secrets = new List<Secret>();
        foreach (var reference in pod.Spec.ImagePullSecrets)
        {
            if (await services.Sources.Secret(pod.Metadata.Namespace ?? "", reference.Name ?? "") is { } secret)
            {
                secrets.Add(secret);
            }
        }

        return new ImageRequest(pod.Metadata.Uid ?? "", image ?? "", policy, PullSecrets.Read(secrets));
    }
}

/// <summary>The image of a volume is not on the node. The containers of the pod wait for it as they would for their own.</summary>
internal sealed class VolumeImageException(ImageOutcome.Waiting waiting) : Exception(waiting.Message)
{
    public ImageOutcome.Waiting Waiting => waiting;
}

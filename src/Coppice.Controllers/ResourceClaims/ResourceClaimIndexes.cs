using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.ResourceClaims;

internal static class ResourceClaimIndexes
{
    /// <summary>The keys, as text, of the claims of devices that a pod uses.</summary>
    public static readonly Func<Pod, IEnumerable<string>> ByClaim = pod => DeviceClaims.Of(pod).Select(claim => claim.ToString());

    /// <summary>The keys, as text, of the templates that a pod's claims are made from.</summary>
    public static readonly Func<Pod, IEnumerable<string>> ByTemplate = pod => pod.Spec.ResourceClaims
        .Select(entry => entry.ResourceClaimTemplateName)
        .OfType<string>()
        .Select(name => new ObjectKey(pod.Metadata.Namespace ?? "", name).ToString());
}

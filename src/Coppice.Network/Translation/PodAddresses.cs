using Coppice.Objects.Core;

namespace Coppice.Network.Translation;

/// <summary>The addresses that a pod is said to have.</summary>
internal static class PodAddresses
{
    /// <summary>One of each family; what an older server wrote has the first alone.</summary>
    public static IEnumerable<string?> Of(Pod pod) => pod.Status.PodIPs.IsEmpty ? [pod.Status.PodIP] : pod.Status.PodIPs.Select(one => (string?)one.Ip);
}

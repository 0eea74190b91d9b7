using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>When an image is pulled, where its owner did not say.</summary>
internal static class ImagePull
{
    /// <summary>An image that is named "latest", or not at all, may have changed since it was last pulled.</summary>
    public static string DefaultPolicy(string? image) => IsLatest(image ?? "") ? PullPolicy.Always : PullPolicy.IfNotPresent;

    private static bool IsLatest(string image)
    {
        var digest = image.IndexOf('@');
        var name = digest < 0 ? image : image[..digest];
        // A colon before the last slash belongs to the registry's port.
        var colon = name.IndexOf(':', name.LastIndexOf('/') + 1);
        return colon < 0 ? digest < 0 && name.Length > 0 : name[(colon + 1)..] == "latest";
    }
}

using Coppice.Node.Host;
using Coppice.Node.Runtime.Containerd;

namespace Coppice.Node.Images;

/// <summary>
/// The image of a pod's first process, which holds the pod's namespaces and reaps orphans: catatonit, one static binary of the
/// distribution, which does just that when started with -P.
/// </summary>
public static class PauseImage
{
    public const string Name = "coppice.local/pause:1";

    /// <exception cref="Runtime.RuntimeException">catatonit is not installed.</exception>
    public static ImageRecipe Recipe()
    {
        var binary = File.ReadAllBytes(HostProgram.Catatonit.Require());
        return new ImageRecipe(Name, [new ImageFile("/pause", binary)]) { Entrypoint = ["/pause", "-P"] };
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>Tells whether a container was made from another spec. As in Kubernetes only the name and the image count: all else of a running pod cannot change, or needs no restart.</summary>
public static class ContainerHash
{
    public static string Of(Container container)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{container.Name}\n{container.Image}"));
        return BinaryPrimitives.ReadUInt32BigEndian(digest).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
    }
}

using System.Runtime.InteropServices;

namespace Coppice.Network.NodeRoutes;

/// <summary>The numbers that the kernel knows network devices by, in the namespace of the calling thread.</summary>
internal static partial class DeviceIndex
{
    /// <summary>Null if there is no such device.</summary>
    public static int? Find(string name) => NameToIndex(name) is > 0 and var index ? index : null;

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NameToIndex(string name);
}

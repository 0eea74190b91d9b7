using Coppice.Node.Runtime;

namespace Coppice.Node.Devices.Cdi;

/// <summary>What a driver named is in no specification on this machine, or cannot be given to a container.</summary>
public sealed class UnresolvableDevicesException(string message) : RuntimeException(message);

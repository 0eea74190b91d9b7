using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network.Translation;

/// <summary>The API objects that the network follows from, as they are at one moment.</summary>
/// <param name="Pods">Those of this node are enough: their host ports are wanted.</param>
/// <param name="Namespaces">Names of the namespaces that exist; DNS says of others that they don't.</param>
public sealed record NetworkObjects(
    IEnumerable<Service> Services, IEnumerable<EndpointSlice> EndpointSlices, IEnumerable<Pod> Pods, IEnumerable<string> Namespaces);

using Coppice.Objects;
using Coppice.Objects.Coordination;

namespace Coppice.ApiServer.Strategies;

/// <summary>Leases.</summary>
internal sealed class LeaseRules : KindStrategy<Lease>
{
}

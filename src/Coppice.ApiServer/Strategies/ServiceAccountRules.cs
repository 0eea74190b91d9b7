using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>ServiceAccounts.</summary>
internal sealed class ServiceAccountRules : KindStrategy<ServiceAccount>
{
}

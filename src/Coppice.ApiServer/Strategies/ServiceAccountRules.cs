using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>ServiceAccounts have nothing to fill in and nothing to check.</summary>
internal sealed class ServiceAccountRules : KindStrategy<ServiceAccount>;

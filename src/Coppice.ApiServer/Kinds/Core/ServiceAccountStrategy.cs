using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>ServiceAccounts have nothing to fill in and nothing to check.</summary>
internal sealed class ServiceAccountStrategy : KindStrategy<ServiceAccount>;

using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>ConfigMaps.</summary>
internal sealed class ConfigMapRules : KindStrategy<ConfigMap>
{
}

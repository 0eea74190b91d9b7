using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Configuration that pods read.</summary>
internal static class ConfigMapKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<ConfigMap>(), new ConfigMapStrategy(), new ConfigMapTable());
}

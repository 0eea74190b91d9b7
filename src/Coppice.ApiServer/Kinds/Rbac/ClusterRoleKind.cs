using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>Rights in the whole cluster, or for a namespace to refer to.</summary>
internal static class ClusterRoleKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<ClusterRole>(), new ClusterRoleStrategy(), new RoleTable<ClusterRole>())
    {
        NameRule = Names.PathSegment,
        IsMadeByUpdate = true,
    };
}

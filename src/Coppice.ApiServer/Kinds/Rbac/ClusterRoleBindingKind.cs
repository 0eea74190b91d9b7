using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>Who has which rights in the whole cluster.</summary>
internal static class ClusterRoleBindingKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<ClusterRoleBinding>(), new ClusterRoleBindingStrategy(), new RoleBindingTable<ClusterRoleBinding>(b => (b.RoleRef, b.Subjects)))
    {
        NameRule = Names.PathSegment,
        IsMadeByUpdate = true,
    };
}

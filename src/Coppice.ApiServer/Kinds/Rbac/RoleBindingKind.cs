using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>Who has which rights inside a namespace.</summary>
internal static class RoleBindingKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<RoleBinding>(), new RoleBindingStrategy(), new RoleBindingTable<RoleBinding>(b => (b.RoleRef, b.Subjects)))
    {
        NameRule = Names.PathSegment,
        IsMadeByUpdate = true,
    };
}

using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>Rights inside a namespace.</summary>
internal static class RoleKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<Role>(), new RoleStrategy(), new RoleTable<Role>())
    {
        NameRule = Names.PathSegment,
        IsMadeByUpdate = true,
    };
}

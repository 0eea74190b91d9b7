using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Whether the parts of the control plane work, as old clients ask for it.</summary>
public static class ComponentStatusKind
{
    public static ServedKind From(IObjectSource source) => new(UnstoredKinds.ComponentStatus, new KindStrategy<ComponentStatus>(), new ComponentStatusTable())
    {
        Source = source,
        Verbs = ServedKind.ReadVerbs,
    };
}

using Coppice.Objects;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Kinds.Flowcontrol;

/// <summary>How many requests of one importance are served at a time.</summary>
internal static class PriorityLevelConfigurationKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<PriorityLevelConfiguration>();

    public static ServedKind Served { get; } = new(Kind, new PriorityLevelConfigurationStrategy(), new PriorityLevelConfigurationTable())
    {
        Subresources = [Subresource.Status(Kind)],
    };
}

using Coppice.Objects;
using Coppice.Objects.Coordination;

namespace Coppice.ApiServer.Kinds.Coordination;

/// <summary>Who holds an office, and until when.</summary>
internal static class LeaseKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<Lease>(), new LeaseStrategy(), new LeaseTable())
    {
        IsMadeByUpdate = true,
        NeedsVersion = true,
    };
}

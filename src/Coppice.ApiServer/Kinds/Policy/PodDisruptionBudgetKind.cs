using Coppice.Objects;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Kinds.Policy;

/// <summary>How many pods may be evicted at a time.</summary>
internal static class PodDisruptionBudgetKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<PodDisruptionBudget>();

    public static ServedKind Served { get; } = new(Kind, new PodDisruptionBudgetStrategy(), new PodDisruptionBudgetTable())
    {
        NeedsVersion = true,
        Subresources = [Subresource.Status(Kind)],
    };
}

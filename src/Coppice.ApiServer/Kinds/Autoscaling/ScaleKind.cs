using Coppice.Objects;
using Coppice.Objects.Autoscaling;

namespace Coppice.ApiServer.Kinds.Autoscaling;

/// <summary>The number of replicas of a workload, without the rest of it: a view that is never stored.</summary>
internal static class ScaleKind
{
    public static ServedKind Served { get; } = new(UnstoredKinds.Scale, new KindStrategy<Scale>(), new ScaleTable());
}

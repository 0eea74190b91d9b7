using Coppice.Objects;
using Coppice.Objects.Autoscaling;

namespace Coppice.ApiServer.Kinds.Autoscaling;

/// <summary>What keeps the number of a workload's pods by the use of their processors: the older version.</summary>
internal static class HorizontalPodAutoscalerKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<HorizontalPodAutoscaler>();

    public static ServedKind Served { get; } = new(Kind, new HorizontalPodAutoscalerStrategy(), new HorizontalPodAutoscalerTable())
    {
        Subresources = [Subresource.Status(Kind)],
    };
}

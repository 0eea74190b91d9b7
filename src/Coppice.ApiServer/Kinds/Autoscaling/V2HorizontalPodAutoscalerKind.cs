using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;

namespace Coppice.ApiServer.Kinds.Autoscaling;

/// <summary>What keeps the number of a workload's pods by what is measured of them.</summary>
internal static class V2HorizontalPodAutoscalerKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<HorizontalPodAutoscaler>();

    public static ServedKind Served { get; } = new(Kind, new V2HorizontalPodAutoscalerStrategy(), new V2HorizontalPodAutoscalerTable())
    {
        Subresources = [Subresource.Status(Kind)],
    };
}

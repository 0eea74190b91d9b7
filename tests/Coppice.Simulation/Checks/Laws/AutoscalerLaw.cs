using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Autoscaling;
using Coppice.Simulation.World;
using HorizontalPodAutoscaler = Coppice.Objects.Autoscaling.V2.HorizontalPodAutoscaler;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>Nothing is scaled by what it uses beyond the bounds of its autoscaler.</summary>
internal sealed class AutoscalerLaw : ILaw
{
    private readonly StoredWorld _world;

    public AutoscalerLaw(StoredWorld world, SimulatedApi api)
    {
        _world = world;

        // Users here scale what they want by its own object.
        api.Asked = write =>
        {
            if (write is ObjectWrite.Update { Subresource: "scale", Item: Scale scale })
            {
                LookAtScale(scale);
            }
        };
    }

    public void Look(Write write)
    {
        // Bounds that were changed meanwhile were others when it was decided.
        if (write is { Old: HorizontalPodAutoscaler old, New: HorizontalPodAutoscaler autoscaler }
            && autoscaler.Status.DesiredReplicas != old.Status.DesiredReplicas
            && _world.FindBefore<HorizontalPodAutoscaler>(ObjectKey.Of(autoscaler))?.Spec == autoscaler.Spec)
        {
            Require(autoscaler, autoscaler.Status.DesiredReplicas);
        }
    }

    private static void Require(HorizontalPodAutoscaler autoscaler, int replicas)
    {
        if (replicas != 0 && (replicas < (autoscaler.Spec.MinReplicas ?? 1) || replicas > autoscaler.Spec.MaxReplicas))
        {
            throw new InvalidOperationException($"autoscaler {ObjectKey.Of(autoscaler)} wants {replicas}, from {autoscaler.Spec.MinReplicas} to {autoscaler.Spec.MaxReplicas}");
        }
    }

    private void LookAtScale(Scale scale)
    {
        if (_world.Find<HorizontalPodAutoscaler>(ObjectKey.Of(scale)) is { } autoscaler)
        {
            Require(autoscaler, scale.Spec.Replicas);
        }
    }
}

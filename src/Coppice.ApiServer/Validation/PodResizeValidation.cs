using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What may change of what a running pod and its containers may use: processor and memory, within its class of service.</summary>
internal static class PodResizeValidation
{
    private const string Frozen = "only cpu and memory resources are mutable";

    private static readonly FieldPath Path = FieldPath.Of("spec");

    private static readonly FieldPath Whole = FieldPath.Of("");

    /// <summary>Whether the containers are those of before, each in its place.</summary>
    public static bool AreTheSame(PodSpec spec, PodSpec old) =>
        spec.Containers.Select(c => c.Name).SequenceEqual(old.Containers.Select(c => c.Name))
        && spec.InitContainers.Select(c => c.Name).SequenceEqual(old.InitContainers.Select(c => c.Name));

    public static Findings<FieldError> Validate(PodSpec spec, Pod old)
    {
        if (old.Spec.Os?.Name == OSName.Windows)
        {
            return [FieldError.Forbidden(Whole, "windows pods cannot be resized")];
        }

        return !AreTheSame(spec, old.Spec)
            ? [FieldError.Forbidden(Path, Frozen)]
            :
            [
                .. FieldRules.If(
                    PodQos.Of(spec) != PodQos.Of(old.Spec),
                    () => FieldError.Invalid(Path, old.Status.QosClass, "Pod QOS Class may not change as a result of resizing")),
                .. Each(Path.Child("resources"), spec.Resources ?? new(), old.Spec.Resources ?? new(), Frozen),
                .. spec.InitContainers.SelectMany((c, i) => Init(Path.Child("initContainers").Index(i).Child("resources"), c, old.Spec.InitContainers[i])),
                .. spec.Containers.SelectMany((c, i) => Each(Path.Child("containers").Index(i).Child("resources"), c.Resources, old.Spec.Containers[i].Resources, Frozen)),
            ];
    }

    private static Findings<FieldError> Init(FieldPath path, Container container, Container old) => container.RestartPolicy == ContainerRestartPolicy.Always
        ? Each(path, container.Resources, old.Resources, "only cpu and memory resources for sidecar containers are mutable")
        : FieldRules.If(container != old, () => FieldError.Forbidden(Path, "resources for non-sidecar init containers are immutable"));

    private static Findings<FieldError> Each(FieldPath path, ResourceRequirements resources, ResourceRequirements old, string frozen) =>
    [
        .. FieldRules.If(
            IsMissing(resources.Requests, old.Requests), () => FieldError.Forbidden(path.Child("requests"), "resource requests cannot be removed")),
        .. FieldRules.If(IsMissing(resources.Limits, old.Limits), () => FieldError.Forbidden(path.Child("limits"), "resource limits cannot be removed")),
        .. FieldRules.If(Rest(resources) != Rest(old), () => FieldError.Forbidden(Path, frozen)),
    ];

    private static bool IsMissing(ValueMap<Quantity> amounts, ValueMap<Quantity> old) => old.Keys.Any(name => !amounts.ContainsKey(name));

    private static ResourceRequirements Rest(ResourceRequirements resources) => resources with { Requests = Rest(resources.Requests), Limits = Rest(resources.Limits) };

    private static ValueMap<Quantity> Rest(ValueMap<Quantity> amounts) => amounts.Without(ResourceName.Cpu).Without(ResourceName.Memory);
}

using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>What a claim asks for that does not say it.</summary>
internal static class DeviceDefaults
{
    public static ResourceClaimSpec Of(ResourceClaimSpec spec) => spec with
    {
        Devices = spec.Devices with
        {
            Requests = spec.Devices.Requests.ConvertAll(request => request with
            {
                Exactly = request.Exactly is { } exactly
                    ? exactly with { AllocationMode = Mode(exactly.AllocationMode), Count = Count(exactly.AllocationMode, exactly.Count), Tolerations = Of(exactly.Tolerations) }
                    : null,
                FirstAvailable = request.FirstAvailable.ConvertAll(choice => choice with
                {
                    AllocationMode = Mode(choice.AllocationMode),
                    Count = Count(choice.AllocationMode, choice.Count),
                    Tolerations = Of(choice.Tolerations),
                }),
            }),
        },
    };

    private static string Mode(string? mode) => mode ?? DeviceAllocationMode.ExactCount;

    private static long Count(string? mode, long count) => count == 0 && Mode(mode) == DeviceAllocationMode.ExactCount ? 1 : count;

    private static ValueList<DeviceToleration> Of(ValueList<DeviceToleration> tolerations) =>
        tolerations.ConvertAll(one => one with { Operator = one.Operator ?? DeviceTolerationOperator.Equal });
}

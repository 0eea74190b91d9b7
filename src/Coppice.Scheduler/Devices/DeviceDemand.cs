using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.Scheduler;

/// <summary>What one request of a claim comes to, by one of its choices if it has several.</summary>
/// <param name="Name">As the allocation calls it: "request", or "request/choice".</param>
/// <param name="Count">How many; null for all that there are.</param>
internal sealed record DeviceDemand(
    string Name,
    DeviceClass Class,
    ValueList<DeviceSelector> Selectors,
    long? Count,
    bool IsAdmin,
    ValueList<DeviceToleration> Tolerations,
    ValueMap<Quantity> Capacity)
{
    /// <summary>Where constraints and configurations of a claim name a request, they mean each of its choices.</summary>
    public bool IsNamedBy(ValueList<string> requests) => requests.IsEmpty || requests.Any(one => one == Name || Name.StartsWith(one + "/", StringComparison.Ordinal));

    /// <summary>The choices of a request, the best one first.</summary>
    /// <param name="problem">Why the request cannot be met, in Kubernetes' words; null for nothing.</param>
    public static IReadOnlyList<DeviceDemand> Of(DeviceRequest request, Func<string, DeviceClass?> classOf, out string? problem)
    {
        List<DeviceDemand> choices = [];
        problem = null;
        if (request.Exactly is { } exactly)
        {
            Add(request.Name, exactly.DeviceClassName, ref problem, found => new(
                request.Name, found, exactly.Selectors, CountOf(exactly.AllocationMode, exactly.Count), exactly.AdminAccess == true, exactly.Tolerations, exactly.Capacity?.Requests ?? default));
        }

        foreach (var choice in request.FirstAvailable)
        {
            var name = $"{request.Name}/{choice.Name}";
            Add(name, choice.DeviceClassName, ref problem, found => new(
                name, found, choice.Selectors, CountOf(choice.AllocationMode, choice.Count), false, choice.Tolerations, choice.Capacity?.Requests ?? default));
        }

        return choices;

        void Add(string name, string className, ref string? problem, Func<DeviceClass, DeviceDemand> make)
        {
            if (classOf(className) is { } found)
            {
                choices.Add(make(found));
            }
            else
            {
                problem ??= $"request {name}: device class {className} does not exist";
            }
        }
    }

    private static long? CountOf(string? mode, long count) => mode == DeviceAllocationMode.All ? null : Math.Max(1, count);
}

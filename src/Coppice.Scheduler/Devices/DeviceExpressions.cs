using Coppice.Cel.Devices;
using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.Scheduler;

/// <summary>The expressions of classes and claims, each read once. For one thread at a time.</summary>
internal sealed class DeviceExpressions
{
    // Of more there is hardly ever one that is asked for again; one takes some KiB.
    private const int KeptMax = 1_000;

    private readonly Dictionary<string, (DeviceExpression? Expression, string? Problem)> _known = new(StringComparer.Ordinal);

    /// <summary>Whether all of the selectors mean the device.</summary>
    /// <param name="error">What went wrong, in Kubernetes' words; null if nothing did.</param>
    public bool Mean(ValueList<DeviceSelector> selectors, OfferedDevice device, out string? error)
    {
        for (var index = 0; index < selectors.Count; index++)
        {
            if (selectors[index].Cel?.Expression is not { } text)
            {
                error = "CEL expression empty (unsupported selector type?)";
                return false;
            }

            var (expression, problem) = Read(text);
            var isMeant = expression?.Means(device.Name.Driver, device.Device, out problem) == true;
            if (problem is not null || !isMeant)
            {
                error = problem is null ? null : $"selector #{index}: {(expression is null ? "CEL compile error" : "CEL runtime error")}: {problem}";
                return false;
            }
        }

        error = null;
        return true;
    }

    private (DeviceExpression? Expression, string? Problem) Read(string text)
    {
        if (!_known.TryGetValue(text, out var known))
        {
            if (_known.Count >= KeptMax)
            {
                _known.Clear();
            }

            _known[text] = known = (DeviceExpression.Compile(text, out var problem), problem);
        }

        return known;
    }
}

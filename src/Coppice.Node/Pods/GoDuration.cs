using System.Globalization;

namespace Coppice.Node.Pods;

/// <summary>Writes durations as Kubernetes' messages have them: 10s, 1m20s, 5m0s.</summary>
internal static class GoDuration
{
    public static string Write(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        var (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        if (hours > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{hours}h{minutes}m{seconds % 60}s");
        }

        return minutes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds % 60}s") : string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
    }
}

namespace Coppice.ApiServer.Tables;

/// <summary>Durations as kubectl prints them: two units at most, the finer of them only while it matters.</summary>
public static class HumanDuration
{
    private const string Unknown = "<unknown>";

    /// <summary>The time since a moment; "&lt;unknown&gt;" if there was none.</summary>
    public static string Since(DateTimeOffset? then, DateTimeOffset now) => then is { } time ? Of(now - time) : Unknown;

    /// <summary>A second of difference between two clocks passes for none; more in the future is invalid.</summary>
    public static string Of(TimeSpan duration)
    {
        var seconds = duration.Ticks / TimeSpan.TicksPerSecond;
        var minutes = seconds / 60;
        var hours = minutes / 60;
        var days = hours / 24;
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 2 * 60 => $"{seconds}s",
            < 10 * 60 => Two(minutes, 'm', seconds % 60, 's'),
            < 3 * 3600 => $"{minutes}m",
            < 8 * 3600 => Two(hours, 'h', minutes % 60, 'm'),
            < 48 * 3600 => $"{hours}h",
            _ => days switch
            {
                < 8 => Two(days, 'd', hours % 24, 'h'),
                < 2 * 365 => $"{days}d",
                < 8 * 365 => Two(days / 365, 'y', days % 365, 'd'),
                _ => $"{days / 365}y",
            },
        };
    }

    private static string Two(long coarse, char coarseUnit, long fine, char fineUnit) =>
        fine == 0 ? $"{coarse}{coarseUnit}" : $"{coarse}{coarseUnit}{fine}{fineUnit}";
}

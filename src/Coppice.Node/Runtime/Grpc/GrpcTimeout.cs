using System.Globalization;

namespace Coppice.Node.Runtime.Grpc;

/// <summary>A call's time as its header has it: eight digits at most, and a unit. A server refuses a call whose header has more.</summary>
internal static class GrpcTimeout
{
    private const long NumberMax = 99_999_999;

    private static readonly (char Letter, long Ticks)[] Units =
        [('m', TimeSpan.TicksPerMillisecond), ('S', TimeSpan.TicksPerSecond), ('M', TimeSpan.TicksPerMinute), ('H', TimeSpan.TicksPerHour)];

    /// <summary>In the finest unit that it fits, rounded up: no call ends before its time.</summary>
    public static string Write(TimeSpan time)
    {
        var ticks = Math.Max(0, time.Ticks);
        foreach (var (letter, size) in Units)
        {
            var number = ticks / size + (ticks % size == 0 ? 0 : 1);
            if (number <= NumberMax)
            {
                return number.ToString(CultureInfo.InvariantCulture) + letter;
            }
        }

        return NumberMax.ToString(CultureInfo.InvariantCulture) + Units[^1].Letter;      // 11 000 years
    }
}

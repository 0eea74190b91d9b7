using System.Globalization;

namespace Coppice.ApiServer.Schemas;

/// <summary>Numbers as Go prints them: as short as they can be told from others, and with an exponent only where they are long.</summary>
internal static class GoNumber
{
    private const double LongFrom = 1e21;
    private const double SmallTo = 1e-4;

    /// <param name="isWhole">It stands for a whole number: what is behind the point is cut off.</param>
    public static string Of(double number, bool isWhole)
    {
        if (isWhole && number is > long.MinValue and < long.MaxValue)
        {
            return ((long)number).ToString(CultureInfo.InvariantCulture);
        }

        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var size = Math.Abs(number);
        return size is 0 or (>= SmallTo and < LongFrom)
            ? shortest.Contains('E') ? ((decimal)number).ToString(CultureInfo.InvariantCulture) : shortest
            : number.ToString("0.################e+00", CultureInfo.InvariantCulture);
    }
}

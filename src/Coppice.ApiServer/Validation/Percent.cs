using Coppice.Objects;

namespace Coppice.ApiServer.Validation;

/// <summary>Numbers that may be shares of a total.</summary>
internal static class Percent
{
    /// <summary>Zero, by number or by share.</summary>
    public static bool IsNone(IntOrString? value) => (value ?? 0).Scale(100, roundUp: false) == 0;

    public static bool IsMoreThanAll(IntOrString? value) => value is { IsNumber: false } share && share.Scale(100, roundUp: false) > 100;
}

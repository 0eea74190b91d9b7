using System.Text.Json;

namespace Coppice.Objects.Resource;

/// <summary>How a driver is to set up devices, in its own words.</summary>
public sealed partial record OpaqueDeviceConfiguration
{
    /// <summary>The driver.</summary>
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>What it is told: any object.</summary>
    [Field(2, Required = true)]
    public JsonElement? Parameters { get; init; }

    public bool Equals(OpaqueDeviceConfiguration? other) =>
        other is not null
        && Driver == other.Driver
        && (Parameters is { } mine && other.Parameters is { } others ? JsonElement.DeepEquals(mine, others) : Parameters is null && other.Parameters is null);

    public override int GetHashCode() => Driver.GetHashCode(StringComparison.Ordinal);
}

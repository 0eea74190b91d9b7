using Coppice.Cel.Devices;
using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.Cel.Tests;

public sealed class DeviceExpressionTests
{
    private static readonly Device Device = new()
    {
        Name = "gpu-0",
        Attributes = ValueMap.Of(
            ("model", new DeviceAttribute { String = "a100" }),
            ("other.example.com/numa", new DeviceAttribute { Int = 1 }),
            ("fast", new DeviceAttribute { Bool = true }),
            ("version", new DeviceAttribute { Version = "1.10.0" })),
        Capacity = ValueMap.Of(("memory", new DeviceCapacity { Value = Quantity.Parse("40Gi") })),
    };

    [Theory]
    [InlineData("""device.driver == "gpu.example.com" """, true)]
    [InlineData("""device.attributes["gpu.example.com"].model == "a100" """, true)]
    [InlineData("""device.attributes["gpu.example.com"].model == "h100" """, false)]
    [InlineData("""device.attributes["other.example.com"].numa > 0""", true)]
    [InlineData("""device.attributes["gpu.example.com"].fast""", true)]
    [InlineData("""device.attributes["gpu.example.com"].version.isGreaterThan(semver("1.9.0"))""", true)]
    [InlineData("""device.capacity["gpu.example.com"].memory.compareTo(quantity("40Gi")) >= 0""", true)]
    [InlineData("""device.capacity["gpu.example.com"].memory.isGreaterThan(quantity("40Gi"))""", false)]
    [InlineData("""has(device.attributes["nobody.example.com"].model)""", false)]
    [InlineData("""device.allowMultipleAllocations""", false)]
    public void A_device_is_meant_by_what_it_is(string text, bool expected)
    {
        var expression = DeviceExpression.Compile(text, out var problem);
        Assert.Null(problem);
        Assert.Equal(expected, expression!.Means("gpu.example.com", Device, out var error));
        Assert.Null(error);
    }

    [Theory]
    [InlineData("""device.attributes["gpu.example.com"].missing == "x" """, "no such key: missing")]
    [InlineData("""device.attributes["gpu.example.com"].model""", "expression returned string, expected bool")]
    public void What_goes_wrong_is_told_and_means_no_device(string text, string expected)
    {
        Assert.False(DeviceExpression.Compile(text, out _)!.Means("gpu.example.com", Device, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("""device.driver == "gpu.example.com" """, 100UL)]
    [InlineData("""device.attributes["gpu.example.com"].version.isGreaterThan(semver("1.9.0"))""", 1_000UL)]
    [InlineData("""device.attributes.all(d, device.attributes[d].all(a, a.matches("^[a-z]*$")))""", 100_000UL)]
    public void What_it_may_cost_is_told_by_how_large_a_device_can_be(string text, ulong most) =>
        Assert.InRange(DeviceExpression.Compile(text, out _)!.CostMax, 1UL, most);

    [Fact]
    public void What_cannot_be_true_or_false_is_no_selector()
    {
        Assert.Null(DeviceExpression.Compile("device.driver", out var problem));
        Assert.Equal("must evaluate to bool or the unknown type, not string", problem);
    }
}

using Coppice.Objects;
using Coppice.Objects.Resource;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

/// <summary>How much claims have of devices that several of them share.</summary>
public sealed class DeviceSharingTests : DeviceTest
{
    [Fact]
    public void Claims_share_a_device_as_long_as_there_is_enough_of_it()
    {
        Learn(Shared("memory", "10Gi"));
        Claim("one", Share("6Gi"));
        Claim("two", Share("6Gi"));
        Claim("three", Share("4Gi"));
        var result = Assert.Single(Allocate("b", "one").Devices.Results);
        Assert.Equal(("gpu-0", "6Gi"), (result.Device, result.ConsumedCapacity["memory"].ToString()));
        Assert.Null(NodeOf(Plan("two")));
        var other = Assert.Single(Allocate("b", "three").Devices.Results);
        Assert.True(Guid.TryParseExact(other.ShareID, "D", out _), other.ShareID);
        Assert.NotEqual(result.ShareID, other.ShareID);

        // What one gives back, others have.
        Learn(Cluster.Devices.Claim(new("default", "one"))! with { Status = new() });
        Assert.Equal("gpu-0", Devices(PlanOn("b", "two")));
    }

    [Fact]
    public void Who_does_not_say_how_much_has_all_that_is_left_to_nobody()
    {
        Learn(Shared("memory", "10Gi"));
        Claim("one");
        Assert.Equal("10Gi", Assert.Single(Allocate("b", "one").Devices.Results).ConsumedCapacity["memory"].ToString());
        Claim("two", Share("1"));
        Assert.Null(NodeOf(Plan("two")));
    }

    [Theory]
    [InlineData(null, "2")]
    [InlineData("1", "2")]
    [InlineData("5", "6")]
    [InlineData("6", "6")]
    [InlineData("9", null)]
    public void An_amount_is_had_in_steps_between_bounds(string? wanted, string? consumed) => Assert.Equal(consumed, ConsumedBy(
        wanted,
        new() { Default = Quantity.Parse("2"), ValidRange = new() { Min = Quantity.Parse("2"), Max = Quantity.Parse("8"), Step = Quantity.Parse("2") } }));

    [Theory]
    [InlineData(null, "4")]
    [InlineData("1", "1")]
    [InlineData("2", "4")]
    [InlineData("5", null)]
    public void An_amount_is_one_of_those_that_are_given(string? wanted, string? consumed) => Assert.Equal(
        consumed, ConsumedBy(wanted, new() { Default = Quantity.Parse("4"), ValidValues = [Quantity.Parse("1"), Quantity.Parse("4")] }));

    [Fact]
    public void A_request_has_a_shared_device_once_and_other_requests_of_the_claim_have_it_too()
    {
        Learn(Shared("memory", "10Gi"));
        Claim("twice", Share("1Gi") with { Count = 2 });
        Assert.Null(NodeOf(Plan("twice")));
        Claim("each", change: claim => claim with
        {
            Spec = new() { Devices = new() { Requests = [new() { Name = "r0", Exactly = Share("6Gi") }, new() { Name = "r1", Exactly = Share("4Gi") }] } },
        });
        var results = Allocate("b", "each").Devices.Results;
        Assert.Equal(["r0 gpu-0 6Gi", "r1 gpu-0 4Gi"], results.Select(one => $"{one.Request} {one.Device} {one.ConsumedCapacity["memory"]}"));
        Assert.Equal(2, results.DistinctBy(one => one.ShareID).Count());
    }

    [Fact]
    public void A_device_that_several_share_takes_once_of_what_it_shares_with_others()
    {
        Learn(SliceOf("counters", "b", "b", 1, 2) with
        {
            Spec = SliceOf("counters", "b", "b", 1, 2).Spec with { SharedCounters = [new() { Name = "gpu", Counters = ValueMap.Of(("memory", new Counter { Value = Quantity.Parse("40Gi") })) }] },
        });
        Learn(SliceOf("parts", "b", "b", 1, 2) with
        {
            Spec = SliceOf("parts", "b", "b", 1, 2).Spec with { Devices = [Part("shared", "40Gi") with { AllowMultipleAllocations = true }, Part("half", "20Gi")] },
        });
        Claim("one");
        Assert.Equal("shared", Devices(Allocate("b", "one")));
        Claim("two");
        Assert.Equal("shared", Devices(Allocate("b", "two")));
        Claim("three", Wanted(1) with { Selectors = [Cel("!device.allowMultipleAllocations")] });
        Assert.Null(NodeOf(Plan("three")));
    }

    private static ExactDeviceRequest Share(string memory) => Wanted(1) with { Capacity = new() { Requests = ValueMap.Of(("memory", Quantity.Parse(memory))) } };

    private static ResourceSlice Shared(string capacity, string value, CapacityRequestPolicy? policy = null) => SliceOf("shared", "b", "b", 1, 1) with
    {
        Spec = SliceOf("shared", "b", "b", 1, 1).Spec with
        {
            Devices = [Gpu("gpu-0") with { AllowMultipleAllocations = true, Capacity = ValueMap.Of((capacity, new DeviceCapacity { Value = Quantity.Parse(value), RequestPolicy = policy })) }],
        },
    };

    /// <returns>Null if there is no such amount.</returns>
    private string? ConsumedBy(string? wanted, CapacityRequestPolicy policy)
    {
        Learn(Shared("memory", "10", policy));
        Claim("one", wanted is null ? Wanted(1) : Share(wanted));
        return NodeOf(Plan("one")) is null ? null : Assert.Single(PlanOn("b", "one").Devices.Results).ConsumedCapacity["memory"].ToString();
    }
}

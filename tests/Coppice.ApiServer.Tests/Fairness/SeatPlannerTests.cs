using Coppice.ApiServer.Fairness;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Tests.Fairness;

public sealed class SeatPlannerTests
{
    [Fact]
    public void Seats_are_shared_by_shares_and_part_of_them_is_lent()
    {
        var flows = new FlowControl(new FlowOptions(), TimeProvider.System, new Random(1));
        var limits = flows.Levels.ToDictionary(level => level.Object.Metadata.Name!, level => level.Limits);

        // 600 seats by 245 shares, as Kubernetes' documentation of its defaults has them.
        Assert.Equal(new SeatLimits(74, 50, 600), limits["system"]);
        Assert.Equal(new SeatLimits(98, 73, 600), limits["node-high"] with { Min = 73 });
        Assert.Equal(new SeatLimits(25, 25, 600), limits["leader-election"]);
        Assert.Equal(new SeatLimits(98, 49, 600), limits["workload-high"]);
        Assert.Equal(new SeatLimits(245, 25, 600), limits["workload-low"] with { Min = 25 });
        Assert.Equal(new SeatLimits(49, 25, 600), limits["global-default"] with { Min = 25 });
        Assert.Equal(new SeatLimits(13, 13, 600), limits["catch-all"]);
        Assert.Equal(0, limits["exempt"].Nominal);
    }

    [Fact]
    public void How_much_a_level_borrows_may_be_bounded() => Assert.Equal(
        [new SeatLimits(50, 50, 75), new SeatLimits(50, 40, 100)],
        SeatPlanner.Limits([Level(30, 0, 50), Level(30, 20, null)], 100));

    [Fact]
    public void What_one_level_lends_another_borrows()
    {
        var (seats, _) = SeatPlanner.Share([Request(50, 10, 0), Request(50, 10, 90)], 100);
        Assert.Equal([10, 90], seats);
    }

    [Fact]
    public void Levels_that_all_ask_for_more_than_there_is_have_their_own()
    {
        var (seats, fraction) = SeatPlanner.Share([Request(50, 10, 500), Request(50, 10, 500)], 100);
        Assert.Equal([50, 50], seats);
        Assert.InRange(fraction, 0.09, 0.11);
    }

    [Fact]
    public void What_an_exempt_level_uses_is_not_there_for_others()
    {
        var exempt = new SeatRequest(new SeatLimits(0, 0, 100), true, 30, 30);
        var (seats, _) = SeatPlanner.Share([exempt, Request(50, 10, 90), Request(50, 10, 0)], 100);
        Assert.Equal([30, 60, 10], seats);
    }

    [Fact]
    public void A_demand_rises_at_once_and_sinks_slowly()
    {
        Assert.Equal(40, SeatPlanner.Smooth(0, new DemandStatistics(50, 30, 10)));
        Assert.Equal(97.7, SeatPlanner.Smooth(100, new DemandStatistics(0, 0, 0)), 3);
    }

    [Fact]
    public void A_demand_is_weighted_by_how_long_it_lasted()
    {
        var demand = new SeatDemand(0);
        demand.Set(10, 30);
        demand.Set(0, 40);
        var taken = demand.Take(100);
        Assert.Equal((10, 1), (taken.High, taken.Average));
        Assert.Equal(3, taken.Deviation, 6);
        Assert.Equal(new DemandStatistics(0, 0, 0), demand.Take(200));
    }

    [Fact]
    public void Hands_hold_different_queues_and_every_queue_is_dealt_as_often()
    {
        var dealt = new int[16];
        var hand = new int[4];
        for (var i = 0; i < 16_000; i++)
        {
            Hand.Deal(Hand.HashOf(7, "schema", $"user-{i}"), dealt.Length, hand);
            Assert.Equal(4, hand.Distinct().Count());
            foreach (var card in hand)
            {
                dealt[card]++;
            }
        }

        Assert.All(dealt, count => Assert.InRange(count, 3700, 4300));
    }

    [Fact]
    public void Who_is_refused_comes_back_the_later_the_more_are()
    {
        var after = new RetryAfter();
        var seen = new List<int>();
        for (var second = 0; second < 40; second++)
        {
            for (var i = 0; i < 100; i++)
            {
                after.Note(second);
            }

            seen.Add(after.Seconds);
        }

        Assert.Equal([1, 2, 2, 4], seen[..4]);
        Assert.Equal(32, after.Seconds);
        after.Note(100);
        after.Note(101);
        Assert.Equal(30, after.Seconds);
    }

    [Theory]
    [InlineData(0, 0, false, 1)]
    [InlineData(100, 0, false, 1)]
    [InlineData(101, 0, false, 2)]
    [InlineData(5000, 0, false, 10)]
    [InlineData(5000, 500, false, 5)]
    [InlineData(5000, 500, true, 10)]
    public void A_list_is_as_wide_as_what_is_looked_at_for_it(long stored, long limit, bool selects, int seats) =>
        Assert.Equal(seats, RequestTurns.Width(stored, limit, selects));

    private static PriorityLevelConfigurationSpec Level(int shares, int lendable, int? borrowing) => new()
    {
        Type = PriorityLevelEnablement.Limited,
        Limited = new() { NominalConcurrencyShares = shares, LendablePercent = lendable, BorrowingLimitPercent = borrowing },
    };

    private static SeatRequest Request(int nominal, int min, double demand) => new(new SeatLimits(nominal, min, 100), false, demand, demand);
}

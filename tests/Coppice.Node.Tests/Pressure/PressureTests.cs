using Coppice.Node.Host;
using Coppice.Node.Pressure;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Pressure;

/// <summary>When a node is short of something, and for how long it says so.</summary>
public sealed class PressureTests
{
    private const long MiB = 1L << 20;

    private readonly ManualTimeProvider _time = new();
    private readonly List<SignalReading> _room = [];
    private readonly NodePressure _pressure;

    public PressureTests() => _pressure = new NodePressure(_ => new([.. _room]), new EvictionOptions(), _time);

    [Theory]
    [InlineData("100Mi", 4096, 100 * MiB)]
    [InlineData("10%", 1000, 100)]
    [InlineData("12.5%", 1000, 125)]
    public void A_threshold_is_an_amount_or_a_share(string value, long capacity, long amount) =>
        Assert.Equal(amount, new EvictionThreshold(EvictionSignal.Memory, value).Of(capacity));

    [Fact]
    public void Less_than_the_threshold_is_too_little_and_memory_comes_first()
    {
        Assert.Empty(Look());
        Give(EvictionSignal.NodeDisk, 100, 1000);
        Give(EvictionSignal.Memory, 100 * MiB, 4096 * MiB);
        Assert.Empty(Look());

        Give(EvictionSignal.NodeDisk, 99, 1000);
        Assert.Equal([new(EvictionSignal.NodeDisk, 99, 100)], Look());
        Assert.Equal(1, Look()[0].Missing);

        Give(EvictionSignal.Memory, (100 * MiB) - 1, 4096 * MiB);
        Assert.Equal([EvictionSignal.Memory, EvictionSignal.NodeDisk], Look().Select(one => one.Signal));
        Assert.Equal([NodeConditionType.MemoryPressure, NodeConditionType.DiskPressure], _pressure.Conditions);
    }

    [Fact]
    public void Where_nobody_was_evicted_a_condition_ends_with_its_reason()
    {
        var changes = 0;
        _pressure.Changed += () => changes++;
        Give(EvictionSignal.Processes, 1, 100);
        Look();
        Look();
        Assert.Equal([NodeConditionType.PIDPressure], _pressure.Conditions);

        Give(EvictionSignal.Processes, 50, 100);
        Look();
        Assert.Empty(_pressure.Conditions);
        Assert.Equal(2, changes);
    }

    [Fact]
    public void After_an_eviction_it_holds_for_five_minutes_from_when_it_was_last_so()
    {
        Give(EvictionSignal.NodeInodes, 1, 100);
        Give(EvictionSignal.Memory, MiB, 4096 * MiB);
        Look();
        _pressure.Hold(EvictionSignal.NodeInodes);
        _time.Advance(TimeSpan.FromMinutes(4));
        Look();

        _room.Clear();
        _time.Advance(TimeSpan.FromMinutes(4.9));
        Look();
        Assert.Equal([NodeConditionType.DiskPressure], _pressure.Conditions);

        _time.Advance(TimeSpan.FromMinutes(0.1));
        Look();
        Assert.Empty(_pressure.Conditions);

        // What comes later has nothing to do with it.
        Give(EvictionSignal.NodeInodes, 1, 100);
        Look();
        _room.Clear();
        Look();
        Assert.Empty(_pressure.Conditions);
    }

    [Fact]
    public void Images_are_on_a_disk_of_their_own_only_if_it_is_another()
    {
        var disk = new FileSystemSpace(1000, 500, 500, 100, 50) { Device = 1 };
        Assert.Equal(
            [new(EvictionSignal.NodeDisk, 500, 1000), new(EvictionSignal.NodeInodes, 50, 100)],
            MachineRoom.OfDisks(disk, disk with { AvailableBytes = 499 }));
        Assert.Equal(
            [new(EvictionSignal.NodeDisk, 500, 1000), new(EvictionSignal.NodeInodes, 50, 100), new(EvictionSignal.ImageDisk, 500, 1000), new(EvictionSignal.ImageInodes, 50, 100)],
            MachineRoom.OfDisks(disk, disk with { Device = 2 }));
    }

    private IReadOnlyList<Shortfall> Look() => _pressure.LookAsync(TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult().Met;

    private void Give(EvictionSignal signal, long available, long capacity)
    {
        _room.RemoveAll(one => one.Signal == signal);
        _room.Add(new(signal, available, capacity));
    }
}

using System.Text.Json;
using Coppice.Composition;
using Coppice.Testing;

namespace Coppice.Tests.Composition;

public sealed class IdleMemoryTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _allocated;
    private long _held = 3 * MiB;
    private int _collections;

    public IdleMemoryTests()
    {
        var memory = new IdleMemory(() => _allocated, () => _held, () => _collections++, _loop.Time);
        _running = _loop.Start(() => memory.RunAsync(_stop.Token));
        _loop.RunUntilIdle();
    }

    [Fact]
    public void After_a_burst_memory_is_given_back_once()
    {
        Allocate(200 * MiB);
        Assert.Equal(0, _collections);
        Allocate(2 * MiB);
        Assert.Equal(1, _collections);

        // Heartbeats are not worth another pause, until they have come to something.
        for (var look = 0; look < 2; look++)
        {
            Allocate(MiB / 2);
        }

        Assert.Equal(1, _collections);
        Allocate(MiB / 2);
        Assert.Equal(2, _collections);
    }

    [Fact]
    public void A_large_heap_is_gone_through_for_a_quarter_of_it_only()
    {
        _held = 1024 * MiB;
        for (var look = 0; look < 25; look++)
        {
            Allocate(10 * MiB);
        }

        Assert.Equal(0, _collections);
        Allocate(10 * MiB);
        Assert.Equal(1, _collections);
    }

    [Fact]
    public void Nobody_at_work_is_paused()
    {
        for (var look = 0; look < 100; look++)
        {
            Allocate(20 * MiB);
        }

        Assert.Equal(0, _collections);
    }

    [Fact]
    public void It_ends_when_it_is_stopped()
    {
        _loop.Start(() =>
        {
            _stop.Cancel();
            return Task.CompletedTask;
        });
        _loop.RunUntilIdle();
        Assert.True(_running.IsCompletedSuccessfully);
    }

    /// <summary>Left to itself the collector would take that bound from the processor's cache: of the program as it is started, and so not seen from here.</summary>
    [Fact]
    public void Garbage_of_a_burst_is_bounded_on_every_machine()
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "coppice.runtimeconfig.json")));
        var properties = settings.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties");
        Assert.Equal(16 * MiB, properties.GetProperty("System.GC.Gen0MaxBudget").GetInt64());
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>Work between two looks.</summary>
    private void Allocate(long bytes)
    {
        _allocated += bytes;
        _loop.RunFor(TimeSpan.FromSeconds(5));
    }
}

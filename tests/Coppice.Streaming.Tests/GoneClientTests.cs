using Coppice.Streaming.PortForwarding;

namespace Coppice.Streaming.Tests;

public sealed class GoneClientTests
{
    [Fact]
    public async Task A_client_that_ends_as_a_whole_is_not_written_to_afterwards()
    {
        var (client, target) = (new Ended(), new Farewell());
        await ConnectionPump.RunUntilTargetEndsAsync(client, target, default);
        Assert.True(target.WasTold);
        Assert.Equal(0, client.Written);
    }

    [Fact]
    public async Task A_client_that_ended_its_side_alone_is_answered()
    {
        var (client, target) = (new Ended(), new Farewell());
        await ConnectionPump.RunAsync(client, target, default);
        Assert.True(target.WasTold);
        Assert.Equal(Farewell.Length, client.Written);
    }

    private sealed class Ended : DuplexStream
    {
        public int Written { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default) => new(0);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default)
        {
            Written += buffer.Length;
            return default;
        }
    }

    /// <summary>Says something when it is told that its client has ended, and then ends too.</summary>
    private sealed class Farewell : DuplexStream, IHalfClosable
    {
        public new const int Length = 7;

        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _said;

        public bool WasTold => _told.Task.IsCompleted;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default)
        {
            await _told.Task.WaitAsync(TimeSpan.FromSeconds(30), stop);
            (var before, _said) = (_said, true);
            return before ? 0 : Length;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default) => default;

        public ValueTask CompleteWritesAsync(CancellationToken stop)
        {
            _told.TrySetResult();
            return default;
        }
    }
}

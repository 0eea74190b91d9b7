using Coppice.Commands.Logging;
using Coppice.Testing;
using Microsoft.Extensions.Logging;

namespace Coppice.Tests.Commands;

public sealed class LogTests
{
    [Fact]
    public void An_entry_is_a_line_and_a_failure_follows_indented()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "log");
        using (var file = LogFile.At(path, TimeProvider.System))
        {
            new LineLoggerProvider(file, new Midnight()).CreateLogger("Coppice.Scheduler").LogWarning(6001, new InvalidOperationException("bad"), "No node for {Pod}", "web-1");
        }

        var lines = File.ReadAllLines(path);
        Assert.Equal("2026-01-02 00:00:00.000 warn  Scheduler[6001]: No node for web-1", lines[0]);
        Assert.Equal("    System.InvalidOperationException: bad", lines[1]);
    }

    [Fact]
    public void A_log_that_has_grown_is_moved_aside_once()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "log");
        using (var file = LogFile.At(path, TimeProvider.System))
        {
            var line = new string('x', 1024 * 1024);
            for (var i = 0; i < 20; i++)
            {
                file.WriteLine(line);
            }
        }

        Assert.InRange(new FileInfo(path).Length, 1, 16 * 1024 * 1024);
        Assert.InRange(new FileInfo(path + ".1").Length, 16 * 1024 * 1024, 18 * 1024 * 1024);
    }

    [Fact]
    public async Task A_log_whose_disk_hangs_is_blocked_after_two_minutes()
    {
        var time = new ManualTimeProvider();
        using var disk = new HangingDisk();
        using var file = new LogFile(null, new StreamWriter(disk) { AutoFlush = true }, time);
        Assert.Null(file.Problem);
        var writing = Task.Factory.StartNew(() => file.WriteLine("a"), TaskCreationOptions.LongRunning);
        await disk.Entered.WaitAsync(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromTicks(1));
        Assert.Null(file.Problem);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("logging blocked", file.Problem);
        disk.Release();
        await writing.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(file.Problem);
    }

    private sealed class HangingDisk : MemoryStream
    {
        private readonly TaskCompletionSource _entered = new();
        private readonly ManualResetEventSlim _released = new();

        public Task Entered => _entered.Task;

        public void Release() => _released.Set();

        public override void Write(ReadOnlySpan<byte> buffer) => Hang();

        public override void Write(byte[] buffer, int offset, int count) => Hang();

        protected override void Dispose(bool disposing)
        {
            _released.Dispose();
            base.Dispose(disposing);
        }

        private void Hang()
        {
            _entered.TrySetResult();
            _released.Wait(TimeSpan.FromSeconds(30));
        }
    }

    private sealed class Midnight : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);
    }
}

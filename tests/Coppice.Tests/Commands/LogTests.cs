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
        using (var file = LogFile.At(path))
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
        using (var file = LogFile.At(path))
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

    private sealed class Midnight : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);
    }
}

using System.Text;
using Coppice.Node.Logs;
using Coppice.Node.Runtime.Simulated;
using Coppice.Streaming;
using Coppice.Testing;

namespace Coppice.Node.Tests.Logs;

public sealed class LogReaderTests : IDisposable
{
    private static readonly LogRequest All = new(false, false, false, null, null, null);

    private readonly string _directory = Directory.CreateTempSubdirectory("coppice-logs-").FullName;

    private string Log => _directory + "/0.log";

    [Fact]
    public async Task Lines_come_without_their_prefix_and_parts_are_joined()
    {
        Write("00:00:01Z stdout F one", "00:00:02Z stderr P tw", "00:00:03Z stderr F o", "00:00:04Z stdout F ");
        Assert.Equal("one\ntwo\n\n", await ReadAsync(All));
    }

    [Fact]
    public async Task Times_since_tail_and_limit_are_kept()
    {
        Write("00:00:01Z stdout F one", "00:00:02Z stdout F two", "00:00:03Z stdout F three");
        Assert.Equal("2030-01-01T00:00:03Z three\n", await ReadAsync(All with { Timestamps = true, TailLines = 1 }));
        Assert.Equal("two\nthree\n", await ReadAsync(All with { TailLines = 2 }));
        Assert.Equal("one\ntwo\nthree\n", await ReadAsync(All with { TailLines = 9 }));
        Assert.Equal("", await ReadAsync(All with { TailLines = 0 }));
        Assert.Equal("three\n", await ReadAsync(All with { Since = new DateTimeOffset(2030, 1, 1, 0, 0, 3, TimeSpan.Zero) }));
        Assert.Equal("one\ntw", await ReadAsync(All with { LimitBytes = 6 }));
    }

    [Fact]
    public async Task The_tail_of_a_long_log_is_found_from_its_end()
    {
        Write([.. Enumerable.Range(0, 20_000).Select(i => $"00:00:01Z stdout F line {i}")]);
        Assert.Equal("line 19998\nline 19999\n", await ReadAsync(All with { TailLines = 2 }));
        Assert.Equal(5000, (await ReadAsync(All with { TailLines = 5000 })).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Following_goes_on_over_a_rotation_until_the_container_has_ended()
    {
        Write("00:00:01Z stdout F one");
        var isRunning = true;
        using var output = new MemoryStream();
        var reading = new LogReader(TimeProvider.System).WriteAsync(Log, All with { Follow = true }, _ => ValueTask.FromResult(isRunning), output, TestContext.Current.CancellationToken).AsTask();
        await UntilAsync(output, "one\n");
        File.Move(Log, Log + ".old");
        File.AppendAllText(Log + ".old", "2030-01-01T00:00:02Z stdout F late\n");
        await UntilAsync(output, "one\nlate\n");
        Write("00:00:03Z stdout F two");
        await UntilAsync(output, "one\nlate\ntwo\n");
        File.AppendAllText(Log, "2030-01-01T00:00:04Z stdout F end\n");
        isRunning = false;
        await reading;
        Assert.Equal("one\nlate\ntwo\nend\n", Text(output));
    }

    [Fact]
    public async Task A_large_log_is_put_aside_and_the_oldest_go()
    {
        var time = new ManualTimeProvider();
        var options = new LogRotationOptions { SizeMaxBytes = 10, FilesMax = 3 };
        var runtime = new SimulatedRuntime(new SimulatedImages(SimulatedOptions.Instant, time, new Random(1)), SimulatedOptions.Instant, time, new Random(1));
        var rotation = new LogRotation(runtime, options, time);
        for (var i = 0; i < 5; i++)
        {
            Write($"00:00:01Z stdout F line {i}");
            Assert.True(await rotation.RotateAsync("c1", Log, TestContext.Current.CancellationToken));
            Assert.False(await rotation.RotateAsync("c1", Log, TestContext.Current.CancellationToken));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["0.log.20300101-000003-0000000.gz", "0.log.20300101-000004-0000000"], Directory.EnumerateFiles(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Write(params string[] lines) => File.WriteAllText(Log, string.Concat(lines.Select(line => $"2030-01-01T{line}\n")));

    private async Task<string> ReadAsync(LogRequest request)
    {
        using var output = new MemoryStream();
        await new LogReader(TimeProvider.System).WriteAsync(Log, request, _ => ValueTask.FromResult(false), output, TestContext.Current.CancellationToken);
        return Text(output);
    }

    private static string Text(MemoryStream output) => Encoding.UTF8.GetString(output.ToArray());

    private static async Task UntilAsync(MemoryStream output, string text)
    {
        for (var tries = 0; Text(output) != text; tries++)
        {
            Assert.True(tries < 500, Text(output));
            await Task.Delay(20);
        }
    }
}

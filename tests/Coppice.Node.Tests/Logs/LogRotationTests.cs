using System.Globalization;
using System.Text;
using Coppice.Node.Logs;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Streaming;
using Coppice.Testing;

namespace Coppice.Node.Tests.Logs;

public sealed class LogRotationTests : IDisposable
{
    private static readonly LogRequest All = new(false, false, false, null, null, null);

    private readonly string _directory = Directory.CreateTempSubdirectory("coppice-logs-").FullName;
    private readonly ManualTimeProvider _time = new();
    private int _written;

    private string Log => _directory + "/0.log";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_was_put_aside_is_read_before_what_is_there_now()
    {
        var rotation = Rotation(new() { SizeMaxBytes = 1, FilesMax = 4 });
        for (var i = 0; i < 3; i++)
        {
            WriteLines(10);
            Assert.True(await rotation.RotateAsync("c1", Log, Stop));
        }

        WriteLines(5);
        Assert.Equal(2, Directory.GetFiles(_directory, "*.gz").Length);
        Assert.Equal(Numbers(0, 35), await ReadAsync(All));
        for (var tail = 0; tail <= 36; tail++)
        {
            Assert.Equal(Numbers(Math.Max(0, 35 - tail), 35), await ReadAsync(All with { TailLines = tail }));
        }
    }

    [Fact]
    public async Task Lines_are_there_also_while_the_runtime_has_not_opened_a_new_file()
    {
        var rotation = Rotation(new() { SizeMaxBytes = 1 });
        WriteLines(3);
        await rotation.RotateAsync("c1", Log, Stop);
        WriteLines(3);
        await rotation.RotateAsync("c1", Log, Stop);
        Assert.False(File.Exists(Log));
        Assert.Equal(Numbers(0, 6), await ReadAsync(All));
        Assert.Equal(Numbers(2, 6), await ReadAsync(All with { TailLines = 4 }));
    }

    [Fact]
    public async Task Two_rotations_in_one_moment_or_with_a_clock_set_back_keep_their_order()
    {
        foreach (var hour in new[] { 0, 0, -1, 1 })
        {
            WriteLines(2);
            var rotation = new LogRotation(Runtime(), new() { SizeMaxBytes = 1 }, new ManualTimeProvider(_time.GetUtcNow().AddHours(hour)));
            Assert.True(await rotation.RotateAsync("c1", Log, Stop));
        }

        WriteLines(2);
        Assert.Equal(Numbers(0, 10), await ReadAsync(All));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Who_follows_gets_every_line_once_over_any_number_of_rotations(int seed)
    {
        var random = new Random(seed);
        var rotation = Rotation(new() { SizeMaxBytes = 1, FilesMax = 1000 });
        WriteLines(20);
        var isRunning = true;
        using var output = new SlowStream(random.Next(3));
        var reading = new LogReader(TimeProvider.System).WriteAsync(Log, All with { Follow = true, TailLines = 10 }, _ => ValueTask.FromResult(isRunning), output, Stop).AsTask();
        await Eventually.SeeAsync("the first lines", TimeSpan.FromSeconds(10), () => Task.FromResult(output.Length), length => length > 0);
        for (var i = 0; i < 60; i++)
        {
            WriteLines(random.Next(1, 50));
            await rotation.RotateAsync("c1", Log, Stop);
            if (random.Next(10) == 0)
            {
                await Eventually.SeeAsync("all so far", TimeSpan.FromSeconds(10), () => Task.FromResult(output.Text), text => text == Numbers(10, _written));
            }
        }

        WriteLines(3);
        isRunning = false;
        await reading;
        Assert.Equal(Numbers(10, _written), output.Text);
    }

    [Fact]
    public async Task A_log_that_grows_fast_is_put_aside_when_it_is_full_and_all_of_it_stays_within_its_limit()
    {
        var options = new LogRotationOptions { SizeMaxBytes = 1 << 20, FilesMax = 3, Compress = false };
        var upkeep = new LogUpkeep(Runtime(), options, _time, (_, e) => throw e);
        var pause = options.LookEvery;
        long most = 0;
        const int BytesPerSecond = 4 << 20;
        for (var elapsed = TimeSpan.Zero; elapsed < TimeSpan.FromSeconds(10); elapsed += pause)
        {
            Append((int)(pause.TotalSeconds * BytesPerSecond));
            _time.Advance(pause);
            pause = await upkeep.LookAsync([Running(0)], Stop);
            if (elapsed > TimeSpan.FromSeconds(3))
            {
                most = Math.Max(most, Directory.GetFiles(_directory).Sum(one => new FileInfo(one).Length));
            }
        }

        Assert.InRange(most, 2 << 20, (options.FilesMax * options.SizeMaxBytes * 5) / 4);
    }

    [Fact]
    public async Task Logs_of_attempts_that_the_runtime_has_forgotten_go_and_others_stay()
    {
        foreach (var name in new[] { "0.log", "1.log", "1.log.20300101-000000-0000000.gz", "2.log.20300101-000000-0000000", "2.log", "3.log", "runtime" })
        {
            File.WriteAllText(Path.Combine(_directory, name), "");
        }

        var upkeep = new LogUpkeep(Runtime(), new(), _time, (_, e) => throw e);
        await upkeep.LookAsync([Running(3), Running(2) with { State = Node.Runtime.ContainerRunState.Exited }], Stop);
        Assert.Equal(
            ["2.log", "2.log.20300101-000000-0000000", "3.log", "runtime"], Directory.GetFiles(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static string Numbers(int from, int to) => string.Concat(Enumerable.Range(from, to - from).Select(i => $"{i}\n"));

    private ContainerRecord Running(int attempt) => new(
        $"c{attempt}", "s1", new("ns", "pod", "uid"), "main", attempt, Node.Runtime.ContainerRunState.Running, _time.GetUtcNow(), null, null, 0, null, null, "image", "id",
        $"{_directory}/{attempt}.log", null, "");

    private LogRotation Rotation(LogRotationOptions options) => new(Runtime(), options, _time);

    private SimulatedRuntime Runtime() => new(new SimulatedImages(SimulatedOptions.Instant, _time, new Random(1)), SimulatedOptions.Instant, _time, new Random(1));

    private void WriteLines(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"2030-01-01T00:00:00Z stdout F {_written++}\n");
        }

        File.AppendAllText(Log, text.ToString());
    }

    private void Append(int bytes) => File.AppendAllText(Log, new string('x', bytes));

    private async Task<string> ReadAsync(LogRequest request)
    {
        using var output = new MemoryStream();
        await new LogReader(TimeProvider.System).WriteAsync(Log, request, _ => ValueTask.FromResult(false), output, Stop);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>A client that takes its time.</summary>
    private sealed class SlowStream(int pauseMilliseconds) : MemoryStream
    {
        private readonly Lock _gate = new();

        public string Text
        {
            get
            {
                lock (_gate)
                {
                    return Encoding.UTF8.GetString(ToArray());
                }
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(pauseMilliseconds, cancellationToken);
            lock (_gate)
            {
                Write(buffer.Span);
            }
        }
    }
}

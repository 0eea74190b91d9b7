using System.IO.Pipelines;
using System.Text;
using Coppice.Streaming.RemoteCommands;

namespace Coppice.Streaming.Tests.RemoteCommands;

/// <summary>The client for CRI's streaming servers against this project's own endpoint.</summary>
public sealed class SpdyCommandClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler());
    private readonly SpdyCommandClient _client = new(Http, TimeProvider.System, new StreamingOptions());

    [Fact]
    public async Task A_command_gets_its_input_and_gives_output_and_exit_code()
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var input = new MemoryStream(Encoding.ASCII.GetBytes(new string('y', 1_000_000)));
        var request = new CommandRequest(["sh", "-c", "wc -c; echo oops >&2; exit 3"], Stdin: true, Stdout: true, Stderr: true, Tty: false);
        var outcome = await RunAsync(server, request, new CommandStreams(input, output, error, null));
        Assert.Equal(new CommandOutcome.Exited(3), outcome);
        Assert.Equal("1000000\n", Encoding.ASCII.GetString(output.ToArray()));
        Assert.Equal("oops\n", Encoding.ASCII.GetString(error.ToArray()));
    }

    [Fact]
    public async Task A_command_that_ends_does_not_wait_for_input()
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        var silent = new Pipe();
        var request = new CommandRequest(["true"], Stdin: true, Stdout: true, Stderr: false, Tty: false);
        Assert.Equal(new CommandOutcome.Exited(0), await RunAsync(server, request, new CommandStreams(silent.Reader.AsStream(), Stream.Null, null, null)));
    }

    [Fact]
    public async Task Terminal_sizes_arrive()
    {
        await using var server = await FakeApiServer.StartAsync(async (_, streams, stop) =>
        {
            var size = await streams.Resizes!.ReadAsync(stop);
            return new CommandOutcome.Exited(size.Width);
        });
        var sizes = TerminalSizes.CreateChannel();
        sizes.Writer.TryWrite(new TerminalSize(90, 40));
        var request = new CommandRequest(["vi"], Stdin: false, Stdout: true, Stderr: false, Tty: true);
        Assert.Equal(new CommandOutcome.Exited(90), await RunAsync(server, request, new CommandStreams(null, Stream.Null, null, sizes.Reader)));
    }

    [Theory]
    [InlineData("no shell")]
    [InlineData("Internal error occurred: error executing command in container: no shell")]
    public async Task A_failure_comes_back_with_its_message_said_once(string message)
    {
        await using var server = await FakeApiServer.StartAsync((_, _, _) => ValueTask.FromResult<CommandOutcome>(new CommandOutcome.Failed(message)));
        var request = new CommandRequest(["sh"], Stdin: false, Stdout: true, Stderr: false, Tty: false);
        var outcome = Assert.IsType<CommandOutcome.Failed>(await RunAsync(server, request, new CommandStreams(null, Stream.Null, null, null)));
        Assert.Equal("Internal error occurred: error executing command in container: no shell", outcome.Message);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_command()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await FakeApiServer.StartAsync(async (_, _, stop) =>
        {
            await using var registration = stop.Register(() => ended.TrySetResult());
            begun.TrySetResult();
            await ended.Task;
            stop.ThrowIfCancellationRequested();
            return new CommandOutcome.Exited(0);
        });
        using var leave = new CancellationTokenSource();
        var request = new CommandRequest(["sleep"], Stdin: false, Stdout: true, Stderr: false, Tty: false);
        var run = _client.RunAsync(new Uri(server.Url, FakeApiServer.Pod + "/exec?command=sleep&stdout=true"), request, new CommandStreams(null, Stream.Null, null, null), leave.Token);
        await begun.Task.WaitAsync(Patience);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_server_that_refuses_is_an_error_with_its_answer()
    {
        await using var server = await FakeApiServer.StartAsync();
        var request = new CommandRequest(["x"], Stdin: false, Stdout: true, Stderr: false, Tty: false);
        var error = await Assert.ThrowsAsync<IOException>(() =>
            _client.RunAsync(new Uri(server.Url, "/nowhere"), request, new CommandStreams(null, Stream.Null, null, null), CancellationToken.None));
        Assert.Contains("404", error.Message);
    }

    private Task<CommandOutcome> RunAsync(FakeApiServer server, CommandRequest request, CommandStreams streams)
    {
        var query = string.Concat(request.Command.Select(word => $"&command={Uri.EscapeDataString(word)}"));
        var url = new Uri(server.Url, $"{FakeApiServer.Pod}/exec?stdin={(request.Stdin ? 1 : 0)}&stdout={(request.Stdout ? 1 : 0)}&stderr={(request.Stderr ? 1 : 0)}&tty={(request.Tty ? 1 : 0)}{query}");
        return _client.RunAsync(url, request, streams, CancellationToken.None).WaitAsync(Patience);
    }
}

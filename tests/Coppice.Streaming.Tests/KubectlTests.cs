using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Coppice.Streaming.Tests;

/// <summary>The real kubectl against both endpoints, over both protocols. Skipped where there is no kubectl.</summary>
public sealed class KubectlTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly string? Kubectl = Environment.GetEnvironmentVariable("COPPICE_TEST_KUBECTL")
        ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);

    public static TheoryData<bool, bool> Ways => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    [Theory, MemberData(nameof(Ways))]
    public async Task A_commands_output_and_exit_code_come_back(bool webSockets, bool tls)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync, tls: tls);
        var result = await RunAsync(server, webSockets, "", "exec", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 7");
        Assert.Equal((7, "out\n"), (result.Code, result.Output));
        Assert.StartsWith("err\n", result.Error);
        Assert.Contains("command terminated with exit code 7", result.Error);
        Assert.Equal(0, (await RunAsync(server, webSockets, "", "exec", "web", "--", "true")).Code);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Much_input_goes_through_a_command_and_back(bool webSockets)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        var input = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i:d8}\n"));
        var result = await RunAsync(server, webSockets, input, "exec", "-i", "web", "--", "cat");
        Assert.Equal(0, result.Code);
        Assert.True(input == result.Output, $"{result.Output.Length} of {input.Length} bytes came back");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_command_that_ends_before_its_input_does_not_hang_the_client(bool webSockets)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        var result = await RunAsync(server, webSockets, new string('x', 4_000_000), "exec", "-i", "web", "--", "head", "-c", "3");
        Assert.Equal((0, "xxx"), (result.Code, result.Output));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_terminal_has_the_callers_size_and_the_commands_exit_code(bool webSockets)
    {
        var seen = new TaskCompletionSource<TerminalSize>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await FakeApiServer.StartAsync(async (request, streams, stop) =>
        {
            seen.TrySetResult(await streams.Resizes!.ReadAsync(stop));
            return await LocalProcess.RunAsync(request, streams, stop);
        });
        var kubectl = $"stty rows 33 cols 101; {Kubectl} --server={server.Url} exec -it web -- sh -c 'tty\\;exit\\ 5'";
        var result = await RunProcessAsync(webSockets, "", "script", "-qefc", kubectl, "/dev/null");
        Assert.Equal(5, result.Code);
        Assert.Contains("/dev/pts/", result.Output);
        Assert.Equal(new TerminalSize(101, 33), await seen.Task.WaitAsync(Patience));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_command_that_cannot_be_run_is_an_error_with_its_message(bool webSockets)
    {
        await using var server = await FakeApiServer.StartAsync((_, _, _) => throw new StreamTargetException("no such file"));
        var result = await RunAsync(server, webSockets, "", "exec", "web", "--", "nothing");
        Assert.Equal(1, result.Code);
        Assert.Contains("error executing command in container: no such file", result.Error);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Attach_joins_the_streams(bool webSockets)
    {
        await using var server = await FakeApiServer.StartAsync(LocalProcess.RunAsync);
        var result = await RunAsync(server, webSockets, "through the door\n", "attach", "-i", "web", "-c", "main");
        Assert.Equal(0, result.Code);
        Assert.Contains("through the door\n", result.Output);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_forwarded_port_carries_connections_and_outlives_its_target(bool webSockets)
    {
        var echo = new EchoServer();
        var target = echo.Port;
        await using var server = await FakeApiServer.StartAsync(connect: (_, stop) => EchoServer.ConnectAsync(target, stop));
        using var kubectl = Start(webSockets, Kubectl!, $"--server={server.Url}", "port-forward", "web", ":80");
        try
        {
            var line = await kubectl.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            Assert.NotNull(line);
            var port = int.Parse(line.Split(" -> ")[0].Split(':')[^1]);
            await Task.WhenAll(Enumerable.Range(0, 12).Select(i => EchoAsync(port, 100_000 * i + 1)));

            await echo.DisposeAsync();
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal(0, await TryReadAsync(port));
            }

            Assert.False(kubectl.HasExited, kubectl.HasExited ? await kubectl.StandardError.ReadToEndAsync() : "");

            echo = new EchoServer();
            target = echo.Port;
            await EchoAsync(port, 1_000_000);
        }
        finally
        {
            kubectl.Kill();
            await kubectl.WaitForExitAsync();
            await echo.DisposeAsync();
        }
    }

    private static async Task EchoAsync(int port, int length)
    {
        var sent = new byte[length];
        new Random(length).NextBytes(sent);
        await using var stream = await EchoServer.ConnectAsync(port, CancellationToken.None);
        var writing = stream.WriteAsync(sent).AsTask();
        var received = new byte[length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(Patience);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    private static async Task<int> TryReadAsync(int port)
    {
        await using var stream = await EchoServer.ConnectAsync(port, CancellationToken.None);
        try
        {
            return await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience);
        }
        catch (IOException e) when (e.InnerException is SocketException)
        {
            return 0;
        }
    }

    private static Task<Result> RunAsync(FakeApiServer server, bool webSockets, string input, params string[] arguments) =>
        RunProcessAsync(webSockets, input, Kubectl!, [$"--server={server.Url}", "--insecure-skip-tls-verify", "--token=t", .. arguments]);

    private static async Task<Result> RunProcessAsync(bool webSockets, string input, string program, params string[] arguments)
    {
        using var process = Start(webSockets, program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input));
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before its input did.
            }

            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return new Result(process.ExitCode, await output, await error);
    }

    private static Process Start(bool webSockets, string program, params string[] arguments)
    {
        Assert.SkipWhen(Kubectl is null, "there is no kubectl on the path");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["KUBECTL_REMOTE_COMMAND_WEBSOCKETS"] = start.Environment["KUBECTL_PORT_FORWARD_WEBSOCKETS"] = webSockets ? "true" : "false";
        start.Environment["KUBECONFIG"] = "/dev/null";
        return Process.Start(start)!;
    }

    private sealed record Result(int Code, string Output, string Error);
}

using System.Diagnostics;
using System.Text;

namespace Coppice.Tests.Commands;

/// <summary>A shell on a terminal, in which somebody types and presses Tab.</summary>
public sealed class CompletionTests
{
    private const string Tab = "\t";
    private const string ToLineStart = "\u0001";

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("coppice stat" + Tab, "coppice status")]
    [InlineData("coppice image im" + Tab, "coppice image import")]
    [InlineData("coppice up --reg" + Tab, "coppice up --registries")]
    [InlineData("coppice up --log-level De" + Tab, "coppice up --log-level Debug")]
    [InlineData("coppice image import ba" + Tab, "coppice image import bark.tar")]
    public async Task Bash_completes_what_is_typed(string typed, string completed)
    {
        var stop = TestContext.Current.CancellationToken;
        using var directory = new Coppice.Testing.TemporaryDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "bark.tar"), "", stop);
        using var shell = Start(directory.Path);

        // The answers are computed, so that what is typed, which the terminal shows too, is never taken for one.
        await TypeAsync(shell, "source <(coppice completion bash); echo begun-$((40+2))\n", "begun-42", stop);
        var screen = await TypeAsync(shell, $"{typed}{ToLineStart}echo typed-$((40+2)) \n", "typed-42", stop);

        Assert.Contains($"typed-42 {completed}\r\n", screen + await TypeAsync(shell, "echo end-$((40+2))\n", "end-42", stop));
        shell.Kill(entireProcessTree: true);
        await shell.WaitForExitAsync(stop);
    }

    // util-linux' script is the terminal.
    private static Process Start(string directory)
    {
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", "bash --norc --noprofile -i", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = directory,
        };
        start.Environment["PATH"] = AppContext.BaseDirectory + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["TERM"] = "dumb";
        return Process.Start(start)!;
    }

    private static async Task<string> TypeAsync(Process shell, string keys, string until, CancellationToken stop)
    {
        await shell.StandardInput.WriteAsync(keys.AsMemory(), stop);
        await shell.StandardInput.FlushAsync(stop);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(AnswersWithin);
        var (screen, buffer) = (new StringBuilder(), new char[1024]);
        while (!screen.ToString().Contains(until, StringComparison.Ordinal))
        {
            var read = await shell.StandardOutput.ReadAsync(buffer, late.Token);
            if (read == 0)
            {
                break;
            }

            screen.Append(buffer, 0, read);
        }

        return screen.ToString();
    }
}

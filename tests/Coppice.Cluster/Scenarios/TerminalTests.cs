using System.Text.RegularExpressions;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Row 002.1 and what belongs to it: a terminal in a container is as good as one on the machine.</summary>
public sealed class TerminalTests(SharedCluster shared)
{
    private const string ControlC = "\u0003", ControlZ = "\u001a";

    private const int LooksBeforeAgain = 20;

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_terminal_follows_the_size_of_its_window_and_has_job_control(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("apply", "-f", $"{Repository.Examples}/nginx-recovery/nginx-pod.yaml");
        await ns.PodIsReadyAsync("nginx-pod", Patience);
        await using var terminal = ns.StartInTerminal(version, "exec", "-it", "nginx-pod", "--", "/bin/bash");
        await SaysAfterAsync(terminal, "echo in-$((40+2))\n", "in-42");

        // The window is made larger, then smaller.
        foreach (var (rows, columns) in ((int, int)[])[(33, 101), (20, 77)])
        {
            await ResizeAsync(terminal, rows, columns);
            await HasSizeAsync(terminal, rows, columns);
        }

        // A job is stopped, listed, sent to the background, brought back, and ended from the keyboard.
        // Such a key throws away what was typed and not read yet, so that the job must have begun; just before, it does nothing.
        await SaysAfterAsync(terminal, "echo begun-$((40+3)); sleep 1000\n", "begun-43");
        await SaysAfterAsync(terminal, ControlZ, "Stopped", again: true);
        await SaysAfterAsync(terminal, "bg\n", "sleep 1000 &");
        await SaysAfterAsync(terminal, "jobs\n", "Running");
        await SaysAfterAsync(terminal, "fg\n", "sleep 1000");
        await SaysAfterAsync(terminal, ControlC + "echo code=$?\n", "code=130", again: true);
        await terminal.TypeAsync("exit 7\n");
        Assert.Equal(7, await terminal.EndsAsync(Patience));
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task What_a_container_says_and_hears_can_be_attached_to(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: lines}
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [write, '5']}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: shell}
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, command: [bash], stdin: true, tty: true}]}
            """);
        await ns.PodIsReadyAsync("lines", Patience);
        await ns.PodIsReadyAsync("shell", Patience);

        // What was said before is not repeated; what is said now is heard.
        await Eventually.TrueAsync("some lines", Patience, async () => (await ns.RunAsync("logs", "lines")).Contains("line 5 "));
        await using (var attached = ns.Start(version, "attach", "lines"))
        {
            await Eventually.TrueAsync("two lines", Patience, () => attached.Said.Split("line ").Length > 2);
            Assert.DoesNotContain("line 1 ", attached.Said);
        }

        await using var terminal = ns.StartInTerminal(version, "attach", "-it", "shell");
        await SaysAfterAsync(terminal, "echo in-$((40+2))\n", "in-42");
        await ResizeAsync(terminal, 33, 101);
        await HasSizeAsync(terminal, 33, 101);

        // The shell is the container's first process: with its end the container ends, and is started again.
        await terminal.TypeAsync("exit 3\n");
        await terminal.EndsAsync(Patience);
        await ns.RestartsAsync("shell", 1, Patience);
        Assert.Equal("3", await ns.ValueAsync("pod/shell", ".status.containerStatuses[0].lastState.terminated.exitCode"));
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_pod_that_is_run_gets_its_input_and_gives_its_output(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        var command = ns.Cluster.Kubectl.CommandFor(
            version, "-n", ns.Name, "run", "-i", "--rm", "--restart=Never", "upper", "--image=coppice/testapp:1", "--command", "--", "sh", "-c", "sleep 1; tr a-z A-Z");
        var result = await (command with { Input = "coppiced\n" }).RunAsync();
        Assert.True(result.Succeeded, $"{result}");
        Assert.Contains("COPPICED", result.Output);
        Assert.Null(await ns.GetAsync("pod/upper"));
    }

    /// <param name="again">Types it until it has its effect, not too fast for a machine that is busy.</param>
    private static async Task SaysAfterAsync(RunningCommand terminal, string typed, string expected, bool again = false)
    {
        var before = terminal.Said.Length;
        var looks = 0;
        await Eventually.SeeAsync($"{expected} after {Regex.Escape(typed)}", Patience, async () =>
        {
            if (looks++ == 0 || (again && looks % LooksBeforeAgain == 0))
            {
                await terminal.TypeAsync(typed);
            }

            return terminal.Said[before..];
        }, said => Regex.IsMatch(said, expected));
    }

    private static Task HasSizeAsync(RunningCommand terminal, int rows, int columns) =>
        SaysAfterAsync(terminal, "stty size\n", $@"[\r\n]{rows} {columns}\r", again: true);

    // As a window manager does: the size is the pseudo-terminal's, and the kernel tells whoever runs in it.
    private static async Task ResizeAsync(RunningCommand terminal, int rows, int columns)
    {
        var device = Processes.WithDescendants([terminal.Id])
            .Select(id => new FileInfo($"/proc/{id}/fd/0").LinkTarget)
            .First(target => target?.StartsWith("/dev/pts/", StringComparison.Ordinal) == true)!;
        (await new Command("stty", "-F", device, "rows", $"{rows}", "cols", $"{columns}").RunAsync()).OrThrow();
    }
}

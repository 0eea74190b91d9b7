using Coppice.Node.Runtime;
using Coppice.Testing;

namespace Coppice.Contracts.Runtimes;

/// <summary>What every container runtime must do; run on containerd and on the simulated one.</summary>
public abstract class ContainerRuntimeContract(IRuntimeUnderTest under) : IAsyncLifetime
{
    private static int _pods;

    private readonly List<SandboxRecord> _made = [];

    protected IRuntimeUnderTest Under => under;

    protected IContainerRuntime Runtime => under.Runtime;

    protected CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var sandbox in _made)
        {
            // A container that ends at this moment closes the connection on which it is asked to: whoever uses a runtime asks again.
            await Eventually.SeeAsync($"the end of pod {sandbox.Id}", Patience, () => TryRemoveAsync(sandbox), refused => refused is null);

            async Task<RuntimeException?> TryRemoveAsync(SandboxRecord one)
            {
                try
                {
                    await Runtime.StopSandboxAsync(one.Id, CancellationToken.None);
                    await Runtime.RemoveSandboxAsync(one.Id, CancellationToken.None);
                    return null;
                }
                catch (RuntimeException e)
                {
                    return e;
                }
            }
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_sandbox_gets_an_address_and_keeps_its_identity()
    {
        var (_, sandbox) = await PodAsync();

        var listed = (await Runtime.ListAsync(Stop)).Sandboxes.Single(one => one.Id == sandbox.Id);
        Assert.Equal(SandboxState.Ready, listed.State);
        Assert.NotEmpty(listed.Addresses);
        Assert.Equal(sandbox.Addresses, listed.Addresses);
        Assert.Equal(sandbox.Pod, listed.Pod);
    }

    [Fact]
    public async Task A_container_is_created_then_runs()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await Runtime.CreateContainerAsync(sandbox, Container(spec, under.Sleeps), Stop);
        Assert.Equal(ContainerRunState.Created, (await Runtime.FindContainerAsync(id, Stop))!.State);

        await Runtime.StartContainerAsync(id, Stop);

        var record = (await Runtime.FindContainerAsync(id, Stop))!;
        Assert.Equal(ContainerRunState.Running, record.State);
        Assert.Equal((sandbox.Id, sandbox.Pod, "main", 0), (record.SandboxId, record.Pod, record.Name, record.Attempt));
        Assert.NotNull(record.StartedAt);
        Assert.Null(record.FinishedAt);
        Assert.Equal("hash-1", record.SpecHash);
        Assert.Equal("/dev/termination-log", record.TerminationMessagePath);
    }

    [Fact]
    public async Task A_running_container_is_given_other_limits_and_runs_on()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, under.Sleeps));
        await Runtime.UpdateContainerAsync(id, new ContainerResources(512, 50_000, 100_000, 128L << 20, 0), Stop);
        Assert.Equal(ContainerRunState.Running, (await Runtime.FindContainerAsync(id, Stop))!.State);

        await Runtime.UpdateContainerAsync("0123456789abcdef", new ContainerResources(512, 0, 100_000, 0, 0), Stop);
    }

    [Theory]
    [InlineData(0, "Completed")]
    [InlineData(3, "Error")]
    [InlineData(255, "Error")]
    public async Task A_container_that_ends_has_its_exit_code_and_reason(int code, string reason)
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, under.ExitsWith(code)));

        var record = await UntilAsync(id, ContainerRunState.Exited);

        Assert.Equal((code, reason), (record.ExitCode, record.Reason));
        Assert.NotNull(record.FinishedAt);
    }

    [Fact]
    public async Task An_exit_is_told_at_once_and_the_container_is_then_seen_as_exited()
    {
        var (spec, sandbox) = await PodAsync();
        await using var watch = await RuntimeWatch.StartAsync(Runtime);
        var id = await StartAsync(sandbox, Container(spec, under.ExitsWith(5)));

        var told = await watch.UntilAsync(one => one.Id == id && one.Type == RuntimeEventType.ContainerExited);

        Assert.Equal(5, told.ExitCode);
        var record = (await Runtime.FindContainerAsync(id, Stop))!;
        Assert.Equal((ContainerRunState.Exited, 5), (record.State, record.ExitCode));
    }

    [Fact]
    public async Task The_exit_of_a_sandbox_is_told_apart_from_a_containers()
    {
        var (_, sandbox) = await PodAsync();
        await using var watch = await RuntimeWatch.StartAsync(Runtime);

        await Runtime.StopSandboxAsync(sandbox.Id, Stop);

        await watch.UntilAsync(one => one.Id == sandbox.Id && one.Type == RuntimeEventType.SandboxExited);
        Assert.Equal(SandboxState.NotReady, (await Runtime.ListAsync(Stop)).Sandboxes.Single(one => one.Id == sandbox.Id).State);
    }

    [Fact]
    public async Task A_container_over_its_memory_limit_is_OOMKilled()
    {
        var (spec, sandbox) = await PodAsync();
        await using var watch = await RuntimeWatch.StartAsync(Runtime);
        var limits = new ContainerResources(0, 0, 0, 16 << 20, 0);
        var id = await StartAsync(sandbox, Container(spec, under.EatsMemory) with { Resources = limits });

        await watch.UntilAsync(one => one.Id == id && one.Type == RuntimeEventType.ContainerExited);

        // That there was no memory left is told by itself, and may come after the exit.
        var record = await Eventually.SeeAsync("the reason", Patience, async () => await Runtime.FindContainerAsync(id, Stop), seen => seen?.Reason == "OOMKilled");
        Assert.Equal((ContainerRunState.Exited, 137), (record!.State, record.ExitCode));
    }

    [Fact]
    public async Task Stopping_lets_a_container_end_by_itself()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, under.Sleeps));
        await HeedsAsync(id);

        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(20), Stop);

        var record = (await Runtime.FindContainerAsync(id, Stop))!;
        Assert.Equal(ContainerRunState.Exited, record.State);
        Assert.NotEqual(137, record.ExitCode);
    }

    [Fact]
    public async Task Stopping_kills_a_container_that_does_not_end_within_its_grace()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, under.IgnoresTermination));

        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(1), Stop);

        var record = (await Runtime.FindContainerAsync(id, Stop))!;
        Assert.Equal((ContainerRunState.Exited, 137), (record.State, record.ExitCode));
    }

    [Fact]
    public async Task Stopping_and_removing_twice_or_what_never_was_succeeds()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, under.Sleeps));
        for (var i = 0; i < 2; i++)
        {
            await Runtime.StopContainerAsync(id, TimeSpan.Zero, Stop);
        }

        for (var i = 0; i < 2; i++)
        {
            await Runtime.RemoveContainerAsync(id, Stop);
        }

        for (var i = 0; i < 2; i++)
        {
            await Runtime.StopSandboxAsync(sandbox.Id, Stop);
        }

        for (var i = 0; i < 2; i++)
        {
            await Runtime.RemoveSandboxAsync(sandbox.Id, Stop);
        }

        Assert.Null(await Runtime.FindContainerAsync(id, Stop));
        await Runtime.StopContainerAsync("neverwas", TimeSpan.Zero, Stop);
        await Runtime.RemoveContainerAsync("neverwas", Stop);
        await Runtime.StopSandboxAsync("neverwas", Stop);
        await Runtime.RemoveSandboxAsync("neverwas", Stop);
    }

    [Fact]
    public async Task The_next_attempt_stands_beside_the_one_that_ended()
    {
        var (spec, sandbox) = await PodAsync();
        var first = await StartAsync(sandbox, Container(spec, under.ExitsWith(1)));
        await UntilAsync(first, ContainerRunState.Exited);
        var second = await StartAsync(sandbox, Container(spec, under.Sleeps) with { Attempt = 1 });

        var listed = (await Runtime.ListAsync(Stop)).Containers.Where(one => one.SandboxId == sandbox.Id).OrderBy(one => one.Attempt).ToList();

        Assert.Equal([first, second], listed.Select(one => one.Id));
        Assert.Equal([ContainerRunState.Exited, ContainerRunState.Running], listed.Select(one => one.State));
        Assert.Equal([0, 1], listed.Select(one => one.Attempt));
    }

    [Fact]
    public async Task A_command_in_a_container_gives_its_output_and_exit_code()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, under.Sleeps));

        var result = await Runtime.RunCommandAsync(id, under.SpeakingCommand, Patience, Stop);

        Assert.Equal((7, "out", "err"), (result.ExitCode, result.Output.Trim(), result.ErrorOutput.Trim()));
    }

    [Fact]
    public async Task A_command_that_does_not_end_in_time_is_a_time_out_and_leaves_the_container_running()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, under.Sleeps));

        // A runtime that answers late itself, as on a busy machine, tells nothing of a command.
        var said = await Eventually.SeeAsync(
            "what becomes of the command", Patience,
            () => Record.ExceptionAsync(() => Runtime.RunCommandAsync(id, under.EndlessCommand, TimeSpan.FromSeconds(1), Stop).AsTask()).AsTask(),
            seen => seen is not RuntimeUnavailableException);
        Assert.IsType<TimeoutException>(said);

        Assert.Equal(ContainerRunState.Running, (await Runtime.FindContainerAsync(id, Stop))!.State);
    }

    [Fact]
    public async Task An_image_that_is_not_on_the_node_cannot_be_started()
    {
        var (spec, sandbox) = await PodAsync();
        var missing = Container(spec, under.Sleeps) with { Image = "coppice.local/missing:1" };

        await Assert.ThrowsAnyAsync<RuntimeException>(async () => await Runtime.CreateContainerAsync(sandbox, missing, Stop));
        Assert.Null(await under.Images.FindAsync(missing.Image, Stop));
    }

    [Fact]
    public async Task The_images_on_the_node_are_found_by_name_and_listed()
    {
        var found = await under.Images.FindAsync(under.Sleeps.Image, Stop);

        Assert.NotNull(found);
        Assert.Contains((await under.Images.ListAsync(Stop)), one => one.Id == found.Id);
    }

    protected async Task<(SandboxSpec Spec, SandboxRecord Sandbox)> PodAsync(Func<SandboxSpec, SandboxSpec>? change = null)
    {
        var number = Interlocked.Increment(ref _pods);
        var pod = new PodIdentity("contract", $"pod-{number}", $"00000000-0000-4000-8000-{number:D12}");
        var spec = new SandboxSpec(
            pod, 0, pod.Name, Path.Combine(under.LogDirectory, pod.Uid), under.CgroupParent, new Dictionary<string, string>(), new Dictionary<string, string>(),
            new DnsSettings(["10.43.0.10"], ["contract.svc.cluster.local"], ["ndots:5"]), [], default,
            new PodSecurity(null, null, [], false, null, new Dictionary<string, string>()));
        if (change is not null)
        {
            spec = change(spec);
        }

        var sandbox = await Runtime.RunSandboxAsync(spec, Stop);
        _made.Add(sandbox);
        return (spec, sandbox);
    }

    protected internal static ContainerSpec Container(SandboxSpec sandbox, TestProgram program) => new(
        "main", 0, program.Image, program.Command, program.Arguments, null, [], [], default,
        new ContainerSecurity(null, null, null, [], false, false, false, null, [], []),
        "main/0.log", "/dev/termination-log", "hash-1", false, false, false, sandbox);

    protected async Task<string> StartAsync(SandboxRecord sandbox, ContainerSpec spec)
    {
        var id = await Runtime.CreateContainerAsync(sandbox, spec, Stop);
        await Runtime.StartContainerAsync(id, Stop);
        return id;
    }

    /// <summary>Waits until what sleeps in a container heeds what it is told, which a program may do only a moment after its start.</summary>
    protected virtual Task HeedsAsync(string id) => Task.CompletedTask;

    protected async Task<ContainerRecord> UntilAsync(string id, ContainerRunState state)
    {
        var seen = await Eventually.SeeAsync($"{state}", Patience, async () => await Runtime.FindContainerAsync(id, Stop), seen => seen?.State == state);
        return seen!;
    }
}

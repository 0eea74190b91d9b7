using Coppice.ExampleImages;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>The program under test, in the foreground of one network namespace. The only place that knows its command line.</summary>
internal sealed class CoppiceServer(NetworkNamespace network, ClusterFolders folders, ClusterOptions options, string node = "node-1") : IAsyncDisposable
{
    private RunningCommand? _process;

    /// <summary>The process number of the running program.</summary>
    public int Id => _process is { HasEnded: false } running ? running.Id : throw new InvalidOperationException("coppice is not running");

    public bool IsRunning => _process is { HasEnded: false };

    /// <summary>The name that its cgroups, its rules and its claim to that name bear.</summary>
    public static string Instance(ClusterFolders folders) => Path.GetFileName(folders.Home).Replace('-', '_');

    public async Task StartAsync()
    {
        await File.WriteAllTextAsync(folders.Registries, RegistryMirror.Configuration(ImageRegistry.Address));
        var command = new Command(
            Repository.CoppiceBinary(),
            ["run", "--data-dir", folders.Data, "--registries", folders.Registries, "--instance", Instance(folders), "--node-name", node, .. options.Arguments]);
        if (options.Umask is { } umask)
        {
            command = command.After("sh", "-c", $"umask {umask} && exec \"$@\"", "sh");
        }

        _process = network.Enter(command).Start(Path.Combine(folders.Logs, "coppice.log"));
    }

    /// <summary>Writes an administrator's kubeconfig, as soon as there is one.</summary>
    public async Task WriteKubeconfigAsync(TimeSpan within)
    {
        var command = network.Enter(new Command(Repository.CoppiceBinary(), "kubeconfig", "--data-dir", folders.Data));
        var result = await Eventually.SeeAsync("a kubeconfig", within, LookAsync, seen => seen.Succeeded && seen.Output.Contains("current-context"));
        await File.WriteAllTextAsync(folders.Kubeconfig, result.Output);

        Task<CommandResult> LookAsync() => IsRunning
            ? command.RunAsync()
            : throw new InvalidOperationException($"coppice ended; it said:\n{_process?.Said}");
    }

    /// <summary>Ends it without warning, as a crash or kill -9 does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Processes.Signal(Id, Signal.Kill);
        await EndsAsync(Patience);
    }

    /// <summary>Asks it to end and waits until it has.</summary>
    public async Task StopAsync()
    {
        Processes.Signal(Id, Signal.Terminate);
        await EndsAsync(Patience);
    }

    /// <summary>Waits until it has ended.</summary>
    public Task EndsAsync(TimeSpan within) => _process!.EndsAsync(within);

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}

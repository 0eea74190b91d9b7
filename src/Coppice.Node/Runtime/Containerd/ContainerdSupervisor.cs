using System.ComponentModel;
using Coppice.Client;
using Coppice.Node.Host;
using Coppice.Node.Runtime.Cri;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>
/// Keeps our containerd running: starts it, or takes over the one an earlier coppice left, and starts it again when it dies.
/// Containers live in their shims and go on through all of that.
/// </summary>
/// <remarks>
/// <see cref="RunAsync"/> returns when it is told to stop and leaves containerd running, so that the next coppice is ready at
/// once; <see cref="StopAsync"/> is for ending it for good.
/// </remarks>
public sealed partial class ContainerdSupervisor : IDisposable
{
    /// <summary>While it starts. A question costs a fraction of a millisecond, and pods wait for the answer.</summary>
    private static readonly TimeSpan StartingPollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>The kernel's ENOSPC.</summary>
    private const int DiskFull = 28;

    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(10);

    private readonly ContainerdOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ContainerdLayout _layout;
    private readonly CriRuntime _probe;
    private readonly ContainerdWatch _watch;
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RuntimeAvailability _availability = RuntimeAvailability.Starting;

    public ContainerdSupervisor(ContainerdOptions options, TimeProvider time, ILogger<ContainerdSupervisor> log)
    {
        (_options, _time, _log) = (options, time, log);
        _layout = new ContainerdLayout(options);
        _probe = new CriRuntime(_layout.Socket, time);
        _watch = new ContainerdWatch(options, _layout, _probe, time, log);
    }

    public ContainerdLayout Layout => _layout;

    public void Dispose() => _probe.Dispose();

    /// <summary>Completes at once while it is ready, else when it is.</summary>
    public Task WaitUntilReadyAsync(CancellationToken stop) => WaitUntilAsync(RuntimeAvailability.Ready, stop);

    public async Task WaitUntilAsync(RuntimeAvailability wanted, CancellationToken stop)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_availability == wanted)
                {
                    return;
                }

                next = _changed.Task;
            }

            await next.WaitAsync(stop);
        }
    }

    /// <summary>Runs until <paramref name="stop"/>. Throws only what trying again cannot mend: a program that is not installed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await SuperviseAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop: containerd stays.
        }
    }

    /// <summary>
    /// Ends containerd for good. Containers go on in their shims unless <paramref name="purge"/>, which ends them too and
    /// removes every mount, shim and file of the directory. To be called when <see cref="RunAsync"/> has returned.
    /// </summary>
    public async Task StopAsync(bool purge, CancellationToken stop)
    {
        if (ContainerdProcess.Find(_layout) is { } running)
        {
            await running.EndAsync(EndGrace, _time, stop);
        }

        if (File.Exists(_layout.PidFile))
        {
            File.Delete(_layout.PidFile);
        }

        if (File.Exists(_layout.Socket))
        {
            File.Delete(_layout.Socket);
        }

        Become(RuntimeAvailability.Stopped);
        if (purge)
        {
            await ContainerdPurge.PurgeAsync(_layout, _time, stop);
        }
    }

    private async Task SuperviseAsync(CancellationToken stop)
    {
        HostProgram.Runc.Require();
        HostProgram.Containerd.Require();
        var pause = TimeSpan.Zero;
        while (true)
        {
            var startedAt = _time.GetTimestamp();
            TimeSpan? ran = null;
            if (await TryAdoptOrStartAsync(stop) is not { } process)
            {
                pause = NextPause(pause, ran);
                await Task.Delay(pause, _time, stop);
                continue;
            }

            if (await BecomeReadyAsync(process, stop))
            {
                Become(RuntimeAvailability.Ready);
                LogReady(process.Id, _time.GetElapsedTime(startedAt).TotalMilliseconds);
                var readyAt = _time.GetTimestamp();
                await _watch.UntilEndedAsync(process, stop);
                ran = _time.GetElapsedTime(readyAt);
                Become(RuntimeAvailability.Lost);
            }
            else if (process is { WasFound: true, HasEnded: false })
            {
                await _watch.ReplaceAsync(process, stop);
            }
            else
            {
                await process.EndAsync(EndGrace, _time, stop);
            }

            pause = NextPause(pause, ran);
            LogDied(process.Id, pause.TotalMilliseconds, _layout.LogFile);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _time, stop);
            }
        }
    }

    // Pauses grow only while it does not become ready. One that dies as soon as it is ready is not asked to do so without end.
    private TimeSpan NextPause(TimeSpan last, TimeSpan? ran)
    {
        if (ran >= _options.HealthyAfter)
        {
            return TimeSpan.Zero;
        }

        var next = ran is null && last > TimeSpan.Zero ? last * 2 : _options.RestartPause;
        return next < _options.RestartPauseMax ? next : _options.RestartPauseMax;
    }

    /// <returns>Null where the machine did not let us, as with a full disk, which may pass. At the first start all but a full disk is told instead.</returns>
    private async Task<ContainerdProcess?> TryAdoptOrStartAsync(CancellationToken stop)
    {
        try
        {
            return await AdoptOrStartAsync(stop);
        }
        catch (Exception failed) when ((_availability != RuntimeAvailability.Starting || failed is IOException { HResult: DiskFull })
            && failed is (IOException or UnauthorizedAccessException or Win32Exception))
        {
            LogNotStarted(failed.Message);
            return null;
        }
    }

    private async Task<ContainerdProcess> AdoptOrStartAsync(CancellationToken stop)
    {
        var host = HostFacts.Observe(_options);
        var configuration = ContainerdConfiguration.Render(_options, _layout, host);
        if (ContainerdProcess.Find(_layout) is { HasEnded: false } left)
        {
            if (left.HasUsualUmask && File.Exists(_layout.ConfigurationFile) && await File.ReadAllTextAsync(_layout.ConfigurationFile, stop) == configuration)
            {
                LogAdopted(left.Id);
                return left;
            }

            await left.EndAsync(EndGrace, _time, stop);      // as another version started it: containers go on in their shims
        }

        Prepare(configuration);
        if (_options.PodsHaveV6)
        {
            CniPlugins.Prepare(_layout.CniPluginDirectory, ContainerdConfiguration.PluginsOf(_options, host));
        }

        return ContainerdProcess.Start(_layout, Cgroups.CgroupMounts.Observe().MakeFor(_options.CgroupPath), _options.NetworkNamespace);
    }

    private void Prepare(string configuration)
    {
        foreach (var directory in (string[])[_layout.Directory, _layout.Root, _layout.State, _layout.RegistryDirectory, _layout.CniConfigurationDirectory, Path.GetDirectoryName(_layout.Socket)!])
        {
            OwnFiles.MakePrivateDirectory(directory);
        }

        if (!File.Exists(_layout.ConfigurationFile) || File.ReadAllText(_layout.ConfigurationFile) != configuration)
        {
            OwnFiles.WritePrivate(_layout.ConfigurationFile, configuration);
        }

        if (File.Exists(_layout.LogFile))
        {
            File.Move(_layout.LogFile, _layout.LogFile + ".1", overwrite: true);
        }

        if (File.Exists(_layout.Socket))
        {
            File.Delete(_layout.Socket);
        }
    }

    private async Task<bool> BecomeReadyAsync(ContainerdProcess process, CancellationToken stop)
    {
        var startedAt = _time.GetTimestamp();
        var limit = process.WasFound ? _options.SilenceMax : _options.ReadyWithin;
        while (!process.HasEnded && _time.GetElapsedTime(startedAt) < limit)
        {
            if (await IsReadyAsync(stop))
            {
                return true;
            }

            await Task.Delay(StartingPollInterval, _time, stop);
        }

        return false;
    }

    private async Task<bool> IsReadyAsync(CancellationToken stop)
    {
        if (!File.Exists(_layout.Socket))
        {
            return false;
        }

        try
        {
            var conditions = await _probe.ConditionsAsync(stop);
            return conditions.Any(one => one is { Type: "RuntimeReady", Holds: true });
        }
        catch (RuntimeException)
        {
            return false;
        }
    }

    private void Become(RuntimeAvailability next)
    {
        TaskCompletionSource passed;
        lock (_gate)
        {
            if (_availability == next)
            {
                return;
            }

            _availability = next;
            passed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        passed.SetResult();
    }

    [LoggerMessage(3201, LogLevel.Information, "containerd {ProcessId} is ready after {Milliseconds:0} ms")]
    private partial void LogReady(int processId, double milliseconds);

    [LoggerMessage(3202, LogLevel.Information, "Took over the running containerd {ProcessId}")]
    private partial void LogAdopted(int processId);

    [LoggerMessage(3203, LogLevel.Warning, "containerd cannot be started just now, which is tried again: {Why}")]
    private partial void LogNotStarted(string why);

    [LoggerMessage(3204, LogLevel.Warning, "containerd {ProcessId} ended; it is started again in {Milliseconds:0} ms. Its log is {LogFile}")]
    private partial void LogDied(int processId, double milliseconds, string logFile);
}

using System.Collections.Immutable;
using System.Threading.Channels;
using Coppice.Client;
using Coppice.Node.Devices.Wire;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Grpc;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Devices;

/// <summary>
/// The drivers of devices on this machine. A driver puts a socket into a directory; whoever answers there as a driver is registered, told
/// so, and stays registered until its socket is gone. What a driver offered that is no longer there is offered no more.
/// </summary>
/// <remarks>One loop: 1. look at the directory, 2. register and let go, 3. tell of what is offered by nobody, 4. wait for a change.</remarks>
internal sealed partial class DriverRegistry(string directory, OfferedSlices slices, DeviceFigures figures, TimeProvider time, ILogger log)
{
    private const string DriverType = "DRAPlugin";

    /// <summary>A driver that is replaced by its next version is away for a moment: Kubernetes' own time for it.</summary>
    private static readonly TimeSpan AwayMax = TimeSpan.FromSeconds(30);

    /// <summary>Changes of the directory are told at once; this finds what was not told, and tries again what failed.</summary>
    private static readonly TimeSpan AuditPeriod = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SteadyClock _clock = new(time);

    // Touched by the loop alone: what was found under which path, and since when a driver is away.
    private readonly SortedDictionary<string, Registration> _found = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DateTimeOffset> _away = new(StringComparer.Ordinal);
    private bool _isSwept;
    private string? _notWatched;

    // Swapped whole by the loop; read from anywhere.
    private volatile ImmutableSortedDictionary<string, DeviceDriver> _drivers = ImmutableSortedDictionary.Create<string, DeviceDriver>(StringComparer.Ordinal);

    /// <exception cref="DevicesNotReadyException">There is none of that name.</exception>
    public DeviceDriver Require(string name) => _drivers.GetValueOrDefault(name) ?? throw new DevicesNotReadyException($"DRA driver {name} is not registered");

    public async Task RunAsync(CancellationToken stop)
    {
        OwnFiles.EnsureDirectory(directory);
        using var changes = StartWatch();
        Watch(changes);
        await using var audit = _clock.CreateTimer(_ => Wake(), null, TimeSpan.Zero, AuditPeriod);
        try
        {
            while (await _wakes.Reader.WaitToReadAsync(stop))
            {
                _wakes.Reader.TryRead(out _);

                // Before the look: what comes after it is told.
                Watch(changes);
                await TryLookAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Drivers notice nothing of it: they are found again by the next agent.
        }
        finally
        {
            foreach (var driver in _drivers.Values)
            {
                driver.Dispose();
            }
        }
    }

    /// <summary>Those that are there. Where the machine has no more watches to give, the audit finds what is new.</summary>
    private void Watch(DirectoryWatch? changes)
    {
        try
        {
            foreach (var one in Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories).Prepend(directory))
            {
                changes?.Add(one);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It went meanwhile: the look finds as much.
        }
        catch (IOException failed)
        {
            NotWatched(failed);
        }
    }

    private DirectoryWatch? StartWatch()
    {
        try
        {
            return DirectoryWatch.Start(Wake);
        }
        catch (IOException failed)
        {
            NotWatched(failed);
            return null;
        }
    }

    // The same trouble is told once.
    private void NotWatched(IOException why)
    {
        if (_notWatched != why.Message)
        {
            _notWatched = why.Message;
            LogNotWatched(directory, why.Message);
        }
    }

    private void Wake() => _wakes.Writer.TryWrite(true);

    private async Task TryLookAsync(CancellationToken stop)
    {
        try
        {
            await LookAsync(stop);
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            LogNotLooked(directory, failed.Message);
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        var there = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path)[0] != '.' && IsSocket(path))
            .ToDictionary(path => path, File.GetLastWriteTimeUtc, StringComparer.Ordinal);
        foreach (var (path, registration) in _found.Where(one => !there.TryGetValue(one.Key, out var made) || made != one.Value.Made).ToList())
        {
            _found.Remove(path);
            LetGo(registration);
        }

        foreach (var (path, made) in there.Where(one => !_found.ContainsKey(one.Key)).OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            await RegisterAsync(path, made, stop);
        }

        await SweepAsync(stop);
    }

    private async Task RegisterAsync(string path, DateTime made, CancellationToken stop)
    {
        using var connection = new GrpcConnection(path, time);
        try
        {
            var info = await connection.CallAsync(DriverMethods.GetInfo, new InfoRequest(), stop);
            var problem = ProblemOf(info, path, out var service);

            // Before it is told: who knows that it is registered may be asked for at once.
            Take(path, new(made, problem is null ? new DeviceDriver(info.Name, info.Endpoint.Length > 0 ? info.Endpoint : path, service!, figures, time) : null));
            await connection.CallAsync(DriverMethods.NotifyRegistrationStatus, new RegistrationStatus { PluginRegistered = problem is null, Error = problem ?? "" }, stop);
            if (problem is null)
            {
                LogRegistered(info.Name, service!);
            }
            else
            {
                LogRefused(path, problem);
            }
        }
        catch (Exception failed) when (failed is GrpcException or RuntimeUnavailableException)
        {
            // It is tried again: a socket is there before somebody answers, and stays when its owner was killed.
            LogNotAnswered(path, failed.Message);
            if (_found.Remove(path, out var registration))
            {
                LetGo(registration);
            }
        }
    }

    private void Take(string path, Registration registration)
    {
        _found[path] = registration;
        if (registration.Driver is { } driver)
        {
            _away.Remove(driver.Name);
            _drivers = _drivers.SetItem(driver.Name, driver);
        }
    }

    private static string? ProblemOf(PluginInfo info, string path, out string? service)
    {
        service = DriverMethods.Services.FirstOrDefault(info.SupportedVersions.Contains);
        return info switch
        {
            { Type: not DriverType } => $"no handler registered for plugin type: {info.Type} at socket {path}",
            { Name: "" } => "DRA driver name is empty",
            _ when service is null => $"invalid supported gRPC versions of DRA driver plugin {info.Name} at endpoint {info.Endpoint}: none of services supported by the plugin are supported by the kubelet",
            _ => null,
        };
    }

    /// <summary>Where a newer one of the same name is there already, that goes on.</summary>
    private void LetGo(Registration registration)
    {
        if (registration.Driver is not { } driver)
        {
            return;
        }

        driver.Dispose();
        if (_drivers.GetValueOrDefault(driver.Name) == driver)
        {
            var other = _found.Values.Select(one => one.Driver).LastOrDefault(one => one?.Name == driver.Name);
            _drivers = other is null ? _drivers.Remove(driver.Name) : _drivers.SetItem(driver.Name, other);
            _away[driver.Name] = _clock.GetUtcNow() + AwayMax;
            LogGone(driver.Name);
        }
    }

    /// <summary>After a start of ours all that nobody answers for goes at once; later, what nobody has answered for long enough.</summary>
    private async Task SweepAsync(CancellationToken stop)
    {
        var now = _clock.GetUtcNow();
        var gone = _away.Where(one => one.Value <= now).Select(one => one.Key).ToList();
        if (_isSwept && gone.Count == 0)
        {
            return;
        }

        await slices.RemoveAsync(driver => !_drivers.ContainsKey(driver) && !(_away.TryGetValue(driver, out var until) && until > now), stop);
        _isSwept = true;
        gone.ForEach(driver => _away.Remove(driver));
    }

    private static bool IsSocket(string path)
    {
        using var file = LinuxFiles.Find(path);
        return LinuxFiles.IsSocket(file);
    }

    [LoggerMessage(3601, LogLevel.Information, "The driver {Driver} of devices has registered itself with {Service}")]
    private partial void LogRegistered(string driver, string service);

    [LoggerMessage(3602, LogLevel.Warning, "What is at {Path} cannot be registered: {Why}")]
    private partial void LogRefused(string path, string why);

    [LoggerMessage(3603, LogLevel.Debug, "Nobody answers at {Path}, which is tried again: {Why}")]
    private partial void LogNotAnswered(string path, string why);

    [LoggerMessage(3604, LogLevel.Information, "The driver {Driver} of devices is gone")]
    private partial void LogGone(string driver);

    [LoggerMessage(3605, LogLevel.Warning, "Drivers of devices in {Directory} could not be looked for, which is tried again: {Why}")]
    private partial void LogNotLooked(string directory, string why);

    [LoggerMessage(3606, LogLevel.Warning, "Drivers of devices in {Directory} cannot be watched, and are looked for now and then: {Why}")]
    private partial void LogNotWatched(string directory, string why);

    /// <param name="Made">When the socket was: another one under the same path is another driver.</param>
    /// <param name="Driver">Null where what answers is none.</param>
    private sealed record Registration(DateTime Made, DeviceDriver? Driver);
}

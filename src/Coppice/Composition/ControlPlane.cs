using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Controllers;
using Coppice.Objects.Core;
using Coppice.Scheduler;
using Coppice.Store;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>What a control plane is told by the process that it runs in.</summary>
/// <param name="Services">Which addresses and ports services are given.</param>
/// <param name="RootCertificates">The cluster's CA as PEM.</param>
public sealed record ControlPlaneOptions(ServiceAllocationOptions Services, string RootCertificates)
{
    /// <summary>Null where no tokens are issued, as in a simulation.</summary>
    public ServiceAccountTokens? Tokens { get; init; }

    /// <summary>Null where nothing is signed, as in a simulation.</summary>
    public CertificateAuthority? Authority { get; init; }
}

/// <summary>
/// The API on a store, and the controllers and the scheduler above it, each by a client under its own name. Nothing runs, and nothing is
/// asked of the store, before whoever made it runs the <see cref="Loops"/>.
/// </summary>
public sealed class ControlPlane
{
    /// <summary>What watches for all of the process: the controller manager does, as it does in other clusters for its controllers.</summary>
    public const string Watching = "system:caches";

    public const string ControllerManager = "system:kube-controller-manager";
    public const string Scheduler = "system:kube-scheduler";

    private readonly List<Func<CancellationToken, Task>> _loops = [];
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILoggerFactory _logs;

    /// <param name="door">A client of the API for the component of a name.</param>
    public ControlPlane(
        IRevisionStore store, ControlPlaneOptions options, Func<ApiVerbs, string, IApiClient> door, TimeProvider time, Random random, ILoggerFactory logs)
    {
        (_time, _random, _logs) = (time, random, logs);

        // 1. The verbs, which whoever serves the API serves too.
        Api = new ApiVerbs(store, options.Services, options.Tokens, time, random);

        // 2. The watched copies that all share, each made when it is first asked for.
        Caches = new CacheSet(door(Api, Watching), time, logs);

        // 3. The controllers, of whatever kinds are served, and the scheduler.
        var controllerApi = door(Api, ControllerManager);
        var controllerOptions = new ControllerOptions(options.RootCertificates)
        {
            Kinds = Api.Kinds,
            Sign = options.Authority is { } authority ? authority.Sign : null,
            Allows = Api.AllowsAsync,
        };
        var controllers = new ControllerSet(controllerApi, Caches, Recorder(controllerApi, "controllermanager"), controllerOptions, time, logs);
        var schedulerApi = door(Api, Scheduler);
        var scheduler = new SchedulingLoop(
            schedulerApi,
            new SchedulerCaches(Caches.Of<Pod>(), Caches.Of<Objects.Core.Node>(), Caches.Of<Namespace>()),
            Recorder(schedulerApi, "default-scheduler"),
            SchedulerOptions.Default,
            time,
            logs.CreateLogger("Coppice.Scheduler"));
        var log = logs.CreateLogger("Coppice.ApiServer");
        _loops.AddRange([stop => Api.Definitions.RunAsync(log, stop), controllers.RunAsync, scheduler.RunAsync, Caches.RunAsync]);
    }

    public ApiVerbs Api { get; }

    /// <summary>For all of the process; they run with the rest.</summary>
    public CacheSet Caches { get; }

    /// <summary>What works until it is stopped; none should end by itself.</summary>
    public IReadOnlyList<Func<CancellationToken, Task>> Loops => _loops;

    private EventRecorder Recorder(IApiClient api, string component)
    {
        var recorder = new EventRecorder(api, component, "", _time, _random, _logs.CreateLogger("Coppice.Events"));
        _loops.Add(recorder.RunAsync);
        return recorder;
    }
}

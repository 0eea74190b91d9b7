using Coppice.ApiServer;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Composition.Joining;
using Coppice.Controllers;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Objects.Storage;
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

    /// <summary>Null where no requests are told of.</summary>
    public AuditLog? Audit { get; init; }

    /// <summary>What of admission is switched on beside what always is.</summary>
    public ValueList<string> AdmissionPlugins { get; init; }

    /// <summary>How pods are given nodes.</summary>
    public SchedulerOptions Scheduler { get; init; } = SchedulerOptions.Default;

    /// <summary>Of which nodes get their pods' addresses; null where nobody hands them out.</summary>
    public ClusterRanges? Ranges { get; init; }

    /// <summary>How long pods that do not say stay on a node that is not well.</summary>
    public DefaultTolerations Tolerations { get; init; } = DefaultTolerations.Kubernetes;

    /// <summary>How long a node may be silent.</summary>
    public NodeLifecycleOptions NodeLifecycle { get; init; } = NodeLifecycleOptions.Default;

    /// <summary>By whose name its components show that they work; null where nobody looks, as in a simulation.</summary>
    public string? Host { get; init; }

    /// <summary>Null where nothing is signed, as in a simulation.</summary>
    public CertificateAuthority? Authority { get; init; }

    /// <summary>How long what is signed for others is good, where they do not ask for less; null for as long as the authority signs.</summary>
    public TimeSpan? SigningDuration { get; init; }
}

/// <summary>
/// The API on a store, and the controllers and the scheduler above it, each by a client under its own name: every controller is a service account of its own. Nothing runs, and nothing is
/// asked of the store, before whoever made it runs the <see cref="Loops"/>.
/// </summary>
public sealed class ControlPlane
{
    /// <summary>Watches for all of the process, as in other clusters for the controllers.</summary>
    public static readonly UserInfo ControllerManager = Users.Of("system:kube-controller-manager", Users.Authenticated);

    public static readonly UserInfo Scheduler = Users.Of("system:kube-scheduler", Users.Authenticated);

    private readonly List<Func<CancellationToken, Task>> _loops = [];
    private readonly ControllerSet _controllers;
    private readonly SchedulingLoop _scheduler;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILoggerFactory _logs;

    /// <param name="door">A client of the API for a component, which has the rights of its role and no more.</param>
    public ControlPlane(
        IRevisionStore store, ControlPlaneOptions options, Func<ApiVerbs, UserInfo, IApiClient> door, TimeProvider time, Random random, ILoggerFactory logs)
    {
        (_time, _random, _logs) = (time, random, logs);

        // 1. The verbs, which whoever serves the API serves too.
        Api = new ApiVerbs(store, options.Services, options.Tokens, time, random)
        {
            Audit = options.Audit,
            Tolerations = options.Tolerations,
            EnforcesOwnerPermissions = options.AdmissionPlugins.Contains(AdmissionPlugins.OwnerReferences),
        };

        // 2. The watched copies that all share, each made when it is first asked for.
        Caches = new CacheSet(door(Api, ControllerManager), time, logs);

        // 3. What nodes say of themselves between their leases. The controllers, of whatever kinds are served, and the scheduler.
        Heartbeats = new NodeHeartbeats(options.NodeLifecycle.Detector, time);
        var controllerOptions = new ControllerOptions(options.RootCertificates)
        {
            NodeLifecycle = options.NodeLifecycle,
            Heartbeats = Heartbeats,
            Ranges = options.Ranges,
            Kinds = Api.Kinds,
            Others = new(Api.OtherVersions, (name, path, stop) => Api.ReadOtherAsync(Users.Controller(name), path, stop))
            {
                Collections = Api.OtherCollections,
                DeleteAsync = (name, path, stop) => Api.DeleteOtherAsync(Users.Controller(name), path, stop),
            },
            Tokens = options.Tokens is { } tokens ? new(door(Api, ControllerManager), (account, secret) => tokens.SignKept(SubjectOf(account), secret)) : null,
            Sign = options.Authority is { } authority ? (request, usages, lifetime) => authority.Sign(request, usages, lifetime < options.SigningDuration ? lifetime : options.SigningDuration ?? lifetime) : null,
            Allows = Api.AllowsAsync,
            NodeCompanions = [NodeIdentities.Proxy, NodeIdentities.VolumeMaker],
            CheckPolicy = Api.CheckTypes,
        };
        var (managerApi, schedulerApi) = (door(Api, ControllerManager), door(Api, Scheduler));
        var (managerEvents, schedulerEvents) = (Recorder(managerApi, "controllermanager"), Recorder(schedulerApi, "default-scheduler"));
        _controllers = new ControllerSet(name => door(Api, Users.Controller(name)), Caches, managerEvents, controllerOptions, time, logs);
        _scheduler = new SchedulingLoop(schedulerApi, SchedulerCaches.Of(Caches), schedulerEvents, options.Scheduler, time, logs.CreateLogger("Coppice.Scheduler"));
        var log = logs.CreateLogger("Coppice.ApiServer");
        _loops.AddRange([stop => Api.Definitions.RunAsync(log, stop), _controllers.RunAsync, _scheduler.RunAsync, Caches.RunAsync]);
        if (options.Host is { } host)
        {
            // 4. Others see that it works.
            var manager = managerEvents.As("kube-controller-manager", managerApi);
            var elections = new ComponentElections(door(Api, Users.Component(InProcessClient.ApiServer)), managerApi, manager, schedulerApi, schedulerEvents);
            var told = logs.CreateLogger("Coppice");
            _loops.Add(ComponentLeases.Of(host, elections, time, random, told).RunAsync);
            _loops.Add(new ExpiredIdentities(elections.Server, ComponentLeases.ServerName(host), time, told).RunAsync);
        }
    }

    public ApiVerbs Api { get; }

    /// <summary>Whoever serves the API tells it what agents say of themselves.</summary>
    public NodeHeartbeats Heartbeats { get; }

    /// <summary>For all of the process; they run with the rest.</summary>
    public CacheSet Caches { get; }

    /// <summary>What works until it is stopped; none should end by itself.</summary>
    public IReadOnlyList<Func<CancellationToken, Task>> Loops => _loops;

    /// <summary>What controllers and scheduler have to tell.</summary>
    public void WriteTo(MetricsText text)
    {
        _controllers.WriteTo(text);
        _scheduler.WriteTo(text);
    }

    private static TokenSubject SubjectOf(ServiceAccount account) => new(account.Metadata.Namespace!, account.Metadata.Name!, account.Metadata.Uid!);

    private EventRecorder Recorder(IApiClient api, string component)
    {
        var recorder = new EventRecorder(api, component, "", _time, _random, _logs.CreateLogger("Coppice.Events"));
        _loops.Add(recorder.RunAsync);
        return recorder;
    }
}

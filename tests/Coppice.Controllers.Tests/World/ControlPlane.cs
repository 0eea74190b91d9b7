using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Controllers.Tests.World;

/// <summary>
/// All controllers over the real verbs on the store in memory, each with the rights of its usual role (that one is missing fails the
/// test), on the calling thread alone. A test changes the world, calls <see cref="Settle"/>, and looks at
/// the world that the controllers made of it.
/// </summary>
internal sealed class ControlPlane : OneThread, IEventRecorder
{
    private readonly ControllerSet _controllers;

    /// <param name="nodes">Without, nodes are never missed: most tests have none.</param>
    /// <param name="endedPodsMax">How many that have ended are kept.</param>
    /// <param name="ranges">Without, nodes are given no addresses for pods.</param>
    public ControlPlane(NodeLifecycleOptions? nodes = null, int endedPodsMax = 1_000, ClusterRanges? ranges = null)
    {
        var never = TimeSpan.FromDays(1000);
        Clock = new(Time);
        Api = new(Clock);
        Authority = CertificateAuthority.Create(Clock);
        var manager = Api.Door.As(Users.Of("system:kube-controller-manager", Users.Authenticated));
        Heartbeats = new(FailureDetectorOptions.Default, Clock);
        var options = new ControllerOptions("PEM")
        {
            Tokens = new(manager, (account, secret) => $"token of {account.Metadata.Name} for {secret}"),
            NodeLifecycle = nodes ?? new(never, never, never),
            Heartbeats = Heartbeats,
            Ranges = ranges,
            Kinds = Api.Door.Verbs.Kinds,
            EndedPodsMax = endedPodsMax,
            Others = new(group => Others is null ? [] : group.StartsWith("custom", StringComparison.Ordinal) ? ["v1beta1", "v1beta2"] : ["v1beta1"], (_, path, _) => ReadOther(path))
            {
                Collections = () => OtherCollections,
                DeleteAsync = (_, path, _) =>
                {
                    DeleteOther(path);
                    return ValueTask.CompletedTask;
                },
            },
            Sign = Authority.Sign,
            CheckPolicy = Api.Door.Verbs.CheckTypes,
            Allows = (user, wanted, stop) => new(Allows(user, wanted)),
            NodeCompanions = [new() { Username = "system:kube-proxy", Groups = ["system:authenticated"] }],
        };
        Api.Door.Denied = why => Post(_ => Assert.Fail(why), null);
        var caches = new CacheSet(manager, Clock, NullLoggerFactory.Instance);
        var controllers = _controllers = new ControllerSet(name => Api.Door.As(Users.Controller(name)), caches, this, options, Clock, NullLoggerFactory.Instance);
        Running = Task.WhenAll(caches.RunAsync(Stop.Token), controllers.RunAsync(Stop.Token));
        Settle();
    }

    /// <summary>What the controllers have to tell, in Prometheus' text.</summary>
    public string Figures()
    {
        var text = new MetricsText();
        _controllers.WriteTo(text);
        return Encoding.UTF8.GetString(text.ToBytes().Span);
    }

    /// <summary>What nodes say of themselves.</summary>
    public NodeHeartbeats Heartbeats { get; }

    /// <summary>Whose signature the certificates bear that are asked for.</summary>
    public CertificateAuthority Authority { get; }

    /// <summary>What others answer at a path of their APIs, as JSON, where null is that they do not; null where nobody serves any.</summary>
    public Func<string, string?>? Others { get; set; }

    /// <summary>What others keep in namespaces.</summary>
    public IReadOnlyList<OtherCollection> OtherCollections { get; set; } = [];

    /// <summary>Told the path of what others are to delete.</summary>
    public Action<string> DeleteOther { get; set; } = _ => { };

    /// <summary>What users may do.</summary>
    public Func<UserInfo, ResourceAttributes, bool> Allows { get; set; } = (_, _) => false;

    public ManualTimeProvider Time { get; } = new();

    /// <summary>What the controllers take for the time: <see cref="Time"/>, until a test sets it.</summary>
    public SettableClock Clock { get; }

    public WorldApi Api { get; }

    /// <summary>What was told, as "Reason message".</summary>
    public List<string> Events { get; } = [];

    public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) => Events.Add($"{reason} {message}");

    public void Advance(TimeSpan by)
    {
        Time.Advance(by);
        Settle();
    }

    public T Create<T>(T item) where T : KubernetesObject
    {
        var created = Api.Create(item);
        Settle();
        return created;
    }

    public void Change<T>(string name, Func<T, T> change, string ns = "default") where T : KubernetesObject
    {
        Api.Update(change(Api.Get<T>(name, ns)));
        Settle();
    }

    public void Delete<T>(string name, string ns = "default", string? propagation = null) where T : KubernetesObject
    {
        Api.Delete<T>(new(ns, name), propagation);
        Settle();
    }

    /// <summary>The nodes' part: pods that were made run and are ready, pods that must go are gone; until nothing is left to do.</summary>
    public void RunPods(Func<Pod, bool>? isReady = null, Func<Pod, string?>? bindTo = null)
    {
        for (var round = 0; round < 200; round++)
        {
            var writes = Api.Writes;
            foreach (var pod in Api.All<Pod>())
            {
                if (pod.Metadata.DeletionTimestamp is not null)
                {
                    Api.FinishPod(pod);
                }
                else if (pod.Status.Phase is null or PodPhase.Pending)
                {
                    Api.SetPod(pod.Metadata.Name!, p => Samples.Running(Bound(p, bindTo), isReady?.Invoke(p) ?? true, Time.GetUtcNow()), pod.Metadata.Namespace!);
                }
            }

            Settle();
            if (Api.Writes == writes)
            {
                return;
            }
        }

        Assert.Fail("the pods never come to rest");
    }

    private ValueTask<JsonElement> ReadOther(string path) => Others?.Invoke(path) is { } text
        ? new(JsonSerializer.Deserialize<JsonElement>(text))
        : throw new ApiException(new() { Status = "Failure", Code = 503, Reason = "ServiceUnavailable", Message = "it is away" });

    private static Pod Bound(Pod pod, Func<Pod, string?>? bindTo) =>
        pod with { Spec = pod.Spec with { NodeName = pod.Spec.NodeName ?? bindTo?.Invoke(pod) } };
}

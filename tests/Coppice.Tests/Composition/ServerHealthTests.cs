using Coppice.ApiServer.Http;
using Coppice.Client;
using Coppice.Composition;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Tests.Composition;

public sealed class ServerHealthTests : IAsyncDisposable
{
    private readonly TestApi _api = new(new ManualTimeProvider(), "default");
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly InMemoryRevisionStore _store = new();
    private readonly StartHooks _hooks = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CacheSet _caches;
    private string? _log;
    private string? _storeTrouble;
    private string? _node;
    private string[] _missingApis = [];

    public ServerHealthTests() => _caches = new(_api, _loop.Time, NullLoggerFactory.Instance);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _loop.RunUntilIdle();
        _stop.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public void Checks_bear_Kubernetes_names_in_its_order()
    {
        string[] hooks =
        [
            "start-apiserver-admission-initializer", "generic-apiserver-start-informers", "priority-and-fairness-config-consumer",
            "priority-and-fairness-filter", "start-apiextensions-informers", "start-apiextensions-controllers", "crd-informer-synced",
            "start-system-namespaces-controller", "start-cluster-authentication-info-controller", "start-kube-apiserver-identity-lease-controller",
            "start-kube-apiserver-identity-lease-garbage-collector", "start-legacy-token-tracking-controller", "start-service-ip-repair-controllers",
            "rbac/bootstrap-roles", "scheduling/bootstrap-system-priority-classes", "priority-and-fairness-config-producer", "bootstrap-controller",
            "start-kubernetes-service-cidr-controller", "aggregator-reload-proxy-client-cert", "start-kube-aggregator-informers",
            "apiservice-status-local-available-controller", "apiservice-status-remote-available-controller", "apiservice-registration-controller",
            "apiservice-discovery-controller", "kube-apiserver-autoregistration",
        ];
        string[] all =
        [
            "log", "etcd", "etcd-readiness", "informer-sync", .. hooks.Select(one => $"poststarthook/{one}"), "autoregister-completion",
            "poststarthook/apiservice-openapi-controller", "poststarthook/apiservice-openapiv3-controller", "node",
        ];
        Assert.Equal(all, Checks().Select(check => check.Name));
        Assert.Equal(["etcd-readiness", "informer-sync", "node"], Checks().Where(check => check.IsReadiness).Select(check => check.Name));
    }

    [Fact]
    public void A_step_of_the_start_fails_until_it_is_finished()
    {
        Assert.Equal("not finished", ProblemOf("poststarthook/rbac/bootstrap-roles"));
        _hooks.Finish(StartStep.Roles);
        Assert.Null(ProblemOf("poststarthook/rbac/bootstrap-roles"));
        Assert.Equal("not finished", ProblemOf("poststarthook/bootstrap-controller"));
    }

    [Fact]
    public async Task A_store_that_refuses_writes_is_not_ready_and_one_that_is_closed_is_dead()
    {
        Assert.Equal((null, null), (ProblemOf("etcd"), ProblemOf("etcd-readiness")));
        _storeTrouble = "The disk is full";
        Assert.Equal((null, "error writing data to etcd: The disk is full"), (ProblemOf("etcd"), ProblemOf("etcd-readiness")));
        await _store.DisposeAsync();
        Assert.StartsWith("error getting data from etcd: ", ProblemOf("etcd"));
    }

    [Fact]
    public void Copies_that_are_not_filled_yet_are_named()
    {
        _caches.Of<Pod>();
        _caches.Of<Objects.Core.Node>();
        Assert.Equal("2 informers not started yet: [*v1.Node *v1.Pod]", ProblemOf("informer-sync"));
        _ = _caches.RunAsync(_stop.Token);
        _loop.Await(_caches.WaitUntilSyncedAsync);
        Assert.Null(ProblemOf("informer-sync"));
    }

    [Fact]
    public void Objects_of_a_kind_that_somebody_defined_may_be_unreadable()
    {
        var schema = BuiltInKinds.Of<Pod>().Schema;
        _caches.Of(new Kind { Group = "example.com", Version = "v1", Name = "Broken", Resource = "broken", Schema = schema, Format = new CustomFormat(schema) });
        Assert.Null(ProblemOf("informer-sync"));
    }

    [Fact]
    public void What_fails_beside_it_is_told_in_its_words()
    {
        Assert.Equal((null, null, null), (ProblemOf("log"), ProblemOf("autoregister-completion"), ProblemOf("node")));
        (_log, _missingApis, _node) = ("logging blocked", ["v1.apps", "v1.batch"], "the node is starting");
        Assert.Equal(
            ("logging blocked", "missing APIService: [v1.apps v1.batch]", "the node is starting"), (ProblemOf("log"), ProblemOf("autoregister-completion"), ProblemOf("node")));
    }

    private string? ProblemOf(string name) => Checks().Single(check => check.Name == name).Problem();

    private HealthCheck[] Checks() =>
        ServerHealth.Checks(() => _log, _store, () => _storeTrouble, _caches, _hooks, () => _missingApis, new HealthCheck("node", true, () => _node));
}

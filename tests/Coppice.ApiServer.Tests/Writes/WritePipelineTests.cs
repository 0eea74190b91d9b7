using System.Text;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Apps;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Quotas;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Writes;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Authentication;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Policy;
using Coppice.Store;
using Coppice.Store.InMemory;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Writes;

/// <summary>Every write goes one way: what admission is told, what is tried again, and what is made of nothing.</summary>
public sealed class WritePipelineTests
{
    private static readonly UserInfo User = Users.Component("test");
    private static readonly ObjectKey Key = new("default", "a");
    private static readonly ObjectMeta Name = new() { Name = "a", Namespace = "default" };
    private static readonly Pod Pod = new() { Metadata = Name, Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] } };

    private readonly InterruptedStore _store = new();
    private readonly Witness _witness = new();
    private readonly WritePipeline _writes;

    public WritePipelineTests()
    {
        var storage = new ObjectStorage(_store);
        _writes = new WritePipeline(
            storage,
            new AdmissionChain(new AdmissionMetrics(TimeProvider.System), _witness),
            new ServiceAllocation(storage, ServiceAllocationOptions.Default, TimeProvider.System, new Random(1)),
            new QuotaLedger(storage, TimeProvider.System),
            TimeProvider.System,
            new Random(1));
    }

    [Fact]
    public void Every_part_and_every_action_that_is_served_is_written_by_somebody() => Assert.All(
        BuiltInServedKinds.All.SelectMany(served => served.Subresources).Where(door => door.Door != Door.Stream && door.Name != "token"),
        door => Assert.NotNull(WriteParts.Of(door.Name)));

    [Fact]
    public async Task Every_write_passes_both_phases_and_says_what_it_is()
    {
        await MakeAsync(PodKind.Served, Pod);
        await WriteAsync(PodKind.Served, WriteOperation.Update, "", Pod with { Metadata = Name with { Labels = ValueMap.Of(("a", "b")) } });
        await WriteAsync(PodKind.Served, WriteOperation.Update, "status", Pod with { Status = new PodStatus { Phase = PodPhase.Running } });
        await WriteAsync(PodKind.Served, WriteOperation.Update, "ephemeralcontainers", Pod);
        await WriteAsync(PodKind.Served, WriteOperation.Update, "resize", Pod);
        await WriteAsync(PodKind.Served, WriteOperation.Create, "binding", new Binding { Metadata = Name, Target = new ObjectReference { Name = "n" } });
        await WriteAsync(PodKind.Served, WriteOperation.Create, "eviction", new Eviction { Metadata = Name });
        await _writes.RunAsync(Request(PodKind.Served, WriteOperation.Delete, ""), new WriteChange.Removal(), Stop);
        Assert.Equal(
            [
                "Create : Pod over nothing", "Update : Pod over Pod", "Update status: Pod over Pod", "Update ephemeralcontainers: Pod over Pod",
                "Update resize: Pod over Pod", "Create binding: Binding over nothing", "Create eviction: Eviction over nothing", "Delete : nothing over Pod",
            ],
            _witness.Mutations);
        Assert.Equal(_witness.Mutations, _witness.Validations);
    }

    [Fact]
    public async Task A_scale_is_admitted_as_a_scale_and_changes_the_replicas()
    {
        var labels = ValueMap.Of(("a", "b"));
        await MakeAsync(DeploymentKind.Served, new Deployment
        {
            Metadata = Name,
            Spec = new DeploymentSpec
            {
                Selector = new LabelSelector { MatchLabels = labels },
                Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = labels }, Spec = Pod.Spec },
            },
        });
        _witness.Mutate = item => item is Scale scale ? scale with { Spec = scale.Spec with { Replicas = scale.Spec.Replicas + 1 } } : item;
        var patch = new WriteChange.Patch(PatchType.Merge, Encoding.UTF8.GetBytes("""{"spec":{"replicas":3}}"""));
        var result = await _writes.RunAsync(Request(DeploymentKind.Served, WriteOperation.Update, "scale"), patch, Stop);
        Assert.Equal(4, ((Deployment)result.Form.Item).Spec.Replicas);
        Assert.Equal("Update scale: Scale over Scale", _witness.Mutations[^1]);
    }

    [Fact]
    public async Task What_is_added_gets_its_defaults_and_is_validated()
    {
        _witness.Mutate = item => item is Pod pod ? pod with { Spec = pod.Spec with { Containers = pod.Spec.Containers.Add(new Container { Name = "d", Image = "i" }) } } : item;
        Assert.Equal("Always", ((Pod)await MakeAsync(PodKind.Served, Pod)).Spec.Containers[1].ImagePullPolicy);

        _witness.Mutate = item => item is Pod pod ? pod with { Spec = pod.Spec with { Containers = [] } } : item;
        var refused = await Assert.ThrowsAsync<ApiError>(() => MakeAsync(PodKind.Served, Pod with { Metadata = Name with { Name = "b" } }));
        Assert.Equal("Pod \"b\" is invalid: spec.containers: Required value", refused.Message);
    }

    [Fact]
    public async Task A_status_that_the_clusters_rules_refuse_is_not_stored()
    {
        await MakeAsync(PodKind.Served, Pod);
        _witness.Refuse = request => request.Subresource == "status";
        var running = Pod with { Status = new PodStatus { Phase = PodPhase.Running } };
        await Assert.ThrowsAsync<ApiError>(() => WriteAsync(PodKind.Served, WriteOperation.Update, "status", running));
        Assert.Equal(PodPhase.Pending, (await FindAsync<Pod>(PodKind.Served))!.Status.Phase);
    }

    [Fact]
    public async Task A_deletion_that_the_clusters_rules_refuse_leaves_the_object()
    {
        await MakeAsync(PodKind.Served, Pod);
        _witness.Refuse = request => request.Operation == WriteOperation.Delete;
        await Assert.ThrowsAsync<ApiError>(async () => await _writes.RunAsync(Request(PodKind.Served, WriteOperation.Delete, ""), new WriteChange.Removal(), Stop));
        Assert.Null((await FindAsync<Pod>(PodKind.Served))!.Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task A_change_that_may_create_makes_what_is_not_there_and_changes_what_is()
    {
        var change = new Count();
        Assert.Equal("1", await CountAsync());
        Assert.Equal("2", await CountAsync());
        Assert.Equal(["Create : ConfigMap over nothing", "Update : ConfigMap over ConfigMap"], _witness.Validations);

        async Task<string?> CountAsync() =>
            ((ConfigMap)(await _writes.RunAsync(Request(ConfigMapKind.Served, WriteOperation.Update, ""), change, Stop)).Form.Item).Data.Find("count");
    }

    [Fact]
    public async Task What_somebody_made_meanwhile_is_changed_instead_of_made()
    {
        _store.Before = async store => await new ObjectStorage(store).CreateAsync(ConfigMapKind.Served.Kind, Counted("7"), Stop);
        var result = await _writes.RunAsync(Request(ConfigMapKind.Served, WriteOperation.Update, ""), new Count(), Stop);
        Assert.Equal("8", ((ConfigMap)result.Form.Item).Data.Find("count"));
    }

    [Fact]
    public async Task An_update_that_names_no_version_is_tried_again_on_what_somebody_wrote_meanwhile()
    {
        await MakeAsync(ConfigMapKind.Served, Counted("1"));
        _store.Before = store => WriteMeanwhileAsync(store, "100");
        var result = await _writes.RunAsync(Request(ConfigMapKind.Served, WriteOperation.Update, ""), new Count(), Stop);
        Assert.Equal("101", ((ConfigMap)result.Form.Item).Data.Find("count"));
    }

    [Fact]
    public async Task An_update_that_names_a_version_is_told_of_what_somebody_wrote_meanwhile()
    {
        var made = (ConfigMap)await MakeAsync(ConfigMapKind.Served, Counted("1"));
        _store.Before = store => WriteMeanwhileAsync(store, "100");
        var refused = await Assert.ThrowsAsync<ApiError>(() => WriteAsync(ConfigMapKind.Served, WriteOperation.Update, "", made with { Data = Counted("2").Data }));
        Assert.True(refused.IsConflict);
        Assert.Equal("100", (await FindAsync<ConfigMap>(ConfigMapKind.Served))!.Data.Find("count"));
    }

    [Fact]
    public async Task A_deletion_is_tried_again_on_what_somebody_wrote_meanwhile()
    {
        await MakeAsync(ConfigMapKind.Served, Counted("1"));
        _store.Before = store => WriteMeanwhileAsync(store, "100");
        var result = await _writes.RunAsync(Request(ConfigMapKind.Served, WriteOperation.Delete, ""), new WriteChange.Removal(), Stop);
        Assert.True(result.Gone);
        Assert.Equal("100", ((ConfigMap)result.Form.Item).Data.Find("count"));
        Assert.Null(await FindAsync<ConfigMap>(ConfigMapKind.Served));
    }

    [Fact]
    public async Task Nobody_tries_for_ever()
    {
        await MakeAsync(ConfigMapKind.Served, Counted("1"));
        _store.IsOutrun = true;
        var refused = await Assert.ThrowsAsync<ApiError>(() => WriteAsync(ConfigMapKind.Served, WriteOperation.Update, "", Counted("2")));
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again",
            refused.Message);
    }

    [Fact]
    public async Task Nobody_streams_by_a_write()
    {
        var api = new InProcessClient(new ApiVerbs(_store, ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1)), "test");
        var refused = await Assert.ThrowsAsync<ApiError>(() => api.WriteAsync(PodKind.Served.Kind, new ObjectWrite.Create(Key, Pod, "exec"), Stop).AsTask());
        Assert.Equal("the server does not allow this method on the requested resource", refused.Message);
    }

    [Fact]
    public async Task A_token_that_the_clusters_rules_refuse_is_not_issued()
    {
        await MakeAsync(ServiceAccountKind.Served, new ServiceAccount { Metadata = Name });
        _witness.Refuse = request => request.Subresource == "token";
        var issuer = new ServiceAccountTokens(TestKeys.Tokens, TimeProvider.System);
        var tokens = new TokenVerb(new ObjectStorage(_store), new AdmissionChain(new AdmissionMetrics(TimeProvider.System), _witness), issuer, TimeProvider.System);
        var asked = Request(ServiceAccountKind.Served, WriteOperation.Create, "token");
        var refused = await Assert.ThrowsAsync<ApiError>(async () => await tokens.CreateAsync(asked, new TokenRequest(), Stop));
        Assert.Equal("serviceaccounts \"a\" is forbidden: no", refused.Message);
        Assert.Equal("Create token: TokenRequest over nothing", _witness.Mutations[^1]);
    }

    [Fact]
    public async Task Whoever_connects_is_seen_by_both_phases()
    {
        await new AdmissionChain(new AdmissionMetrics(TimeProvider.System), _witness).ConnectAsync(Request(PodKind.Served, WriteOperation.Connect, "exec"), Stop);
        Assert.Equal(["Connect exec: nothing over nothing"], _witness.Mutations);
        Assert.Equal(_witness.Mutations, _witness.Validations);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ConfigMap Counted(string count) => new() { Metadata = Name, Data = ValueMap.Of(("count", count)) };

    private static WriteRequest Request(ServedKind served, WriteOperation operation, string subresource) => new(operation, served, Key, User) { Subresource = subresource };

    private static async ValueTask WriteMeanwhileAsync(IRevisionStore store, string count)
    {
        var storage = new ObjectStorage(store);
        var current = await storage.GetAsync(ConfigMapKind.Served.Kind, Key, Stop);
        await storage.UpdateAsync(ConfigMapKind.Served.Kind, (ConfigMap)current.Item with { Data = Counted(count).Data }, current, Stop);
    }

    private Task<KubernetesObject> MakeAsync(ServedKind served, KubernetesObject item) => WriteAsync(served, WriteOperation.Create, "", item);

    private async Task<KubernetesObject> WriteAsync(ServedKind served, WriteOperation operation, string subresource, KubernetesObject item) =>
        (await _writes.RunAsync(Request(served, operation, subresource) with { Key = ObjectKey.Of(item) }, new WriteChange.Body(item), Stop)).Form.Item;

    private async Task<T?> FindAsync<T>(ServedKind served) where T : KubernetesObject =>
        (T?)(await new ObjectStorage(_store).FindAsync(served.Kind, Key, Stop))?.Item;

    /// <summary>Counts up, from nothing if need be.</summary>
    private sealed record Count : WriteChange
    {
        public override bool MayCreate(ServedKind served) => true;

        public override Asked Apply(PendingWrite write, WritePart part, CancellationToken stop) => new(
            write.IsNew ? Counted("1") : Counted($"{int.Parse(((ConfigMap)write.Old).Data.Find("count")!) + 1}"), IsWhole: false, []);
    }

    /// <summary>Sees every write in both phases, and does what the test says.</summary>
    private sealed class Witness : IMutatingAdmission, IValidatingAdmission
    {
        public List<string> Mutations { get; } = [];

        public List<string> Validations { get; } = [];

        public Func<KubernetesObject, KubernetesObject> Mutate { get; set; } = item => item;

        public Func<WriteRequest, bool> Refuse { get; set; } = _ => false;

        public bool Handles(WriteOperation operation) => true;

        public ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
        {
            Mutations.Add(Told(request, item, old));
            return new(item is null ? null : Mutate(item));
        }

        public ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
        {
            Validations.Add(Told(request, item, old));
            return Refuse(request) ? throw ApiErrors.Forbidden(request.Resource, request.Key.Name, "no") : ValueTask.CompletedTask;
        }

        private static string Told(WriteRequest request, KubernetesObject? item, KubernetesObject? old) =>
            $"{request.Operation} {request.Subresource}: {item?.GetType().Name ?? "nothing"} over {old?.GetType().Name ?? "nothing"}";
    }

    /// <summary>A store in which somebody else writes between a read and the next write: once, or always.</summary>
    private sealed class InterruptedStore : IRevisionStore
    {
        private readonly InMemoryRevisionStore _store = new();

        public Func<IRevisionStore, ValueTask>? Before { get; set; }

        /// <summary>Somebody else is always quicker.</summary>
        public bool IsOutrun { get; set; }

        public Revision Current => _store.Current;

        public Revision Compacted => _store.Compacted;

        public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken stop) => _store.GetAsync(key, stop);

        public ValueTask<StoreRange> RangeAsync(RangeQuery query, CancellationToken stop) => _store.RangeAsync(query, stop);

        public async ValueTask<WriteOutcome> WriteAsync(StoreWrite write, CancellationToken stop)
        {
            if (Before is { } before)
            {
                Before = null;
                await before(_store);
            }

            if (IsOutrun)
            {
                await WriteMeanwhileAsync(_store, $"{100 + _store.Current.Value}");
            }

            return await _store.WriteAsync(write, stop);
        }

        public IStoreWatch Watch(string prefix, Revision after, StoreTerm? only = null) => _store.Watch(prefix, after, only);

        public ValueTask CompactAsync(Revision upTo, CancellationToken stop) => _store.CompactAsync(upTo, stop);

        public ValueTask DisposeAsync() => _store.DisposeAsync();
    }
}

using Coppice.ApiServer.Errors;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class QuotaLedgerTests
{
    private readonly Task<AdmissionWorld> _world = AdmissionWorld.MakeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_made_beyond_a_quota()
    {
        var world = await WithQuotaAsync("pods=2");
        await world.RunAsync("a");
        await world.RunAsync("b");

        var why = await AdmissionWorld.RefusalAsync(() => world.RunAsync("c"));

        Assert.Equal("pods \"c\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2", why);
    }

    [Fact]
    public async Task Only_what_is_exceeded_is_told_of()
    {
        var world = await WithQuotaAsync("pods=5,requests.memory=1Gi,limits.cpu=2");
        await world.RunAsync("a", resources: new() { Requests = AdmissionWorld.Amounts("memory=600Mi"), Limits = AdmissionWorld.Amounts("cpu=1") });

        var why = await AdmissionWorld.RefusalAsync(
            () => world.RunAsync("b", resources: new() { Requests = AdmissionWorld.Amounts("memory=500Mi"), Limits = AdmissionWorld.Amounts("cpu=1500m") }));

        Assert.Equal(
            "pods \"b\" is forbidden: exceeded quota: q, requested: limits.cpu=1500m,requests.memory=500Mi, "
            + "used: limits.cpu=1,requests.memory=600Mi, limited: limits.cpu=2,requests.memory=1Gi",
            why);
    }

    [Fact]
    public async Task Where_processor_and_memory_are_counted_every_container_says_what_it_takes()
    {
        var world = await WithQuotaAsync("cpu=2,memory=1Gi");

        var why = await AdmissionWorld.RefusalAsync(() => world.RunAsync(
            with: spec => spec with { Containers = spec.Containers.Add(new() { Name = "a", Image = "i", Resources = new() { Requests = AdmissionWorld.Amounts("cpu=1") } }) }));

        Assert.Equal("pods \"web\" is forbidden: failed quota: q: must specify cpu for: c; memory for: a,c", why);
    }

    [Fact]
    public async Task Writers_at_the_same_time_never_exceed_a_quota()
    {
        var world = await WithQuotaAsync("pods=25,count/configmaps=7");

        var made = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            try
            {
                if (i % 2 == 0)
                {
                    await world.RunAsync($"pod-{i}");
                }
                else
                {
                    await world.CreateAsync(new ConfigMap { Metadata = new() { Name = $"map-{i}", Namespace = "default" } });
                }

                return i % 2;
            }
            catch (ApiError refused) when (refused.Message.Contains("exceeded quota", StringComparison.Ordinal))
            {
                return -1;
            }
        })));

        // Exactly as many as there may be: nobody is refused for what another one was, either.
        Assert.Equal((25, 7), (made.Count(one => one == 0), made.Count(one => one == 1)));
        Assert.Equal(25, (await world.Api.ListAsync<Pod>(ListQuery.All, Stop)).Items.Count);
    }

    [Fact]
    public async Task What_was_refused_or_removed_takes_nothing()
    {
        var world = await WithQuotaAsync("configmaps=1");
        var map = new ConfigMap { Metadata = new() { Name = "a", Namespace = "default" } };
        await world.CreateAsync(map);
        await world.Api.DeleteAsync<ConfigMap>(ObjectKey.Of(map), null, Stop);
        await AdmissionWorld.RefusalAsync(() => world.CreateAsync(map with { Data = ValueMap.Of(("no/key", "x")) }));

        await world.CreateAsync(map);

        var why = await AdmissionWorld.RefusalAsync(() => world.CreateAsync(map with { Metadata = map.Metadata with { Name = "b" } }));
        Assert.Equal("configmaps \"b\" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1", why);
    }

    [Fact]
    public async Task A_service_that_changes_its_type_takes_what_the_new_one_takes()
    {
        var world = await WithQuotaAsync("services=1,services.nodeports=0");
        var service = await world.CreateAsync(new Service { Metadata = new() { Name = "a", Namespace = "default" }, Spec = new() { Ports = [new() { Port = 80 }] } });

        var why = await AdmissionWorld.RefusalAsync(
            async () => await world.Api.UpdateAsync(service with { Spec = service.Spec with { Type = ServiceType.NodePort } }, Stop));

        Assert.Equal(
            "services \"a\" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0", why);
    }

    [Fact]
    public async Task Any_kind_can_be_counted()
    {
        var world = await WithQuotaAsync("count/replicasets.apps=0");
        var set = new ReplicaSet
        {
            Metadata = new() { Name = "a", Namespace = "default" },
            Spec = new()
            {
                Selector = new() { MatchLabels = ValueMap.Of(("a", "b")) },
                Template = new() { Metadata = new() { Labels = ValueMap.Of(("a", "b")) }, Spec = new() { Containers = [new() { Name = "c", Image = "i" }] } },
            },
        };

        var why = await AdmissionWorld.RefusalAsync(() => world.CreateAsync(set));

        Assert.Equal(
            "replicasets.apps \"a\" is forbidden: exceeded quota: q, requested: count/replicasets.apps=1, used: count/replicasets.apps=0, limited: count/replicasets.apps=0",
            why);
    }

    [Theory]
    [InlineData("BestEffort", "Exists", "", "", false)]
    [InlineData("BestEffort", "Exists", "", "cpu=1", true)]
    [InlineData("NotBestEffort", "Exists", "", "cpu=1", false)]
    [InlineData("Terminating", "Exists", "", "", true)]
    [InlineData("NotTerminating", "Exists", "", "", false)]
    [InlineData("PriorityClass", "In", "system-node-critical", "", true)]
    [InlineData("PriorityClass", "DoesNotExist", "", "", false)]
    [InlineData("PriorityClass", "NotIn", "system-node-critical", "", false)]
    [InlineData("CrossNamespacePodAffinity", "Exists", "", "", true)]
    public async Task A_quota_counts_what_is_in_its_scope(string scope, string operation, string value, string requests, bool mayRun)
    {
        var world = await WithQuotaAsync("pods=0", new() { ScopeName = scope, Operator = operation, Values = value.Length == 0 ? [] : [value] });
        var run = () => world.RunAsync(resources: new() { Requests = AdmissionWorld.Amounts(requests) });

        if (mayRun)
        {
            await run();
        }
        else
        {
            Assert.Contains("exceeded quota: q", await AdmissionWorld.RefusalAsync(run), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_claims_of_a_class_ask_for_is_counted_by_itself()
    {
        var world = await WithQuotaAsync("persistentvolumeclaims=1,fast.storageclass.storage.k8s.io/requests.storage=5Gi");
        var claim = new PersistentVolumeClaim
        {
            Metadata = new() { Name = "data", Namespace = "default" },
            Spec = new()
            {
                AccessModes = ["ReadWriteOnce"],
                StorageClassName = "fast",
                Resources = new() { Requests = AdmissionWorld.Amounts("storage=6Gi") },
            },
        };

        Assert.Equal(
            "persistentvolumeclaims \"data\" is forbidden: exceeded quota: q, requested: fast.storageclass.storage.k8s.io/requests.storage=6Gi, "
            + "used: fast.storageclass.storage.k8s.io/requests.storage=0, limited: fast.storageclass.storage.k8s.io/requests.storage=5Gi",
            await AdmissionWorld.RefusalAsync(() => world.CreateAsync(claim)));
    }

    private async Task<AdmissionWorld> WithQuotaAsync(string hard, ScopedResourceSelectorRequirement? scope = null)
    {
        var world = await _world;
        await world.CreateAsync(new ResourceQuota
        {
            Metadata = new() { Name = "q", Namespace = "default" },
            Spec = new()
            {
                Hard = AdmissionWorld.Amounts(hard),
                ScopeSelector = scope is null ? null : new() { MatchExpressions = [scope] },
            },
        });
        return world;
    }
}

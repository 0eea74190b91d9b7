using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Store.InMemory;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Controllers.Tests;

/// <summary>The controllers over the real API server, with its defaults, validation and admission, in one process and on one thread.</summary>
public sealed class ServedTests
{
    [Fact]
    public void An_application_is_served_rolled_and_removed_with_its_namespace()
    {
        using var cluster = new Served();
        cluster.Create(new Namespace { Metadata = new() { Name = "shop" } });
        cluster.Create(new Node { Metadata = new() { Name = "n1" }, Status = new() { Conditions = [new() { Type = "Ready", Status = "True" }] } });
        cluster.Create(Samples.Service() with { Metadata = new() { Name = "web", Namespace = "shop" }, Spec = Samples.Service().Spec with { ClusterIP = null } });
        cluster.Create(Samples.Deployment(3) with { Metadata = new() { Name = "web", Namespace = "shop" } });
        cluster.RunPods();

        var deployment = cluster.Find<Deployment>("web")!;
        Assert.Equal((3, 3), (deployment.Status.AvailableReplicas, deployment.Status.UpdatedReplicas));
        Assert.Equal((1L, 1L), (deployment.Metadata.Generation, deployment.Status.ObservedGeneration));
        Assert.Equal(3, Assert.Single(cluster.All<EndpointSlice>()).Endpoints.Count(e => e.Conditions.Ready == true));
        Assert.Equal(3, cluster.Find<Endpoints>("web")!.Subsets[0].Addresses.Count);

        cluster.Change<Deployment>("web", d => d with { Spec = d.Spec with { Template = Samples.Template("web:2") } });
        cluster.RunPods();
        Assert.Equal(["web:2", "web:2", "web:2"], cluster.All<Pod>().Select(p => p.Spec.Containers[0].Image));
        Assert.Equal("2", cluster.Find<Deployment>("web")!.Metadata.Annotations["deployment.kubernetes.io/revision"]);

        cluster.Delete<Namespace>("shop", "");
        cluster.RunPods();
        Assert.Empty(cluster.All<Pod>());
        Assert.Empty(cluster.All<Namespace>());
        Assert.Empty(cluster.All<EndpointSlice>());
        Assert.Empty(cluster.All<ReplicaSet>());
    }

    [Fact]
    public void A_foreground_deletion_ends_with_the_last_pod()
    {
        using var cluster = new Served();
        cluster.Create(new Namespace { Metadata = new() { Name = "shop" } });
        cluster.Create(Samples.Deployment(2) with { Metadata = new() { Name = "web", Namespace = "shop" } });
        cluster.RunPods();
        cluster.Delete<Deployment>("web", "shop", "Foreground");
        Assert.Single(cluster.All<Deployment>());

        cluster.RunPods();
        Assert.Empty(cluster.All<Pod>());
        Assert.Empty(cluster.All<ReplicaSet>());
        Assert.Empty(cluster.All<Deployment>());
    }

    [Fact]
    public void A_ring_of_owners_waits_for_what_hangs_on_it_and_its_namespace_goes_after_it()
    {
        using var cluster = new Served();
        cluster.Create(new Namespace { Metadata = new() { Name = "shop" } });
        foreach (var name in (string[])["a", "b", "tail"])
        {
            cluster.Create(new ConfigMap { Metadata = new() { Name = name, Namespace = "shop", Finalizers = name == "tail" ? ["example.com/wait"] : [] } });
        }

        Own("a", "b");
        Own("b", "a");
        Own("tail", "b");
        cluster.Delete<ConfigMap>("a", "shop", "Foreground");
        cluster.RunPods();
        Assert.NotNull(cluster.Find<ConfigMap>("b")!.Metadata.DeletionTimestamp);

        cluster.Delete<Namespace>("shop", "");
        cluster.Change<ConfigMap>("tail", c => c with { Metadata = c.Metadata with { Finalizers = [] } });
        cluster.RunPods();
        Assert.Empty(cluster.All<ConfigMap>());
        Assert.Empty(cluster.All<Namespace>());

        void Own(string dependent, string owner) => cluster.Change<ConfigMap>(dependent, c => c with
        {
            Metadata = c.Metadata with
            {
                OwnerReferences =
                [
                    new() { ApiVersion = "v1", Kind = "ConfigMap", Name = owner, Uid = cluster.Find<ConfigMap>(owner)!.Metadata.Uid!, BlockOwnerDeletion = true },
                ],
            },
        });
    }

    private sealed class Served : OneThread, IEventRecorder
    {
        private readonly ManualTimeProvider _time = new();
        private readonly IApiClient _api;

        public Served()
        {
            _api = new InProcessClient(new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, _time, new Random(1)), "system:kube-controller-manager");
            var caches = new CacheSet(_api, _time, NullLoggerFactory.Instance);
            var never = TimeSpan.FromDays(1000);
            var options = new ControllerOptions("PEM") { NodeLifecycle = new NodeLifecycleOptions(never, never, never) };
            var controllers = new ControllerSet(_ => _api, caches, this, options, _time, NullLoggerFactory.Instance);
            Running = Task.WhenAll(caches.RunAsync(Stop.Token), controllers.RunAsync(Stop.Token));
            Settle();
        }

        public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null)
        {
        }

        public IReadOnlyList<T> All<T>() where T : KubernetesObject => Wait(_api.ListAsync<T>(ListQuery.All, Stop.Token)).Items;

        public T? Find<T>(string name) where T : KubernetesObject => Wait(_api.FindAsync<T>(new("shop", name), Stop.Token));

        public void Create<T>(T item) where T : KubernetesObject => Wait(_api.CreateAsync(item, Stop.Token));

        public void Change<T>(string name, Func<T, T> change) where T : KubernetesObject => Wait(_api.UpdateAsync(change(Find<T>(name)!), Stop.Token));

        public void Delete<T>(string name, string ns, string? propagation = null) where T : KubernetesObject
        {
            _ = Wait(DeleteAsync());

            async ValueTask<bool> DeleteAsync()
            {
                await _api.DeleteAsync<T>(new(ns, name), new() { PropagationPolicy = propagation }, Stop.Token);
                return true;
            }
        }

        /// <summary>The scheduler's and the node's part, until nothing is left to do.</summary>
        public void RunPods()
        {
            for (var round = 0; round < 100; round++)
            {
                var moving = All<Pod>().Where(p => p.Metadata.DeletionTimestamp is not null || p.Status.Phase is null or PodPhase.Pending).ToList();
                foreach (var pod in moving)
                {
                    _ = Wait(MoveAsync(pod, round));
                }

                // Small pauses after conflicts have to pass.
                _time.Advance(TimeSpan.FromSeconds(1));
                Settle();
                if (moving.Count == 0 && round > 5)
                {
                    return;
                }
            }

            Assert.Fail("the pods never come to rest");
        }

        private async ValueTask<bool> MoveAsync(Pod pod, int round)
        {
            var key = ObjectKey.Of(pod);
            if (pod.Metadata.DeletionTimestamp is not null)
            {
                await _api.DeleteAsync<Pod>(key, new() { GracePeriodSeconds = 0 }, Stop.Token);
                return true;
            }

            await _api.BindAsync(new() { Metadata = new() { Name = key.Name, Namespace = key.Namespace }, Target = new() { Kind = "Node", Name = "n1" } }, Stop.Token);
            var bound = (await _api.FindAsync<Pod>(key, Stop.Token))!;
            var address = $"10.244.{round}.{Math.Abs(pod.Metadata.Name!.Sum(c => c)) % 250 + 1}";
            await _api.UpdateStatusAsync(Samples.Running(bound, isReady: true, _time.GetUtcNow(), address), Stop.Token);
            return true;
        }

        private T Wait<T>(ValueTask<T> call)
        {
            var task = call.AsTask();
            Settle();
            return task.GetAwaiter().GetResult();
        }
    }
}

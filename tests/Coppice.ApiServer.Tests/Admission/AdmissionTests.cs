using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class AdmissionTests
{
    private static readonly ObjectMeta Web = new() { Name = "web", Namespace = "default" };

    [Fact]
    public async Task What_is_added_to_a_pod_is_complete()
    {
        var pod = new Pod
        {
            Metadata = Web,
            Spec = new PodSpec
            {
                InitContainers = [new Container { Name = "first", Image = "busybox" }],
                Containers = [new Container { Name = "web", Image = "nginx:1.27" }],
            },
        };

        var made = await MakeAsync(pod);

        Assert.Single(made.Spec.Volumes);
        Assert.Equal(2, made.Spec.Tolerations.Count);
        Assert.Equal(Served.Strategy<Pod>().Default(made), made);
    }

    [Fact]
    public async Task Who_replaces_all_tolerations_of_a_pod_leaves_it_the_usual_ones()
    {
        var world = await AdmissionWorld.MakeAsync();
        var pod = await world.RunAsync();
        var own = new Toleration { Key = "own", Operator = "Equal", Value = "one", Effect = "NoSchedule" };

        var changed = await world.Api.UpdateAsync(pod with { Spec = pod.Spec with { Tolerations = [own] } }, TestContext.Current.CancellationToken);

        Assert.Equal(pod.Spec.Tolerations.Prepend(own), changed.Spec.Tolerations);
    }

    [Theory]
    [InlineData(ServiceType.ClusterIP)]
    [InlineData(ServiceType.NodePort)]
    [InlineData(ServiceType.LoadBalancer)]
    public async Task What_is_added_to_a_service_is_complete(string type)
    {
        var service = new Service { Metadata = Web, Spec = new ServiceSpec { Type = type, Ports = [new ServicePort { Port = 80 }] } };

        var made = await MakeAsync(service);

        Assert.Single(made.Spec.ClusterIPs);
        Assert.Equal(Served.Strategy<Service>().Default(made), made);
    }

    private static async Task<T> MakeAsync<T>(T item)
        where T : KubernetesObject
    {
        var verbs = new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1));
        var api = new InProcessClient(verbs, "test");
        await api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "default" } }, TestContext.Current.CancellationToken);
        await api.CreateAsync(new ServiceAccount { Metadata = Web with { Name = "default" } }, TestContext.Current.CancellationToken);
        return await api.CreateAsync(item, TestContext.Current.CancellationToken);
    }
}

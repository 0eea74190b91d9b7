using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Admission;

/// <summary>The real verbs on a store in memory, with the namespace "default" and its account: for what admissions make of writes.</summary>
internal sealed class AdmissionWorld
{
    private AdmissionWorld(InProcessClient api) => Api = api;

    public InProcessClient Api { get; }

    public static async Task<AdmissionWorld> MakeAsync()
    {
        var verbs = new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1));
        var world = new AdmissionWorld(new InProcessClient(verbs, "test"));
        await world.CreateAsync(new Namespace { Metadata = new() { Name = "default" } });
        await world.CreateAsync(new ServiceAccount { Metadata = new() { Name = "default", Namespace = "default" } });
        return world;
    }

    public async Task<T> CreateAsync<T>(T item) where T : KubernetesObject => await Api.CreateAsync(item, TestContext.Current.CancellationToken);

    /// <summary>Makes a pod of one container "c".</summary>
    public Task<Pod> RunAsync(string name = "web", Func<PodSpec, PodSpec>? with = null, ResourceRequirements? resources = null)
    {
        var spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i", Resources = resources ?? new() }] };
        return CreateAsync(new Pod { Metadata = new() { Name = name, Namespace = "default" }, Spec = with?.Invoke(spec) ?? spec });
    }

    /// <summary>The message with which something is refused.</summary>
    public static async Task<string> RefusalAsync(Func<Task> write) => (await Assert.ThrowsAnyAsync<ApiException>(write)).Message;

    /// <summary>As in "cpu=1,memory=1Gi".</summary>
    public static ValueMap<Quantity> Amounts(string text) => text
        .Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(one => one.Split('='))
        .Select(one => KeyValuePair.Create(one[0], Quantity.Parse(one[1])))
        .ToValueMap();
}

using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Networking;
using Coppice.Store.InMemory;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class DefaultIngressClassTests
{
    private readonly ManualTimeProvider _time = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly InProcessClient _api;

    public DefaultIngressClassTests() =>
        _api = new(new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, _time, new Random(1)), "test");

    [Fact]
    public async Task An_ingress_without_a_class_gets_the_default_one()
    {
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, TestContext.Current.CancellationToken);
        Assert.Null((await MakeAsync("none", null)).Spec.IngressClassName);

        await MakeClassAsync("plain", isDefault: false);
        await MakeClassAsync("usual", isDefault: true);
        Assert.Equal("usual", (await MakeAsync("left-out", null)).Spec.IngressClassName);
        Assert.Equal("plain", (await MakeAsync("chosen", "plain")).Spec.IngressClassName);

        // Of several the youngest; of those of the same moment the first by name.
        await MakeClassAsync("zoo", isDefault: true);
        Assert.Equal("usual", (await MakeAsync("two", null)).Spec.IngressClassName);
        _time.Advance(TimeSpan.FromSeconds(1));
        await MakeClassAsync("young", isDefault: true);
        Assert.Equal("young", (await MakeAsync("three", null)).Spec.IngressClassName);
    }

    private ValueTask<Ingress> MakeAsync(string name, string? @class) => _api.CreateAsync(
        new Ingress
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Spec = new() { IngressClassName = @class, DefaultBackend = new() { Service = new() { Name = "web", Port = new() { Number = 80 } } } },
        },
        TestContext.Current.CancellationToken);

    private async Task MakeClassAsync(string name, bool isDefault) => await _api.CreateAsync(
        new IngressClass
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Annotations = isDefault ? ValueMap.Of(("ingressclass.kubernetes.io/is-default-class", "true")) : default,
            },
            Spec = new() { Controller = "a.example/c" },
        },
        TestContext.Current.CancellationToken);
}

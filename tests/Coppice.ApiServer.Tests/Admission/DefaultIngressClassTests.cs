using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Networking;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class DefaultIngressClassTests
{
    private readonly InProcessClient _api = new(
        new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1)), "test");

    [Fact]
    public async Task An_ingress_without_a_class_gets_the_default_one()
    {
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, TestContext.Current.CancellationToken);
        Assert.Null((await MakeAsync("none", null)).Spec.IngressClassName);

        await MakeClassAsync("plain", isDefault: false);
        await MakeClassAsync("usual", isDefault: true);
        Assert.Equal("usual", (await MakeAsync("left-out", null)).Spec.IngressClassName);
        Assert.Equal("plain", (await MakeAsync("chosen", "plain")).Spec.IngressClassName);

        await MakeClassAsync("other", isDefault: true);
        var refused = await Assert.ThrowsAnyAsync<ApiException>(async () => await MakeAsync("two", null));
        Assert.Equal(
            "ingresses.networking.k8s.io \"two\" is forbidden: Internal error occurred: 2 default IngressClasses were found, only 1 allowed",
            refused.Status.Message);
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

using System.Text;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>What follows the definitions, on a store that is older than it.</summary>
public sealed class DefinitionLoopTests
{
    private readonly InMemoryRevisionStore _store = new();

    [Fact]
    public async Task What_was_defined_is_served_again_after_a_restart()
    {
        var (before, api) = await StartAsync();
        await api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, default);
        await api.CreateAsync(Definition(), default);
        await before.Definitions.FollowAsync(default);
        var kind = KindOf(before);
        await api.WriteAsync(kind, new ObjectWrite.Create(kind.Format.Read("""{"metadata":{"name":"one","namespace":"default"},"spec":{"a":1}}"""u8)), default);

        var (after, again) = await StartAsync();
        var found = (CustomObject?)await again.FindAsync(KindOf(after), new("default", "one"), default);
        Assert.Equal("""{"a":1}""", found!.Fields["spec"].GetRawText());
    }

    [Fact]
    public async Task A_change_of_nothing_that_its_kinds_are_made_of_leaves_them_as_they_are()
    {
        var (verbs, api) = await StartAsync();
        var made = await api.CreateAsync(Definition(), default);
        await verbs.Definitions.FollowAsync(default);
        var kind = KindOf(verbs);
        var current = (await api.FindAsync<CustomResourceDefinition>(ObjectKey.Of(made), default))!;
        await api.UpdateAsync(current with { Metadata = current.Metadata with { Labels = ValueMap.Of(("a", "b")) } }, default);
        await verbs.Definitions.FollowAsync(default);
        Assert.Same(kind, KindOf(verbs));
    }

    private static Kind KindOf(ApiVerbs verbs) => verbs.Kinds.Current.Find("loop.example.com", "v1", "crontabs")!.Kind;

    private static CustomResourceDefinition Definition() => ApiJson.Read<CustomResourceDefinition>(Encoding.UTF8.GetBytes(
        Definitions.CronTabs("loop.example.com", """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""")));

    private async Task<(ApiVerbs Verbs, InProcessClient Api)> StartAsync()
    {
        var verbs = new ApiVerbs(_store, ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1));
        await verbs.Definitions.FollowAsync(default);
        return (verbs, new InProcessClient(verbs, "system:apiserver"));
    }
}

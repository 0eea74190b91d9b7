using System.Text;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;

namespace Coppice.Contracts.Clients;

/// <summary>Objects asked for by their kind alone: read, patched, scaled, and written to by every way there is.</summary>
public abstract class ObjectWriteContract<TKind> : ClientContract<TKind>
    where TKind : IClientUnderTest, new()
{
    private static readonly Kind ConfigMaps = BuiltInKinds.Of<ConfigMap>();
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Deployments = BuiltInKinds.Of<Deployment>();
    private static readonly Kind Widgets = new()
    {
        Group = "example.com", Version = "v1", Resource = "widgets", Name = "Widget", Schema = ConfigMaps.Schema, Format = ConfigMaps.Format,
    };

    [Fact]
    public async Task A_kind_is_enough_to_make_find_list_watch_and_delete()
    {
        await using var watch = Api.Watch(ConfigMaps, ListQuery.All, (await Api.ListAsync(ConfigMaps, ListQuery.All, Stop)).Revision);
        var made = await Api.WriteAsync(ConfigMaps, new ObjectWrite.Create(new ConfigMap { Metadata = Named("a") }), Stop);
        Assert.Equal(made, await Api.FindAsync(ConfigMaps, Key("a"), Stop));
        Assert.Equal(made, Assert.Single((await Api.ListAsync(ConfigMaps, ListQuery.All, Stop)).Items));
        await Api.DeleteAsync(ConfigMaps, Key("a"), null, Stop);
        Assert.Equal(["Added a", "Deleted a"], await TakeAsync(watch, 2));
    }

    [Fact]
    public async Task What_is_written_is_noted_in_the_name_of_the_program()
    {
        var made = await Api.CreateAsync(new ConfigMap { Metadata = Named("a"), Data = ValueMap.Of(("k", "v")) }, Stop);
        Assert.Equal("test", Assert.Single(made.Metadata.ManagedFields).Manager);
    }

    [Theory]
    [InlineData(PatchType.Merge, """{"data":{"k":"new","gone":null}}""")]
    [InlineData(PatchType.StrategicMerge, """{"data":{"k":"new","gone":null}}""")]
    [InlineData(PatchType.Json, """[{"op":"replace","path":"/data/k","value":"new"},{"op":"remove","path":"/data/gone"}]""")]
    public async Task A_patch_changes_what_it_names(PatchType type, string patch)
    {
        await Api.CreateAsync(new ConfigMap { Metadata = Named("a"), Data = ValueMap.Of(("k", "old"), ("gone", "x"), ("other", "y")) }, Stop);
        var patched = (ConfigMap)await Api.WriteAsync(ConfigMaps, new ObjectWrite.Patch(Key("a"), type, Encoding.UTF8.GetBytes(patch)), Stop);
        Assert.Equal(ValueMap.Of(("k", "new"), ("other", "y")), patched.Data);
        Assert.Equal(patched, await Api.FindAsync<ConfigMap>(Key("a"), Stop));
    }

    [Fact]
    public async Task A_patch_of_a_status_leaves_the_rest_alone()
    {
        var made = await MakePodAsync("p");
        var patch = new ObjectWrite.Patch(Key("p"), PatchType.StrategicMerge, """{"metadata":{"labels":{"x":"1"}},"status":{"phase":"Running"}}"""u8.ToArray(), "status");
        var patched = (Pod)await Api.WriteAsync(Pods, patch, Stop);
        Assert.Equal(("Running", made.Spec), (patched.Status.Phase, patched.Spec));
    }

    [Fact]
    public async Task A_patch_that_makes_no_valid_object_or_cannot_be_read_is_refused()
    {
        await MakeAsync("a");
        var invalid = await RefusedAsync(PatchAsync("""{"metadata":{"labels":{"x":"not valid!"}}}"""));
        Assert.Equal((422, "Invalid"), (invalid.Code, invalid.Status.Reason));
        var unreadable = await RefusedAsync(PatchAsync("{"));
        Assert.Equal((400, "BadRequest"), (unreadable.Code, unreadable.Status.Reason));
        Assert.True((await RefusedAsync(PatchAsync("{}", "none"))).IsNotFound);

        ValueTask<KubernetesObject> PatchAsync(string json, string name = "a") =>
            Api.WriteAsync(ConfigMaps, new ObjectWrite.Patch(Key(name), PatchType.Merge, Encoding.UTF8.GetBytes(json)), Stop);
    }

    [Fact]
    public async Task A_scale_is_written_and_patched_and_answered_as_a_scale()
    {
        var labels = ValueMap.Of(("app", "web"));
        await Api.CreateAsync(
            new Deployment
            {
                Metadata = Named("web"),
                Spec = new()
                {
                    Replicas = 1,
                    Selector = new() { MatchLabels = labels },
                    Template = new() { Metadata = new() { Labels = labels }, Spec = new() { Containers = [new Container { Name = "c", Image = "i" }] } },
                },
            },
            Stop);
        var scaled = await Api.WriteAsync(Deployments, new ObjectWrite.Update(new Scale { Metadata = Named("web"), Spec = new() { Replicas = 3 } }, "scale"), Stop);
        Assert.Equal((3, "app=web"), (Assert.IsType<Scale>(scaled).Spec.Replicas, ((Scale)scaled).Status.Selector));
        scaled = await Api.WriteAsync(Deployments, new ObjectWrite.Patch(Key("web"), PatchType.Merge, """{"spec":{"replicas":5}}"""u8.ToArray(), "scale"), Stop);
        Assert.Equal(5, Assert.IsType<Scale>(scaled).Spec.Replicas);
        Assert.Equal(5, (await Api.FindAsync<Deployment>(Key("web"), Stop))!.Spec.Replicas);
        Assert.Equal(scaled, await Api.FindAsync(Deployments, Key("web"), "scale", Stop));
        Assert.Null(await Api.FindAsync(Deployments, Key("none"), "scale", Stop));
        Assert.True((await RefusedAsync(Api.FindAsync(ConfigMaps, Key("web"), "scale", Stop))).IsNotServed);
    }

    [Fact]
    public async Task An_evicted_pod_goes()
    {
        await MakePodAsync("p");
        await Api.WriteAsync(Pods, new ObjectWrite.Create(Key("p"), new Eviction { Metadata = Named("p") }, "eviction"), Stop);
        Assert.Null(await Api.FindAsync<Pod>(Key("p"), Stop));
        Assert.True((await RefusedAsync(Api.WriteAsync(Pods, new ObjectWrite.Create(Key("p"), new Eviction { Metadata = Named("p") }, "eviction"), Stop))).IsNotFound);
    }

    [Fact]
    public async Task What_is_posted_to_a_pod_is_for_that_pod()
    {
        await MakePodAsync("p");
        await MakePodAsync("q");
        var binding = new Binding { Metadata = Named("q"), Target = new() { Kind = "Node", Name = "n1" } };
        Assert.Equal(400, (await RefusedAsync(Api.WriteAsync(Pods, new ObjectWrite.Create(Key("p"), binding, "binding"), Stop))).Code);
        Assert.Equal(400, (await RefusedAsync(Api.WriteAsync(Pods, new ObjectWrite.Create(Key("p"), new Eviction { Metadata = Named("q") }, "eviction"), Stop))).Code);
        Assert.Null((await Api.FindAsync<Pod>(Key("q"), Stop))!.Spec.NodeName);
    }

    [Fact]
    public async Task Of_a_kind_that_is_not_served_everything_is_refused()
    {
        var item = new ConfigMap { Metadata = Named("a") };
        ApiException[] refusals =
        [
            await RefusedAsync(Api.FindAsync(Widgets, Key("a"), Stop)),
            await RefusedAsync(Api.ListAsync(Widgets, ListQuery.All, Stop)),
            await RefusedAsync(Api.WriteAsync(Widgets, new ObjectWrite.Create(item), Stop)),
            await RefusedAsync(Api.WriteAsync(Widgets, new ObjectWrite.Update(item), Stop)),
            await RefusedAsync(Api.DeleteAsync(Widgets, Key("a"), null, Stop)),
            await RefusedAsync(Api.WriteAsync(ConfigMaps, new ObjectWrite.Update(item, "scale"), Stop)),
            await RefusedAsync(Api.WriteAsync(ConfigMaps, new ObjectWrite.Update(item, "status"), Stop)),
        ];
        await using var watch = Api.Watch(Widgets, ListQuery.All, "1");
        foreach (var refusal in refusals.Append(await RefusedAsync(watch.NextAsync(Stop))))
        {
            Assert.Equal((404, "NotFound", "the server could not find the requested resource"), (refusal.Code, refusal.Status.Reason, refusal.Message));
            Assert.True(refusal.IsNotServed);
        }

        await MakeAsync("a");
        Assert.False((await RefusedAsync(Api.DeleteAsync(ConfigMaps, Key("none"), null, Stop))).IsNotServed);
    }
}

using Coppice.ApiServer.Kinds.Custom;
using Coppice.Client;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests;

/// <summary>Kinds that come to be served while the controllers run: none of those who work on all kinds forgets them.</summary>
public sealed class RunTimeKindTests : IDisposable
{
    private static readonly ObjectSchema Schema = new("Widget", "example", []) { KeepsUnknown = true };

    private static readonly Kind Widgets = new()
    {
        Group = "example.com", Version = "v1", Resource = "widgets", Name = "Widget", Schema = Schema, Format = new CustomFormat(Schema),
    };

    private readonly ControlPlane _plane = new();

    public void Dispose() => _plane.Dispose();

    [Fact]
    public void An_object_of_such_a_kind_goes_with_its_owner()
    {
        Serve();
        var owner = _plane.Create(new ConfigMap { Metadata = new() { Name = "owner", Namespace = "default" } });
        Create("a", OwnedBy("v1", "ConfigMap", owner));
        Assert.Single(Names());
        _plane.Delete<ConfigMap>("owner");
        Assert.Empty(Names());
    }

    [Fact]
    public void What_such_an_object_owned_goes_after_it()
    {
        Serve();
        var owner = Create("owner");
        _plane.Create(new ConfigMap { Metadata = new() { Name = "a", Namespace = "default", OwnerReferences = [OwnedBy("example.com/v1", "Widget", owner)] } });
        Assert.Single(_plane.Api.All<ConfigMap>());
        Complete(_plane.Api.Door.DeleteAsync(Widgets, new("default", "owner"), null, default));
        Assert.Empty(_plane.Api.All<ConfigMap>());
    }

    [Fact]
    public void Of_an_owner_of_a_kind_that_is_not_served_nothing_is_known_until_it_is()
    {
        var gone = new ConfigMap { Metadata = new() { Name = "gone", Uid = "uid-of-nobody" } };
        _plane.Create(new ConfigMap { Metadata = new() { Name = "a", Namespace = "default", OwnerReferences = [OwnedBy("example.com/v1", "Widget", gone)] } });
        Assert.Single(_plane.Api.All<ConfigMap>());
        Serve();
        Assert.Empty(_plane.Api.All<ConfigMap>());
    }

    [Fact]
    public void Until_the_objects_of_such_a_kind_are_known_nobody_lets_go_of_dependents()
    {
        var isAway = true;
        _plane.Api.Door.Fault = (verb, about) =>
        {
            if (isAway && verb == "list" && about == Widgets)
            {
                throw new IOException("the connection was reset");
            }
        };
        Serve();
        var owner = _plane.Create(new ConfigMap { Metadata = new() { Name = "owner", Namespace = "default" } });
        Create("a", OwnedBy("v1", "ConfigMap", owner));
        _plane.Delete<ConfigMap>("owner", propagation: "Orphan");
        _plane.Advance(TimeSpan.FromSeconds(3));
        Assert.NotNull(Assert.Single(_plane.Api.All<ConfigMap>()).Metadata.DeletionTimestamp);

        isAway = false;
        for (var second = 0; second < 8; second++)
        {
            _plane.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Empty(_plane.Api.All<ConfigMap>());
        Assert.Equal(["a"], Names());
        Assert.Empty(Complete(_plane.Api.Door.FindAsync(Widgets, new("default", "a"), default))!.Metadata.OwnerReferences);
    }

    [Fact]
    public void A_namespace_takes_such_objects_with_it()
    {
        _plane.Create(new Namespace { Metadata = new() { Name = "shop" } });
        Serve();
        Create("a", ns: "shop");
        _plane.Delete<Namespace>("shop", "");
        Assert.Empty(Names());
        Assert.DoesNotContain(_plane.Api.All<Namespace>(), ns => ns.Metadata.Name == "shop");
    }

    [Fact]
    public void A_kind_that_goes_is_watched_no_more_and_one_that_comes_back_is_watched_again()
    {
        Serve();
        _plane.Api.Door.Verbs.Kinds.Remove(Widgets);
        _plane.Settle();
        List<string> asked = [];
        _plane.Api.Door.Fault = (verb, about) =>
        {
            if (about == Widgets)
            {
                asked.Add(verb);
            }
        };
        _plane.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(asked);
        Serve();
        Assert.Equal(["list", "watch"], asked);
    }

    private void Serve()
    {
        _plane.Api.Door.Verbs.Kinds.Add(CustomKind.Served(Widgets, hasStatus: false));
        _plane.Settle();
    }

    private KubernetesObject Create(string name, Objects.Meta.OwnerReference? owner = null, string ns = "default")
    {
        var item = new CustomObject { Metadata = new() { Name = name, Namespace = ns, OwnerReferences = owner is null ? [] : [owner] } };
        return Complete(_plane.Api.Door.WriteAsync(Widgets, new ObjectWrite.Create(item), default));
    }

    private IEnumerable<string> Names() => Complete(_plane.Api.Door.ListAsync(Widgets, ListQuery.All, default)).Items.Select(item => item.Metadata.Name!);

    private T Complete<T>(ValueTask<T> request)
    {
        var done = request.AsTask();
        _plane.Settle();
        return done.GetAwaiter().GetResult();
    }

    private void Complete(ValueTask request)
    {
        request.AsTask().GetAwaiter().GetResult();
        _plane.Settle();
    }

    private static Objects.Meta.OwnerReference OwnedBy(string apiVersion, string kind, KubernetesObject owner) =>
        new() { ApiVersion = apiVersion, Kind = kind, Name = owner.Metadata.Name!, Uid = owner.Metadata.Uid! };
}

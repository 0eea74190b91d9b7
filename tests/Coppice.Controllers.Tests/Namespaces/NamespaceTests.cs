using Coppice.Client;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.Namespaces;

public sealed class NamespaceTests
{
    private const string Shop = "shop";

    [Fact]
    public void A_namespace_has_a_default_account_and_the_root_certificates()
    {
        using var plane = new ControlPlane();
        Create(plane);
        Assert.Equal("default", Assert.Single(InShop<ServiceAccount>(plane)).Metadata.Name);
        Assert.Equal("PEM", plane.Api.Get<ConfigMap>("kube-root-ca.crt", Shop).Data["ca.crt"]);

        plane.Delete<ServiceAccount>("default", Shop);
        plane.Change<ConfigMap>("kube-root-ca.crt", c => c with { Data = default }, Shop);
        Assert.Single(InShop<ServiceAccount>(plane));
        Assert.Equal("PEM", plane.Api.Get<ConfigMap>("kube-root-ca.crt", Shop).Data["ca.crt"]);
    }

    [Fact]
    public void A_deleted_namespace_goes_with_all_it_holds_when_its_pods_have_ended()
    {
        using var plane = new ControlPlane();
        Create(plane);
        plane.Create(Samples.Service() with { Metadata = new() { Name = "web", Namespace = Shop } });
        plane.Create(Samples.Deployment(2) with { Metadata = new() { Name = "web", Namespace = Shop } });
        plane.RunPods();
        plane.Delete<Namespace>(Shop, ns: "");

        var going = plane.Api.Get<Namespace>(Shop, "");
        var remaining = going.Status.Conditions.Single(c => c.Type == "NamespaceContentRemaining");
        Assert.Equal(("True", "SomeResourcesRemain"), (remaining.Status, remaining.Reason));
        Assert.StartsWith("Some resources are remaining: pods. has 2 resource instances", remaining.Message);
        Assert.NotEmpty(InShop<ConfigMap>(plane));

        plane.RunPods();
        Assert.DoesNotContain(plane.Api.All<Namespace>(), one => one.Metadata.Name == Shop);
        Assert.Empty(InShop<Pod>(plane));
        Assert.Empty(InShop<ConfigMap>(plane));
        Assert.Empty(InShop<Service>(plane));
    }

    [Fact]
    public void A_namespace_that_only_others_keep_is_emptied_and_stays()
    {
        using var plane = new ControlPlane();
        Create(plane);
        plane.Create(Samples.Service() with { Metadata = new() { Name = "web", Namespace = Shop } });
        Keep("example.com/kept");
        plane.Delete<Namespace>(Shop, ns: "");
        Assert.Empty(InShop<Service>(plane));
        Assert.Equal(["example.com/kept"], plane.Api.Get<Namespace>(Shop, "").Spec.Finalizers);
        Assert.Equal(("False", "ContentRemoved", "All content successfully removed"), Condition(plane, "NamespaceContentRemaining"));

        Keep();
        Assert.Null(plane.Api.Find<Namespace>(new("", Shop)));

        void Keep(params string[] finalizers)
        {
            var item = plane.Api.Get<Namespace>(Shop, "");
            plane.Api.Door.FinalizeAsync(item with { Spec = item.Spec with { Finalizers = finalizers.ToValueList() } }, default).AsTask().GetAwaiter().GetResult();
            plane.Settle();
        }
    }

    [Fact]
    public void A_namespace_waits_for_those_who_serve_a_part_of_the_api_and_are_away()
    {
        using var plane = new ControlPlane();
        Create(plane);
        plane.Create(new APIService
        {
            Metadata = new() { Name = "v1.example.com" },
            Spec = new() { Group = "example.com", Version = "v1", GroupPriorityMinimum = 1, VersionPriority = 1, InsecureSkipTLSVerify = true, Service = new() { Namespace = "default", Name = "away" } },
            Status = Available("False"),
        });
        plane.Delete<Namespace>(Shop, ns: "");

        Assert.Equal(
            ("True", "DiscoveryFailed", "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: example.com/v1: stale GroupVersion discovery: example.com/v1"),
            Condition(plane, "NamespaceDeletionDiscoveryFailure"));

        plane.Api.SetStatus<APIService>("v1.example.com", item => item with { Status = Available("True") });
        plane.Settle();
        Assert.Null(plane.Api.Find<Namespace>(new("", Shop)));

        static APIServiceStatus Available(string status) => new() { Conditions = [new() { Type = "Available", Status = status }] };
    }

    [Fact]
    public void What_others_keep_in_a_namespace_goes_with_it()
    {
        using var plane = new ControlPlane();
        Create(plane);
        const string Path = "/apis/example.com/v1/namespaces/shop/things";
        var metadata = """{"name":"a"}""";
        plane.OtherCollections = [new("example.com", "/apis/example.com/v1", "things")];
        plane.Others = path => path != Path ? null : metadata.Length == 0 ? """{"items":[]}""" : $$$"""{"items":[{"metadata":{{{metadata}}},"spec":{"size":1}}]}""";
        plane.DeleteOther = path => metadata = path == Path ? """{"name":"a","deletionTimestamp":"2026-03-01T12:00:00Z","finalizers":["example.com/kept"]}""" : metadata;
        plane.Delete<Namespace>(Shop, ns: "");

        Assert.Equal(("True", "SomeResourcesRemain", "Some resources are remaining: things.example.com has 1 resource instances"), Condition(plane, "NamespaceContentRemaining"));
        Assert.Equal(
            ("True", "SomeFinalizersRemain", "Some content in the namespace has finalizers remaining: example.com/kept in 1 resource instances"),
            Condition(plane, "NamespaceFinalizersRemaining"));

        metadata = "";
        plane.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(plane.Api.Find<Namespace>(new("", Shop)));
    }

    [Fact]
    public void What_cannot_be_deleted_is_told_of_and_tried_again()
    {
        using var plane = new ControlPlane();
        Create(plane);
        var isAway = true;
        plane.Api.Door.Fault = (verb, about) =>
        {
            if (isAway && verb == "list" && about is Kind { Resource: "secrets" })
            {
                throw new ApiException(new() { Status = "Failure", Code = 500, Reason = "InternalError", Message = "the secrets cannot be read" });
            }
        };
        plane.Delete<Namespace>(Shop, ns: "");
        Assert.Equal(("True", "ContentDeletionFailed", "Failed to delete all resource types, 1 remaining: the secrets cannot be read"), Condition(plane, "NamespaceDeletionContentFailure"));

        isAway = false;
        plane.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(plane.Api.Find<Namespace>(new("", Shop)));
    }

    [Fact]
    public void Events_are_forgotten_after_an_hour()
    {
        using var plane = new ControlPlane();
        plane.Create(new Event { Metadata = new() { Name = "old", Namespace = "default" }, LastTimestamp = plane.Time.GetUtcNow() });
        plane.Advance(TimeSpan.FromMinutes(30));
        plane.Create(new Event { Metadata = new() { Name = "young", Namespace = "default" }, LastTimestamp = plane.Time.GetUtcNow() });
        plane.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal("young", Assert.Single(plane.Api.All<Event>()).Metadata.Name);
        plane.Advance(TimeSpan.FromMinutes(31));
        Assert.Empty(plane.Api.All<Event>());
    }

    private static (string, string?, string?) Condition(ControlPlane plane, string type)
    {
        var condition = plane.Api.Get<Namespace>(Shop, "").Status.Conditions.Single(one => one.Type == type);
        return (condition.Status, condition.Reason, condition.Message);
    }

    private static void Create(ControlPlane plane) => plane.Create(new Namespace { Metadata = new() { Name = Shop } });

    private static IEnumerable<T> InShop<T>(ControlPlane plane) where T : KubernetesObject => plane.Api.Door.All<T>().Where(one => one.Metadata.Namespace == Shop);
}

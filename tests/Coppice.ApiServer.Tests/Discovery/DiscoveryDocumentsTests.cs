using System.Text.Json;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Registry;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Discovery;

public sealed class DiscoveryDocumentsTests
{
    private const string AggregatedV2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private const string AggregatedBeta = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

    private readonly DiscoveryDocuments _documents = new(ServedGroups.Of(BuiltInServedKinds.All), "192.0.2.1:6443");

    [Fact]
    public void The_core_group_says_its_version_and_where_the_server_is()
    {
        var api = Read("/api");

        Assert.Equal("APIVersions", api.GetProperty("kind").GetString());
        Assert.Equal("v1", Assert.Single(api.GetProperty("versions").EnumerateArray()).GetString());
        Assert.Equal("192.0.2.1:6443", api.GetProperty("serverAddressByClientCIDRs")[0].GetProperty("serverAddress").GetString());
    }

    [Fact]
    public void Every_group_but_the_core_one_is_listed_with_its_preferred_version()
    {
        var groups = Read("/apis").GetProperty("groups").EnumerateArray().ToDictionary(g => g.GetProperty("name").GetString()!);

        Assert.Equal("apps/v1", groups["apps"].GetProperty("preferredVersion").GetProperty("groupVersion").GetString());
        Assert.Contains("policy", groups.Keys);
        Assert.Contains("authorization.k8s.io", groups.Keys);
        Assert.DoesNotContain("", groups.Keys);
    }

    [Fact]
    public void Every_kind_of_the_catalog_is_a_resource_of_its_group()
    {
        foreach (var kind in BuiltInKinds.All)
        {
            var path = kind.Group.Length == 0 ? "/api/v1" : $"/apis/{kind.ApiVersion}";
            var resource = Resource(path, kind.Resource);
            Assert.Equal(kind.Name, resource.GetProperty("kind").GetString());
            Assert.Equal(kind.Namespaced, resource.GetProperty("namespaced").GetBoolean());
            Assert.Contains("watch", Strings(resource, "verbs"));
        }
    }

    [Fact]
    public void Pods_have_names_categories_and_all_their_doors()
    {
        var pods = Resource("/api/v1", "pods");

        Assert.Equal("pod", pods.GetProperty("singularName").GetString());
        Assert.Equal(["po"], Strings(pods, "shortNames"));
        Assert.Equal(["all"], Strings(pods, "categories"));
        Assert.Equal(["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"], Strings(pods, "verbs"));
        Assert.Equal(
            ["attach", "binding", "ephemeralcontainers", "eviction", "exec", "log", "portforward", "proxy", "resize", "status"],
            Resources("/api/v1").Select(r => r.GetProperty("name").GetString()!).Where(n => n.StartsWith("pods/")).Select(n => n["pods/".Length..]));
    }

    [Theory]
    [InlineData("/api/v1", "pods", "xPOwRZ+Yhw8=")]
    [InlineData("/api/v1", "secrets", "S6u1pOWzb84=")]
    [InlineData("/apis/events.k8s.io/v1", "events", "r2yiGXH7wu8=")]
    [InlineData("/apis/autoscaling/v1", "horizontalpodautoscalers", "qwQve8ut294=")]
    [InlineData("/apis/autoscaling/v2", "horizontalpodautoscalers", "qwQve8ut294=")]
    public void What_a_kind_is_stored_as_shows_in_a_hash(string path, string resource, string hash) =>
        Assert.Equal(hash, Resource(path, resource).GetProperty("storageVersionHash").GetString());

    [Fact]
    public void What_is_not_stored_and_what_is_a_part_of_something_has_no_such_hash()
    {
        Assert.False(Resource("/api/v1", "pods/status").TryGetProperty("storageVersionHash", out _));
        Assert.False(Resource("/apis/authentication.k8s.io/v1", "tokenreviews").TryGetProperty("storageVersionHash", out _));
    }

    [Fact]
    public void A_door_that_takes_another_groups_kind_names_it()
    {
        var eviction = Resource("/api/v1", "pods/eviction");
        Assert.Equal("policy", eviction.GetProperty("group").GetString());
        Assert.Equal("v1", eviction.GetProperty("version").GetString());
        Assert.Equal("Eviction", eviction.GetProperty("kind").GetString());

        var scale = Resource("/apis/apps/v1", "deployments/scale");
        Assert.Equal("autoscaling", scale.GetProperty("group").GetString());
        Assert.Equal(["get", "patch", "update"], Strings(scale, "verbs"));
    }

    [Fact]
    public void Questions_can_only_be_created()
    {
        Assert.Equal(["create"], Strings(Resource("/apis/authorization.k8s.io/v1", "selfsubjectaccessreviews"), "verbs"));
        Assert.Equal(["create"], Strings(Resource("/apis/authentication.k8s.io/v1", "tokenreviews"), "verbs"));
        Assert.Equal(["create"], Strings(Resource("/api/v1", "bindings"), "verbs"));
    }

    [Theory]
    [InlineData($"{AggregatedV2},{AggregatedBeta},application/json", "apidiscovery.k8s.io/v2", AggregatedV2)]
    [InlineData($"{AggregatedBeta},application/json", "apidiscovery.k8s.io/v2beta1", AggregatedBeta)]
    [InlineData($"application/json;q=0.5,{AggregatedV2}", "apidiscovery.k8s.io/v2", AggregatedV2)]
    public void A_client_that_knows_the_aggregated_form_gets_it(string accept, string apiVersion, string contentType)
    {
        var document = _documents.Find("/apis", accept)!;
        var list = Parse(document);

        Assert.Equal(contentType, document.ContentType);
        Assert.Equal(apiVersion, list.GetProperty("apiVersion").GetString());
        var apps = list.GetProperty("items").EnumerateArray().First(g => g.GetProperty("metadata").GetProperty("name").GetString() == "apps");
        var deployments = apps.GetProperty("versions")[0].GetProperty("resources").EnumerateArray().First(r => r.GetProperty("resource").GetString() == "deployments");
        Assert.Equal("Namespaced", deployments.GetProperty("scope").GetString());
        Assert.Equal(["scale", "status"], deployments.GetProperty("subresources").EnumerateArray().Select(s => s.GetProperty("subresource").GetString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("application/json")]
    [InlineData("application/vnd.kubernetes.protobuf, application/json")]
    [InlineData("application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json")]
    [InlineData(";;;")]
    public void A_client_that_does_not_gets_the_plain_form(string? accept)
    {
        Assert.Equal("application/json", _documents.Find("/apis", accept)!.ContentType);
    }

    [Fact]
    public void The_aggregated_form_can_be_kept_by_its_tag()
    {
        var tag = _documents.Find("/apis", AggregatedV2)!.ETag;

        Assert.Matches("^\"[0-9A-F]{64}\"$", tag);
        Assert.Equal(tag, new DiscoveryDocuments(ServedGroups.Of(BuiltInServedKinds.All), "192.0.2.2:6443").Find("/apis", AggregatedV2)!.ETag);
        Assert.NotEqual(tag, _documents.Find("/api", AggregatedV2)!.ETag);
    }

    [Theory]
    [InlineData("/api/v2")]
    [InlineData("/apis/nonsense")]
    [InlineData("/apis/apps/v2")]
    [InlineData("/apis/apps/v1/deployments")]
    [InlineData("/healthz")]
    public void What_is_not_served_has_no_document(string path)
    {
        Assert.Null(_documents.Find(path, null));
    }

    [Fact]
    public void The_version_is_that_of_the_API()
    {
        var version = Read("/version");

        Assert.Equal("v1.36.0+coppice", version.GetProperty("gitVersion").GetString());
        Assert.Equal("1", version.GetProperty("major").GetString());
        Assert.Equal("36", version.GetProperty("minor").GetString());
    }

    private static JsonElement Parse(ServedDocument document) => JsonDocument.Parse(document.Body).RootElement;

    private static IEnumerable<string?> Strings(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(v => v.GetString());

    private JsonElement Read(string path) => Parse(_documents.Find(path, null)!);

    private IEnumerable<JsonElement> Resources(string path) => Read(path).GetProperty("resources").EnumerateArray();

    private JsonElement Resource(string path, string name) => Resources(path).Single(r => r.GetProperty("name").GetString() == name);
}

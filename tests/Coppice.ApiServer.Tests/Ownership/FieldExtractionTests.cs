using Coppice.ApiServer.Ownership;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Xunit;
using static Coppice.ApiServer.Tests.Ownership.Sets;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>Which fields an object sets, and which differ between two versions of it.</summary>
public sealed class FieldExtractionTests
{
    private const string Pod = """
        {
          "apiVersion": "v1", "kind": "Pod",
          "metadata": {"name": "web", "labels": {"app": "web"}, "finalizers": ["a/b"]},
          "spec": {
            "nodeSelector": {"disk": "fast"},
            "containers": [{"name": "c", "image": "i", "command": ["a", "b"], "resources": {}, "ports": [{"containerPort": 80}]}],
            "volumes": [{"name": "v", "configMap": {"name": "m", "items": [{"key": "k", "path": "p"}]}}]
          }
        }
        """;

    [Fact]
    public void Each_field_is_set_at_the_place_that_its_type_says() => Assert.Equal(
        """
        .apiVersion
        .kind
        .metadata.name
        .metadata.finalizers[="a/b"]
        .metadata.labels.app
        .spec.nodeSelector
        .spec.containers[name="c"]
        .spec.containers[name="c"].command
        .spec.containers[name="c"].image
        .spec.containers[name="c"].name
        .spec.containers[name="c"].resources
        .spec.containers[name="c"].ports[containerPort=80,protocol="TCP"]
        .spec.containers[name="c"].ports[containerPort=80,protocol="TCP"].containerPort
        .spec.volumes[name="v"]
        .spec.volumes[name="v"].name
        .spec.volumes[name="v"].configMap.items
        .spec.volumes[name="v"].configMap.name
        """,
        FieldExtraction.FieldsOf(Json(Pod), Shape<Pod>()).ToString());

    [Fact]
    public void Fields_that_a_type_names_go_with_what_is_below_them_and_keys_of_maps_do_not()
    {
        var set = Set("""{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{"f:resources":{"f:limits":{"f:cpu":{}}}}}}}}}""");
        Assert.Equal(
            """{"f:metadata":{".":{},"f:labels":{".":{},"f:app":{}}},"f:spec":{".":{},"f:template":{".":{},"f:spec":{".":{},"f:containers":{".":{},"k:{\"name\":\"c\"}":{"f:resources":{".":{},"f:limits":{".":{},"f:cpu":{}}}}}}}}}""",
            Text(FieldExtraction.WithNamedFields(set, Shape<Deployment>())));
    }

    [Fact]
    public void What_is_new_is_added_with_the_maps_that_were_not_there()
    {
        var found = Compare<Pod>("""{"metadata":{},"spec":{"containers":[]}}""", """{"metadata":{"labels":{"a":"1"}},"spec":{"containers":[{"name":"c","resources":{}}]}}""");
        Assert.Equal(
            """{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:name":{},"f:resources":{}}}}}""",
            Text(found.Added));
        Assert.True(found.Modified.IsEmpty && found.Removed.IsEmpty);
    }

    [Theory]
    [InlineData("""{"spec":{"replicas":1}}""", """{"spec":{"replicas":2}}""", "{}", """{"f:spec":{"f:replicas":{}}}""", "{}")]
    [InlineData("""{"spec":{"selector":{"matchLabels":{"a":"1"}}}}""", """{"spec":{"selector":{"matchLabels":{"a":"1","b":"2"}}}}""", "{}", """{"f:spec":{"f:selector":{}}}""", "{}")]
    [InlineData("""{"metadata":{"annotations":{"a":"1","b":"2"}}}""", """{"metadata":{"annotations":{"b":"2","c":"3"}}}""", """{"f:metadata":{"f:annotations":{"f:c":{}}}}""", "{}", """{"f:metadata":{"f:annotations":{"f:a":{}}}}""")]
    [InlineData("""{"metadata":{"annotations":{"a":"1"}}}""", """{"metadata":{}}""", "{}", "{}", """{"f:metadata":{"f:annotations":{".":{},"f:a":{}}}}""")]
    [InlineData("""{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"finalizers":["b","c"]}}""", """{"f:metadata":{"f:finalizers":{"v:\"c\"":{}}}}""", "{}", """{"f:metadata":{"f:finalizers":{"v:\"a\"":{}}}}""")]
    [InlineData("""{"metadata":{"finalizers":["a","a"]}}""", """{"metadata":{"finalizers":["a"]}}""", """{"f:metadata":{"f:finalizers":{"v:\"a\"":{}}}}""", "{}", """{"f:metadata":{"f:finalizers":{"v:\"a\"":{}}}}""")]
    public void Added_modified_and_removed_are_told_apart(string old, string now, string added, string modified, string removed)
    {
        var found = Compare<Deployment>(old, now);
        Assert.Equal((added, modified, removed), (Text(found.Added), Text(found.Modified), Text(found.Removed)));
    }

    [Fact]
    public void The_order_of_elements_that_have_names_is_no_change() => Assert.True(Compare<Pod>(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""").IsSame);

    private static FieldComparison Compare<T>(string old, string now) => FieldComparison.Of(Json(old), Json(now), Shape<T>());
}

using System.Text.Json;
using Coppice.ApiServer.Ownership;
using Xunit;
using static Coppice.ApiServer.Tests.Ownership.Sets;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>Sets of fields: how they are written, and what can be asked of them.</summary>
public sealed class FieldSetTests
{
    private const string Deployment =
        """{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}""";

    [Theory]
    [InlineData("{}")]
    [InlineData(Deployment)]
    [InlineData("""{"f:finalizers":{".":{},"v:\"a/b\"":{},"v:\"ü<>&\"":{}},"f:list":{"i:0":{},"i:1":{"f:x":{}}},"f:numbers":{"v:1":{},"v:1.5":{},"v:true":{}}}""")]
    public void A_set_is_written_as_it_was_read(string json) => Assert.Equal(json, Text(Set(json)));

    [Fact]
    public void Steps_that_mean_the_same_are_the_same() =>
        Assert.Equal(
            Set("""{"f:p":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{}},"f:n":{"v:1":{}}}"""),
            Set("""{"f:n":{"v:1.0":{}},"f:p":{"k:{ \"protocol\" : \"TCP\", \"containerPort\":80.0}":{}}}"""));

    [Fact]
    public void A_kind_of_step_that_nobody_knows_is_left_out() => Assert.Equal("""{"f:a":{}}""", Text(Set("""{"f:a":{},"z:b":{"f:c":{}}}""")));

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"a":{}}""")]
    [InlineData("""{"f:a":1}""")]
    [InlineData("""{"k:x":{}}""")]
    [InlineData("""{"k:[]":{}}""")]
    [InlineData("""{"i:x":{}}""")]
    public void What_is_no_set_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Set(json));

    [Theory]
    [InlineData("""{"f:a":{"f:b":{}}}""", """{"f:a":{},"f:c":{}}""", """{"f:a":{".":{},"f:b":{}},"f:c":{}}""")]
    [InlineData("{}", """{"f:a":{}}""", """{"f:a":{}}""")]
    public void Both_together(string one, string other, string union)
    {
        Assert.Equal(union, Text(Set(one).Union(Set(other))));
        Assert.Equal(union, Text(Set(other).Union(Set(one))));
    }

    [Theory]
    [InlineData("""{"f:a":{".":{},"f:b":{},"f:c":{}}}""", """{"f:a":{"f:b":{},"f:d":{}}}""", """{"f:a":{"f:b":{}}}""")]
    [InlineData("""{"f:a":{"f:b":{}}}""", """{"f:a":{}}""", "{}")]
    public void What_both_have(string one, string other, string intersection)
    {
        Assert.Equal(intersection, Text(Set(one).Intersect(Set(other))));
        Assert.Equal(intersection, Text(Set(other).Intersect(Set(one))));
    }

    [Theory]
    [InlineData("""{"f:a":{".":{},"f:b":{}},"f:c":{}}""", """{"f:a":{}}""", """{"f:a":{"f:b":{}},"f:c":{}}""", """{"f:c":{}}""")]
    [InlineData("""{"f:a":{".":{},"f:b":{}}}""", """{"f:a":{"f:b":{}}}""", """{"f:a":{}}""", """{"f:a":{}}""")]
    [InlineData("""{"f:a":{"f:b":{"f:c":{}}}}""", """{"f:a":{"f:b":{}}}""", """{"f:a":{"f:b":{"f:c":{}}}}""", "{}")]
    public void One_without_the_other_and_without_what_is_below_it(string one, string other, string difference, string tree)
    {
        Assert.Equal(difference, Text(Set(one).Without(Set(other))));
        Assert.Equal(tree, Text(Set(one).WithoutTree(Set(other))));
    }

    [Fact]
    public void What_does_not_change_is_the_same_set()
    {
        var set = Set(Deployment);
        Assert.Same(set, set.Without(Set("""{"f:status":{}}""")));
        Assert.Same(set, set.WithoutTree(Set("""{"f:metadata":{"f:uid":{}}}""")));
        Assert.Same(set, set.Union(Set("""{"f:spec":{"f:replicas":{}}}""")));
    }

    [Fact]
    public void Equal_sets_are_one_in_memory() =>
        Assert.Same(FieldSetJson.Write(Set(Deployment)), FieldSetJson.Write(Set(Deployment).Without(FieldSet.OfPath("spec", "paused"))));

    [Fact]
    public void Paths_are_told_as_Kubernetes_tells_them() => Assert.Equal(
        [
            """.a""",
            """.a[="x"]""",
            """.a[name="web",port=80].b""",
            """.c[2]""",
        ],
        Set("""{"f:a":{".":{},"k:{\"name\":\"web\",\"port\":80}":{"f:b":{}},"v:\"x\"":{}},"f:c":{"i:2":{}}}""").Paths());
}

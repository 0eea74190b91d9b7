using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Patching;
using Coppice.Client;
using FsCheck;
using FsCheck.Fluent;

namespace Coppice.ApiServer.Tests.Patching;

public sealed class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":["c",null]}""", """{"a":["c",null]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"a":[1]}""", """{"a":{"b":null,"c":1}}""", """{"a":{"c":1}}""")]
    public void What_is_named_is_set_and_null_removes(string original, string patch, string expected) =>
        Patched.Expect(PatchType.Merge, original, patch, expected);

    [Fact]
    public void A_patch_that_is_no_object_is_a_bad_request() => Assert.Equal(
        "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
        Patched.Refused(PatchType.Merge, "{}", "[]", 400).Message);

    [Fact]
    public void Fields_named_twice_are_told_of() => Assert.Equal(
        ["duplicate field \"spec.replicas\"", "duplicate field \"spec.template.spec.containers[0].image\""],
        Patcher.StrictErrors(PatchType.Merge, Encoding.UTF8.GetBytes(
            """{"spec":{"replicas":1,"replicas":2,"template":{"spec":{"containers":[{"image":"a","image":"b"}]}}}}""")));

    [Fact]
    public void The_difference_of_two_objects_makes_the_one_into_the_other() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(JsonTrees.Objects().ToArbitrary(), JsonTrees.Objects().ToArbitrary(), (a, b) =>
        {
            var from = JsonNode.Parse(a)!.AsObject();
            var to = JsonNode.Parse(b)!.AsObject();
            var result = Patched.Apply(PatchType.Merge, a, Difference(from, to).ToJsonString());
            return JsonNode.DeepEquals(JsonNode.Parse(result), to);
        }));

    private static JsonObject Difference(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in to)
        {
            patch[name] = value is JsonObject inner && from[name] is JsonObject before ? Difference(before, inner) : value!.DeepClone();
        }

        foreach (var name in from.Select(p => p.Key).Where(n => !to.ContainsKey(n)))
        {
            patch[name] = null;
        }

        return patch;
    }
}

using Coppice.ApiServer.Patching;
using Coppice.Client;

namespace Coppice.ApiServer.Tests.Patching;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2},{"op":"add","path":"/a/-","value":4}]""", """{"a":[1,2,3,4]}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/a","value":null}]""", """{"a":null}""")]
    [InlineData("""{"a":{"b":[1,2]}}""", """[{"op":"remove","path":"/a/b/0"}]""", """{"a":{"b":[2]}}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/a","value":{"x":[]}}]""", """{"a":{"x":[]}}""")]
    [InlineData("""{"a":{"x":1},"b":{}}""", """[{"op":"move","from":"/a/x","path":"/b/y"}]""", """{"a":{},"b":{"y":1}}""")]
    [InlineData("""{"a":{"x":1},"b":{}}""", """[{"op":"copy","from":"/a","path":"/b/a"},{"op":"replace","path":"/b/a/x","value":2}]""", """{"a":{"x":1},"b":{"a":{"x":2}}}""")]
    [InlineData("""{"a/b":{"m~n":1}}""", """[{"op":"test","path":"/a~1b/m~0n","value":1},{"op":"remove","path":"/a~1b/m~0n"}]""", """{"a/b":{}}""")]
    [InlineData("""{"a":{"b":1,"c":[2]}}""", """[{"op":"test","path":"/a","value":{"c":[2],"b":1}}]""", """{"a":{"b":1,"c":[2]}}""")]
    [InlineData("""{"a":1.50}""", """[]""", """{"a":1.50}""")]
    public void Operations_do_what_they_say(string original, string patch, string expected) =>
        Patched.Expect(PatchType.Json, original, patch, expected);

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", "testing value /a failed: test failed")]
    [InlineData("""[{"op":"remove","path":"/x"}]""", "remove operation does not apply: doc is missing key: /x: missing value")]
    [InlineData("""[{"op":"replace","path":"/x/y","value":1}]""", "replace operation does not apply: doc is missing path: \"/x/y\": missing value")]
    [InlineData("""[{"op":"add","path":"/l/3","value":1}]""", "add operation does not apply: Unable to access invalid index: 3: invalid index referenced")]
    [InlineData("""[{"op":"remove","path":"/l/01"}]""", "remove operation does not apply: Unable to access invalid index: 01: invalid index referenced")]
    [InlineData("""[{"op":"dance","path":"/a"}]""", "Unexpected kind: \"dance\"")]
    [InlineData("""[{"op":"add","path":"/a"}]""", "add operation does not apply: the operation has no \"value\"")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""", "add operation does not apply: \"a\" is no path; a path begins with \"/\"")]
    [InlineData("""[{"op":"move","from":"/a","path":"/a/b"}]""", "move operation does not apply: doc is missing path: \"/a/b\": missing value")]
    public void An_operation_that_does_not_apply_refuses_the_whole_patch(string patch, string message) => Assert.Equal(
        $"the server rejected our request due to an error in our request: {message}",
        Patched.Refused(PatchType.Json, """{"a":1,"l":[0]}""", patch, 422).Message);

    [Theory]
    [InlineData("""{"op":"add"}""")]
    [InlineData("[1]")]
    [InlineData("[{]")]
    public void What_is_no_patch_is_a_bad_request(string patch) =>
        Assert.StartsWith("error decoding patch: ", Patched.Refused(PatchType.Json, "{}", patch, 400).Message);

    [Fact]
    public void Copies_cannot_be_made_to_explode()
    {
        var doubling = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"copy","from":"","path":"/k{{i}}"}"""));
        Assert.Contains("exceeding the limit", Patched.Refused(PatchType.Json, """{"a":"text"}""", $"[{doubling}]", 413).Message);
        var many = string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/a","value":1}""", 10_001));
        Assert.Equal(
            "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
            Patched.Refused(PatchType.Json, """{"a":1}""", $"[{many}]", 413).Message);
    }
}

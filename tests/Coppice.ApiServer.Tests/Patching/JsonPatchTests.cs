using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Patching;
using Coppice.Client;
using FsCheck;
using FsCheck.Fluent;

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
    // From the end of a list.
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"remove","path":"/a/-1"},{"op":"add","path":"/a/-1","value":4},{"op":"replace","path":"/a/-3","value":0}]""", """{"a":[0,2,4]}""")]
    // A field that is not there is null, and is made where it is replaced or copied to; a value that is not said is null.
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/x","value":null},{"op":"test","path":"/x"},{"op":"replace","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"copy","from":"/x","path":"/b"},{"op":"add","path":"/c"}]""", """{"a":1,"b":null,"c":null}""")]
    // Nothing before the first slash counts.
    [InlineData("""{"a":1}""", """[{"op":"add","path":"x/b","value":2},{"op":"replace","path":"","value":{"c":3}}]""", """{"c":3}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"test","path":"","value":{"a":{"b":1}}}]""", """{"a":{"b":1}}""")]
    public void Operations_do_what_they_say(string original, string patch, string expected) =>
        Patched.Expect(PatchType.Json, original, patch, expected);

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", "testing value /a failed: test failed")]
    [InlineData("""[{"op":"test","path":"/x","value":2}]""", "testing value /x failed: test failed")]
    [InlineData("""[{"op":"test","path":"/a"}]""", "testing value /a failed: test failed")]
    [InlineData("""[{"op":"test","path":"/x/y","value":2}]""", "test operation does not apply: is missing path: /x/y: missing value")]
    [InlineData("""[{"op":"test","path":"/l/7","value":2}]""", "error in test for path: '/l/7': Unable to access invalid index: 7: invalid index referenced")]
    [InlineData("""[{"op":"remove","path":"/x"}]""", "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value")]
    [InlineData("""[{"op":"remove","path":"/l/one"}]""", "error in remove for path: '/l/one': strconv.Atoi: parsing \"one\": invalid syntax")]
    [InlineData("""[{"op":"remove","path":"/l/-"}]""", "error in remove for path: '/l/-': strconv.Atoi: parsing \"-\": invalid syntax")]
    [InlineData("""[{"op":"remove","path":"/l/-99999999999999999999"}]""", "error in remove for path: '/l/-99999999999999999999': strconv.Atoi: parsing \"-99999999999999999999\": value out of range")]
    [InlineData("""[{"op":"remove","path":"/l/-2"}]""", "error in remove for path: '/l/-2': Unable to access invalid index: -2: invalid index referenced")]
    [InlineData("""[{"op":"replace","path":"/x/y","value":1}]""", "replace operation does not apply: doc is missing path: /x/y: missing value")]
    [InlineData("""[{"op":"replace","path":"/l/1","value":1}]""", "replace operation does not apply: doc is missing key: /l/1: missing value")]
    [InlineData("""[{"op":"replace","path":"","value":1}]""", "replace operation value must be object or array")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", "add operation does not apply: doc is missing path: \"/x/y\": missing value")]
    [InlineData("""[{"op":"add","path":"","value":{}}]""", "add operation does not apply: doc is missing path: \"\": missing value")]
    [InlineData("""[{"op":"add","path":"/a/b","value":1}]""", "add operation does not apply: doc is missing path: \"/a/b\": missing value")]
    [InlineData("""[{"op":"add","path":"/l/3","value":1}]""", "error in add for path: '/l/3': Unable to access invalid index: 3: invalid index referenced")]
    [InlineData("""[{"op":"add","path":"/l/x","value":1}]""", "error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""", "add operation does not apply: doc is missing path: \"a\": missing value")]
    [InlineData("""[{"op":"add","value":1}]""", "add operation failed to decode path: missing value")]
    [InlineData("""[{"op":"test","value":1}]""", "test operation failed to decode path: operation missing path field: missing value")]
    [InlineData("""[{"op":"move","path":"/b"}]""", "move operation failed to decode from: operation, missing from field: missing value")]
    [InlineData("""[{"op":"move","from":"/x","path":"/b"}]""", "error in move for path: 'x': Unable to remove nonexistent key: x: missing value")]
    [InlineData("""[{"op":"move","from":"/x/y","path":"/b"}]""", "move operation does not apply: doc is missing from path: /x/y: missing value")]
    [InlineData("""[{"op":"move","from":"/a","path":"/a/b"}]""", "move operation does not apply: doc is missing destination path: /a/b: missing value")]
    [InlineData("""[{"op":"copy","from":"/l/4","path":"/b"}]""", "error in copy for from: '/l/4': Unable to access invalid index: 4: invalid index referenced")]
    [InlineData("""[{"op":"copy","from":"/a","path":"/x/b"}]""", "copy operation does not apply: doc is missing destination path: /x/b: missing value")]
    [InlineData("""[{"op":"copy","from":"/a","path":"/l/9"}]""", "error while adding value during copy: Unable to access invalid index: 9: invalid index referenced")]
    [InlineData("""[{"op":"dance","path":"/a"}]""", "Unexpected kind: dance")]
    [InlineData("""[{}]""", "Unexpected kind: unknown")]
    public void An_operation_that_does_not_apply_refuses_the_whole_patch(string patch, string message) => Assert.Equal(
        message, Assert.Throws<JsonPatchException>(() => JsonPatch.Apply(JsonNode.Parse("""{"a":1,"l":[0]}""")!.AsObject(), JsonNode.Parse(patch), default)).Message);

    [Fact]
    public void Clients_are_told_of_it_in_words_that_they_know() => Assert.Equal(
        "the server rejected our request due to an error in our request",
        Patched.Refused(PatchType.Json, """{"a":1}""", """[{"op":"test","path":"/a","value":2}]""", 422).Message);

    [Theory]
    [InlineData("""{"op":"add"}""")]
    [InlineData("[1]")]
    [InlineData("[{]")]
    public void What_is_no_patch_is_a_bad_request(string patch) =>
        Assert.StartsWith("error decoding patch: ", Patched.Refused(PatchType.Json, "{}", patch, 400).Message);

    [Fact]
    public void Copies_cannot_be_made_to_explode()
    {
        var doubling = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"copy","from":"/a","path":"/a/k{{i}}"}"""));
        Assert.Contains("exceeding the limit", Patched.Refused(PatchType.Json, """{"a":{"b":"text"}}""", $"[{doubling}]", 413).Message);
        var many = string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/a","value":1}""", 10_001));
        Assert.Equal(
            "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
            Patched.Refused(PatchType.Json, """{"a":1}""", $"[{many}]", 413).Message);
    }

    [Theory]
    [InlineData("""{"op":"add"}""", "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp")]
    [InlineData("""[1]""", "json: cannot unmarshal number into Go value of type handlers.jsonPatchOp")]
    [InlineData("""[{"op":1}]""", "json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string")]
    public void Operations_are_what_they_should_be(string patch, string why) => Assert.Equal(
        $"error decoding patch: {why}", Assert.Throws<ApiError>(() => Patcher.StrictErrors(PatchType.Json, Encoding.UTF8.GetBytes(patch))).Message);

    [Fact]
    public void What_operations_name_twice_or_nobody_knows_is_told_of() => Assert.Equal(
        ["json patch unknown field \"[0].foo\"", "json patch duplicate field \"[1].path\""],
        Patcher.StrictErrors(PatchType.Json, """[{"op":"add","path":"/a","foo":1},{"op":"add","path":"/a","path":"/b","value":2}]"""u8.ToArray()));

    [Fact]
    public void What_is_added_copied_or_moved_is_found_there_and_taking_it_away_leaves_all_as_it_was() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(JsonTrees.Objects().ToArbitrary(), JsonTrees.Objects().ToArbitrary(), (original, value) =>
        {
            var whole = JsonNode.Parse(original)!.AsObject();
            string[] patches =
            [
                $$"""[{"op":"add","path":"/new","value":{{value}}},{"op":"test","path":"/new","value":{{value}}},{"op":"remove","path":"/new"}]""",
                .. whole.Select(field =>
                    $$"""[{"op":"copy","from":"/{{field.Key}}","path":"/new"},{"op":"test","path":"/new","value":{{field.Value!.ToJsonString()}}},{"op":"remove","path":"/new"}]"""),
                .. whole.Select(field =>
                    $$"""[{"op":"move","from":"/{{field.Key}}","path":"/new"},{"op":"test","path":"/{{field.Key}}","value":null},{"op":"move","from":"/new","path":"/{{field.Key}}"}]"""),
            ];
            return patches.All(patch => JsonNode.DeepEquals(whole, JsonNode.Parse(Patched.Apply(PatchType.Json, original, patch))));
        }));
}

using System.Text.Json.Nodes;
using Coppice.ApiServer.Patching;
using Coppice.Client;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Coppice.ApiServer.Tests.Patching;

public sealed class StrategicMergePatchTests
{
    [Theory]
    // Elements are matched by their merge key, and keep what the patch does not name.
    [InlineData(
        """{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"b:2"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:2"}]}}""")]
    // A new element goes first: nothing of the server's is known to precede it.
    [InlineData(
        """{"spec":{"containers":[{"name":"a"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"b","env":null}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"b"},{"name":"a"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""",
        """{"spec":{"containers":[{"name":"b"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"c"},{"$patch":"replace"}]}}""",
        """{"spec":{"containers":[{"name":"c"}]}}""")]
    // The order that kubectl apply asks for; what only the server has goes before what it preceded there.
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"sidecar"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"b","image":"x"}]}}""",
        """{"spec":{"containers":[{"name":"sidecar"},{"name":"b","image":"x"},{"name":"a"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""",
        """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"c"}],"containers":[{"name":"b","$patch":"delete"},{"name":"c","image":"c"}]}}""",
        """{"spec":{"containers":[{"name":"a"},{"name":"c","image":"c"}]}}""")]
    // An element's own list has its own key.
    [InlineData(
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"http"}],"env":[{"name":"X","value":"1"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"protocol":"TCP"}],"env":[{"name":"X","value":"2"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"http","protocol":"TCP"}],"env":[{"name":"X","value":"2"}]}]}}""")]
    // Lists without a key are replaced whole.
    [InlineData(
        """{"spec":{"containers":[{"name":"a","args":["1","2"]}],"tolerations":[{"key":"a"}]}}""",
        """{"spec":{"containers":[{"name":"a","args":["3"]}],"tolerations":[{"key":"b"}]}}""",
        """{"spec":{"containers":[{"name":"a","args":["3"]}],"tolerations":[{"key":"b"}]}}""")]
    // Sets of plain values are united; a parallel list takes out of them.
    [InlineData(
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"finalizers":["c","a"]}}""",
        """{"metadata":{"finalizers":["c","a","b"]}}""")]
    [InlineData(
        """{"metadata":{"finalizers":["a","b","c"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["b"],"$setElementOrder/finalizers":["c","a"]}}""",
        """{"metadata":{"finalizers":["c","a"]}}""")]
    // Maps.
    [InlineData(
        """{"metadata":{"labels":{"a":"1","b":"2"}}}""",
        """{"metadata":{"labels":{"a":null,"c":"3","d":null}}}""",
        """{"metadata":{"labels":{"b":"2","c":"3"}}}""")]
    [InlineData(
        """{"metadata":{"labels":{"a":"1"}}}""",
        """{"metadata":{"labels":{"$patch":"replace","c":"3"}}}""",
        """{"metadata":{"labels":{"c":"3"}}}""")]
    [InlineData(
        """{"metadata":{"labels":{"a":"1"},"name":"x"}}""",
        """{"metadata":{"labels":{"$patch":"delete"}}}""",
        """{"metadata":{"labels":{},"name":"x"}}""")]
    [InlineData(
        """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""",
        """{"spec":{"volumes":[{"name":"v","$retainKeys":["name","configMap"],"configMap":{"name":"c"}}]}}""",
        """{"spec":{"volumes":[{"name":"v","configMap":{"name":"c"}}]}}""")]
    // Into nothing, directives and nulls vanish.
    [InlineData(
        """{}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a","env":null},{"name":"b","$patch":"delete"}],"nodeName":null}}""",
        """{"spec":{"containers":[{"name":"a"}]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a"}]}}""", """{"spec":null}""", """{}""")]
    // Nothing that could be replaced or deleted, nothing to do.
    [InlineData("""{"metadata":{"name":"x"}}""", """{"metadata":{"labels":{"$patch":"replace","a":"1"}}}""", """{"metadata":{"name":"x"}}""")]
    [InlineData("""{"metadata":{"name":"x"}}""", """{"metadata":{"labels":{"$patch":"delete"}}}""", """{"metadata":{"name":"x"}}""")]
    [InlineData("""{}""", """{"spec":{"containers":[{"name":"a"},{"$patch":"replace"}]}}""", """{"spec":{"containers":[{"name":"a"}]}}""")]
    public void A_pod_is_patched_as_Kubernetes_does(string original, string patch, string expected) =>
        Patched.Expect(PatchType.StrategicMerge, original, patch, expected, typeof(Pod));

    [Fact]
    public void A_changed_strategy_clears_what_belongs_to_the_old_one() => Patched.Expect(
        PatchType.StrategicMerge,
        """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},"replicas":1}}""",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""",
        """{"spec":{"strategy":{"type":"Recreate"},"replicas":1}}""",
        typeof(Deployment));

    [Fact]
    public void Ports_of_a_service_are_matched_by_number() => Patched.Expect(
        PatchType.StrategicMerge,
        """{"spec":{"ports":[{"port":80,"targetPort":8080,"nodePort":30080}]}}""",
        """{"spec":{"$setElementOrder/ports":[{"port":80},{"port":443}],"ports":[{"port":80,"targetPort":"http"},{"port":443}]}}""",
        """{"spec":{"ports":[{"port":80,"targetPort":"http","nodePort":30080},{"port":443}]}}""",
        typeof(Service));

    [Fact]
    public void Undoing_a_rollout_replaces_the_template() => Patched.Expect(
        PatchType.StrategicMerge,
        """{"spec":{"replicas":3,"template":{"metadata":{"labels":{"a":"1","x":"2"}},"spec":{"containers":[{"name":"new"}]}}}}""",
        """{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"a":"1"}},"spec":{"containers":[{"name":"old"}]}}}}""",
        """{"spec":{"replicas":3,"template":{"metadata":{"labels":{"a":"1"}},"spec":{"containers":[{"name":"old"}]}}}}""",
        typeof(Deployment));

    [Theory]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""", 500, "map: map[image:x] does not contain declared merge key: name")]
    [InlineData("""{"spec":{"containers":["x"]}}""", 500, "list element types are not identical")]
    [InlineData("""{"spec":{"$patch":"dance","b":[1,null],"a":{"c":true}}}""", 500, "unknown patch type: dance in map: map[$patch:dance a:map[c:true] b:[1 <nil>]]")]
    [InlineData("""{"spec":{"$patch":"merge","hostname":"h"}}""", 500, "unknown patch type: merge in map: map[$patch:merge hostname:h]")]
    [InlineData("""{"spec":{"containers":[{"name":"a","$patch":"dance"}]}}""", 500, "unknown patch type: dance in map: map[$patch:dance name:a]")]
    [InlineData("""{"spec":{"containers":[{"name":"a","$patch":"merge"}]}}""", 500, "merging lists cannot yet be specified in the patch")]
    [InlineData("""{"spec":{"$setElementOrder/containers":"a"}}""", 500, "expected a []interface {}, but received a string")]
    [InlineData("""{"spec":{"containers":[["a"]]}}""", 422, "the server rejected our request due to an error in our request")]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"z"}]}}""", 500, "The order in patch list:\n[map[name:z]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n")]
    [InlineData("""{"metadata":{"$deleteFromPrimitiveList/finalizers":"a"}}""", 400, "invalid patch format of primitive list")]
    [InlineData("""{"spec":{"$retainKeys":["containers"],"nodeName":"x"}}""", 400, "invalid patch format of retainKeys")]
    [InlineData("""{"spec":{"$setElementOrder/foo":[]}}""", 500, "unable to find api field in struct PodSpec for the json field \"foo\"")]
    [InlineData("""[]""", 400, "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    public void A_patch_that_makes_no_sense_is_refused(string patch, int code, string message) => Assert.Contains(
        message,
        Patched.Refused(
            PatchType.StrategicMerge, """{"metadata":{"finalizers":["a"]},"spec":{"containers":[{"name":"a"}]}}""", patch, code).Message);

    [Fact]
    public void Applying_a_patch_twice_is_the_same_as_once() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Pods(withDirectives: false).ToArbitrary(), Pods(withDirectives: true).ToArbitrary(), (original, patch) =>
        {
            var once = Patched.Apply(PatchType.StrategicMerge, original, patch);
            var twice = Patched.Apply(PatchType.StrategicMerge, once, patch);
            return JsonNode.DeepEquals(JsonNode.Parse(once), JsonNode.Parse(twice));
        }));

    private static Gen<string> Pods(bool withDirectives) =>
        from names in Gen.SubListOf("a", "b", "c", "d")
        from containers in Gen.Shuffle(names.ToArray())
        from images in Gen.Elements("", ",\"image\":\"x\"", ",\"image\":\"y\"", ",\"env\":[{\"name\":\"E\",\"value\":\"1\"}]").ListOf(4)
        from deleted in Gen.SubListOf("a", "b", "c", "d")
        from finalizers in Gen.SubListOf("f", "g", "h")
        from ordered in Gen.Elements(true, false)
        let kept = containers.Zip(images, (n, i) => (Name: n, Json: $$"""{"name":"{{n}}"{{i}}}""")).ToList()
        let deletions = withDirectives ? deleted.Where(d => !containers.Contains(d)).Select(d => $$"""{"name":"{{d}}","$patch":"delete"}""") : []
        let order = withDirectives && ordered
            ? $"\"$setElementOrder/containers\":[{string.Join(',', kept.Select(k => $"{{\"name\":\"{k.Name}\"}}"))}],"
            : ""
        select $$"""
            {"metadata":{"finalizers":[{{string.Join(',', finalizers.Select(f => $"\"{f}\""))}}]},
             "spec":{ {{order}}"containers":[{{string.Join(',', kept.Select(k => k.Json).Concat(deletions))}}] } }
            """;
}

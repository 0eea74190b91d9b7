using System.Text;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.OpenApi;
using Coppice.ApiServer.Registry;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.OpenApi;

public sealed class OpenApiV2ProtobufTests
{
    private const int Definitions = 9;
    private const int Required = 19;
    private const int Type = 22;
    private const int Properties = 25;
    private const int Extensions = 31;

    private readonly OpenApiDocuments _documents = new(ServedGroups.Of(BuiltInServedKinds.All), [], new WrittenDescriptions());

    [Theory]
    [InlineData("application/com.github.proto-openapi.spec.v2@v1.0+protobuf")]
    [InlineData("application/com.github.proto-openapi.spec.v2.v1.0+protobuf, application/json")]
    public void Both_spellings_of_the_media_type_get_protobuf(string accept)
    {
        var document = _documents.Find("/openapi/v2", null, accept, null)!;

        Assert.Equal("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", document.ContentType);
        Assert.Equal("2.0", new ProtobufFields(document.Body).String(1));
    }

    [Fact]
    public void A_definition_says_what_the_JSON_says()
    {
        var podSpec = Read().Message(Definitions).Entry(1, "io.k8s.api.core.v1.PodSpec");

        Assert.Equal("object", podSpec.Message(Type).String(1));
        Assert.Equal(["containers"], podSpec.Strings(Required));
        var containers = podSpec.Message(Properties).Entry(1, "containers");
        Assert.Equal("array", containers.Message(Type).String(1));
        Assert.Equal("#/definitions/io.k8s.api.core.v1.Container", containers.Message(23, 1).String(1));
        Assert.Equal("\"name\"", containers.Entry(Extensions, "x-kubernetes-patch-merge-key").String(2));
        var nodeSelector = podSpec.Message(Properties).Entry(1, "nodeSelector");
        Assert.Equal("string", nodeSelector.Message(21, 1, Type).String(1));
    }

    [Fact]
    public void A_kind_is_found_by_its_extension()
    {
        var pod = Read().Message(Definitions).Entry(1, "io.k8s.api.core.v1.Pod");

        Assert.Equal("""[{"group":"","kind":"Pod","version":"v1"}]""", pod.Entry(Extensions, "x-kubernetes-group-version-kind").String(2));
    }

    [Fact]
    public void Patching_says_that_the_server_tries_out()
    {
        var patch = Read().Message(8).Entry(2, "/api/v1/namespaces/{namespace}/pods/{name}").Message(8);

        Assert.Equal("""{"group":"","kind":"Pod","version":"v1"}""", patch.Entry(13, "x-kubernetes-group-version-kind").String(2));
        var query = patch.Messages(8).Select(p => p.Message(1)).Where(p => p.Messages(2).Any()).Select(p => p.Message(2, 3).String(4));
        Assert.Contains("dryRun", query);
        Assert.Equal(["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"], patch.Strings(6));
    }

    [Theory]
    [InlineData("""{"title":"t","pattern":"^a$","format":"byte"}""", "1a 01 74 6a 03 5e 61 24 12 04 62 79 74 65")]
    [InlineData("""{"exclusiveMaximum":true,"exclusiveMinimum":false,"uniqueItems":true}""", "40 01 80 01 01")]
    [InlineData("""{"maxLength":300,"minItems":0,"maximum":1.5,"multipleOf":2}""", "58 ac 02 39 00 00 00 00 00 00 f8 3f 31 00 00 00 00 00 00 00 40")]
    [InlineData("""{"default":{"a":1},"example":2}""", "2a 09 12 07 7b 22 61 22 3a 31 7d f2 01 03 12 01 32")]
    [InlineData("""{"additionalProperties":false}""", "aa 01 02 10 00")]
    [InlineData("""{"additionalProperties":{"type":"x"}}""", "aa 01 08 0a 06 b2 01 03 0a 01 78")]
    [InlineData("""{"enum":["a",1],"externalDocs":{"url":"u"}}""", "a2 01 05 12 03 22 61 22 a2 01 03 12 01 31 ea 01 03 12 01 75")]
    [InlineData("""{"x-kubernetes-validations":[{"rule":"r"}],"unheard":1}""", "fa 01 2c 0a 18 78 2d 6b 75 62 65 72 6e 65 74 65 73 2d 76 61 6c 69 64 61 74 69 6f 6e 73 12 10 12 0e 5b 7b 22 72 75 6c 65 22 3a 22 72 22 7d 5d")]
    public void Each_word_of_a_schema_has_its_field(string schema, string message)
    {
        var document = OpenApiV2Protobuf.Write(Encoding.UTF8.GetBytes($$$"""{"definitions":{"S":{{{schema}}} } }"""));
        var written = new ProtobufFields(document).Message(Definitions, 1).Bytes(2);
        Assert.Equal(message, string.Join(' ', written.Select(one => $"{one:x2}")));
    }

    private ProtobufFields Read() =>
        new(_documents.Find("/openapi/v2", null, "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", null)!.Body);
}

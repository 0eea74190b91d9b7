using System.Text;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.OpenApi;
using Coppice.ApiServer.Registry;

namespace Coppice.ApiServer.Tests.OpenApi;

public sealed class OpenApiV3ProtobufTests
{
    private const int Paths = 4;
    private const int Components = 5;
    private const int OperationExtensions = 13;
    private const int Required = 23;
    private const int Type = 25;
    private const int AllOf = 26;
    private const int Items = 30;
    private const int Properties = 31;
    private const int Values = 32;
    private const int Description = 34;
    private const int Extensions = 36;

    private readonly OpenApiDocuments _documents = new(ServedGroups.Of(BuiltInServedKinds.All), [], new WrittenDescriptions());

    [Fact]
    public void A_definition_says_what_the_JSON_says()
    {
        var document = Read("/openapi/v3/api/v1");
        var podSpec = Schema(document, "io.k8s.api.core.v1.PodSpec");
        Assert.Equal("object", podSpec.String(Type));
        Assert.Equal(["containers"], podSpec.Strings(Required));
        var containers = Property(podSpec, "containers");
        Assert.Equal("array", containers.String(Type));
        Assert.Equal("#/components/schemas/io.k8s.api.core.v1.Container", containers.Message(Items, 1, 2).String(1));
        Assert.Equal("\"name\"", containers.Entry(Extensions, "x-kubernetes-patch-merge-key").String(2));
        Assert.Equal("string", Property(podSpec, "nodeSelector").Message(Values, 1, 1).String(Type));
        Assert.NotEmpty(podSpec.String(Description));
        var metadata = Property(Schema(document, "io.k8s.api.core.v1.Pod"), "metadata");
        Assert.Equal("#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", metadata.Message(AllOf, 2).String(1));
    }

    [Fact]
    public void An_operation_says_what_it_takes_and_gives()
    {
        var document = Read("/openapi/v3/apis/apps/v1");
        Assert.Equal(("3.0.0", "Kubernetes"), (document.String(1), document.Message(2).String(1)));
        var path = document.Message(Paths).Entry(1, "/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
        Assert.Equal(["namespace", "name"], path.Messages(13).Select(one => one.Message(1).String(1)));
        var patch = path.Message(10);
        Assert.Equal("patchAppsV1NamespacedDeployment", patch.String(5));
        Assert.Contains("dryRun", patch.Messages(6).Select(one => one.Message(1).String(1)));
        Assert.Equal("string", patch.Message(6, 1, 10, 1).String(Type));
        var body = patch.Message(7, 1, 2).Entry(1, "application/merge-patch+json");
        Assert.Equal("#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.Patch", body.Message(1, 2).String(1));
        var answer = patch.Message(8).Entry(2, "200").Message(1);
        Assert.Equal("OK", answer.String(1));
        Assert.Equal("#/components/schemas/io.k8s.api.apps.v1.Deployment", answer.Message(3).Entry(1, "application/json").Message(1, 2).String(1));
        Assert.Equal("\"patch\"", patch.Entry(OperationExtensions, "x-kubernetes-action").String(2));
        Assert.Equal("""{"group":"apps","kind":"Deployment","version":"v1"}""", patch.Entry(OperationExtensions, "x-kubernetes-group-version-kind").String(2));
    }

    [Theory]
    [InlineData("""{"title":"t","pattern":"^a$","format":"byte"}""", "4a 01 74 8a 01 03 5e 61 24 9a 02 04 62 79 74 65")]
    [InlineData("""{"nullable":true,"exclusiveMinimum":false,"uniqueItems":true}""", "08 01 a0 01 01")]
    [InlineData("""{"maxLength":300,"minItems":0,"maximum":1.5,"minimum":0}""", "78 ac 02 59 00 00 00 00 00 00 f8 3f")]
    // A default is there even if it is nothing; of objects it is only said that there is one.
    [InlineData("""{"default":false}""", "8a 02 02 10 00")]
    [InlineData("""{"default":""}""", "8a 02 02 1a 00")]
    [InlineData("""{"default":2}""", "8a 02 09 09 00 00 00 00 00 00 00 40")]
    [InlineData("""{"default":{"a":1}}""", "8a 02 00")]
    [InlineData("""{"additionalProperties":false}""", "82 02 02 10 00")]
    [InlineData("""{"additionalProperties":{}}""", "82 02 04 0a 02 0a 00")]
    [InlineData("""{"enum":["a",1],"not":{"type":"x"}}""", "c2 01 05 12 03 22 61 22 c2 01 03 12 01 31 ea 01 04 ca 01 01 78")]
    [InlineData("""{"anyOf":[{"type":"x"},{"$ref":"r"}],"unheard":1}""", "e2 01 06 0a 04 ca 01 01 78 e2 01 05 12 03 0a 01 72")]
    [InlineData("""{"x-a":{"b":1}}""", "a2 02 10 0a 03 78 2d 61 12 09 12 07 7b 22 62 22 3a 31 7d")]
    public void Each_word_of_a_schema_has_its_field(string schema, string message)
    {
        var document = OpenApiV3Protobuf.Write(Encoding.UTF8.GetBytes($$$"""{"components":{"schemas":{"S":{{{schema}}} } } }"""));
        var written = new ProtobufFields(document).Message(Components, 1, 1, 2).Bytes(1);
        Assert.Equal(message, string.Join(' ', written.Select(one => $"{one:x2}")));
    }

    private static ProtobufFields Schema(ProtobufFields document, string name) => document.Message(Components, 1).Entry(1, name).Message(1);

    private static ProtobufFields Property(ProtobufFields schema, string name) => schema.Message(Properties).Entry(1, name).Message(1);

    private ProtobufFields Read(string path) =>
        new(_documents.Find(path, null, "application/com.github.proto-openapi.spec.v3.v1.0+protobuf", null)!.Body);
}

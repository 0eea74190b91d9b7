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

    private readonly OpenApiDocuments _documents = new(ServedGroups.Of(BuiltInServedKinds.All), []);

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

    private ProtobufFields Read() =>
        new(_documents.Find("/openapi/v2", null, "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", null)!.Body);
}

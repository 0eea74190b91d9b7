using System.IO.Compression;
using System.Text.Json;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.OpenApi;
using Coppice.ApiServer.Registry;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.OpenApi;

public sealed class OpenApiDocumentsTests
{
    private readonly OpenApiDocuments _documents = new(ServedGroups.Of(BuiltInServedKinds.All), [], new WrittenDescriptions());

    [Fact]
    public void A_kind_is_found_by_its_name_and_holds_its_fields()
    {
        var deployment = Definition2("io.k8s.api.apps.v1.Deployment");

        Assert.Equal("object", Text(deployment, "type"));
        Assert.Equal("""[{"group":"apps","kind":"Deployment","version":"v1"}]""", deployment.GetProperty("x-kubernetes-group-version-kind").GetRawText());
        Assert.Equal("#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", Text(deployment, "properties", "metadata", "$ref"));
        Assert.Equal("#/definitions/io.k8s.api.apps.v1.DeploymentSpec", Text(deployment, "properties", "spec", "$ref"));
    }

    [Fact]
    public void Lists_say_how_they_are_merged()
    {
        var containers = Definition2("io.k8s.api.core.v1.PodSpec").GetProperty("properties").GetProperty("containers");
        Assert.Equal("name", Text(containers, "x-kubernetes-patch-merge-key"));
        Assert.Equal("merge", Text(containers, "x-kubernetes-patch-strategy"));
        Assert.Equal("map", Text(containers, "x-kubernetes-list-type"));

        var ports = Definition2("io.k8s.api.core.v1.Container").GetProperty("properties").GetProperty("ports");
        Assert.Equal("""["containerPort","protocol"]""", ports.GetProperty("x-kubernetes-list-map-keys").GetRawText());
        Assert.Equal("merge,retainKeys", Text(Definition2("io.k8s.api.core.v1.PodSpec"), "properties", "volumes", "x-kubernetes-patch-strategy"));
        Assert.Equal("atomic", Text(Definition2("io.k8s.api.core.v1.PodSpec"), "properties", "nodeSelector", "x-kubernetes-map-type"));
        Assert.Equal("atomic", Text(Definition2("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"), "x-kubernetes-map-type"));
        Assert.Equal("""["containers"]""", Definition2("io.k8s.api.core.v1.PodSpec").GetProperty("required").GetRawText());
    }

    [Fact]
    public void Values_have_the_formats_that_Kubernetes_publishes()
    {
        var intOrString = Definition2("io.k8s.apimachinery.pkg.util.intstr.IntOrString");
        Assert.Equal("string", Text(intOrString, "type"));
        Assert.Equal("int-or-string", Text(intOrString, "format"));
        Assert.Equal("string", Text(Definition2("io.k8s.apimachinery.pkg.api.resource.Quantity"), "type"));
        Assert.Equal("date-time", Text(Definition2("io.k8s.apimachinery.pkg.apis.meta.v1.Time"), "format"));
        Assert.Equal("byte", Text(Definition2("io.k8s.api.core.v1.Secret"), "properties", "data", "additionalProperties", "format"));
        Assert.Equal("int64", Text(Definition2("io.k8s.api.core.v1.PodSpec"), "properties", "activeDeadlineSeconds", "format"));
        Assert.Equal("int32", Text(Definition2("io.k8s.api.apps.v1.DeploymentSpec"), "properties", "replicas", "format"));
    }

    [Theory]
    [InlineData("pods/{name}/log", "get", "readCoreV1NamespacedPodLog", "get")]
    [InlineData("pods/{name}/exec", "get", "connectCoreV1GetNamespacedPodExec", "connect")]
    [InlineData("pods/{name}/exec", "post", "connectCoreV1PostNamespacedPodExec", "connect")]
    [InlineData("pods/{name}/attach", "post", "connectCoreV1PostNamespacedPodAttach", "connect")]
    [InlineData("pods/{name}/portforward", "get", "connectCoreV1GetNamespacedPodPortforward", "connect")]
    [InlineData("pods/{name}/proxy", "options", "connectCoreV1OptionsNamespacedPodProxy", "connect")]
    [InlineData("services/{name}/proxy/{path}", "head", "connectCoreV1HeadNamespacedServiceProxyWithPath", "connect")]
    [InlineData("pods/{name}/eviction", "post", "createCoreV1NamespacedPodEviction", "post")]
    [InlineData("pods", "delete", "deleteCoreV1CollectionNamespacedPod", "deletecollection")]
    public void Operations_have_the_names_that_clients_are_made_from(string path, string method, string id, string action)
    {
        foreach (var document in new[] { "/openapi/v2", "/openapi/v3/api/v1" })
        {
            var operation = Read(document).GetProperty("paths").GetProperty($"/api/v1/namespaces/{{namespace}}/{path}").GetProperty(method);
            Assert.Equal((id, action), (Text(operation, "operationId"), Text(operation, "x-kubernetes-action")));
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (var path in new[] { "/openapi/v2", "/openapi/v3/api/v1", "/openapi/v3/apis/apps/v1", "/openapi/v3/apis/authorization.k8s.io/v1" })
        {
            var document = Read(path);
            foreach (var reference in References(document))
            {
                var target = reference.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name));
                Assert.Equal(JsonValueKind.Object, target.ValueKind);
            }
        }
    }

    [Fact]
    public void Version_3_wraps_a_reference_that_has_more_to_say()
    {
        var schemas = Read("/openapi/v3/api/v1").GetProperty("components").GetProperty("schemas");
        var metadata = schemas.GetProperty("io.k8s.api.core.v1.Pod").GetProperty("properties").GetProperty("metadata");

        Assert.Equal("#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", Text(metadata.GetProperty("allOf")[0], "$ref"));
        Assert.Equal("Standard object's metadata: its name, labels and history.", Text(metadata, "description"));
        Assert.Equal(
            """[{"type":"integer"},{"type":"string"}]""",
            schemas.GetProperty("io.k8s.apimachinery.pkg.util.intstr.IntOrString").GetProperty("oneOf").GetRawText());
    }

    [Fact]
    public void Every_type_and_field_says_what_it_means()
    {
        var silent = new List<string>();
        foreach (var definition in Read("/openapi/v2").GetProperty("definitions").EnumerateObject())
        {
            silent.AddRange(definition.Value.TryGetProperty("description", out _) ? [] : [definition.Name]);
            if (definition.Value.TryGetProperty("properties", out var properties))
            {
                silent.AddRange(properties.EnumerateObject()
                    .Where(p => !p.Value.TryGetProperty("description", out _))
                    .Select(p => $"{definition.Name}.{p.Name}"));
            }
        }

        Assert.Empty(silent);
    }

    [Theory]
    [InlineData("/openapi/v2")]
    [InlineData("/openapi/v3/apis/apps/v1")]
    public void Patching_says_that_the_server_validates_and_tries_out(string path)
    {
        var patch = Read(path).GetProperty("paths").GetProperty("/apis/apps/v1/namespaces/{namespace}/deployments/{name}").GetProperty("patch");

        Assert.Equal("patch", Text(patch, "x-kubernetes-action"));
        Assert.Equal("Deployment", Text(patch, "x-kubernetes-group-version-kind", "kind"));
        var parameters = patch.GetProperty("parameters").EnumerateArray().Select(p => Text(p, "name")).ToList();
        Assert.Contains("fieldValidation", parameters);
        Assert.Contains("dryRun", parameters);
    }

    [Fact]
    public void Operations_have_names_of_their_own()
    {
        var ids = Read("/openapi/v2").GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject())
            .Where(o => o.Value.ValueKind == JsonValueKind.Object)
            .Select(o => Text(o.Value, "operationId"))
            .ToList();

        Assert.Contains("createCoreV1NamespacedPod", ids);
        Assert.Contains("listAppsV1DeploymentForAllNamespaces", ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void The_index_leads_to_every_version_and_its_addresses_may_be_kept()
    {
        var paths = Read("/openapi/v3").GetProperty("paths");

        foreach (var entry in paths.EnumerateObject())
        {
            var url = Text(entry.Value, "serverRelativeURL").Split("?hash=");
            Assert.Equal($"/openapi/v3/{entry.Name}", url[0]);
            Assert.True(_documents.Find(url[0], url[1], null, "gzip")!.Immutable);
            var moved = _documents.Find(url[0], "old", null, "gzip")!;
            Assert.Equal((false, Text(entry.Value, "serverRelativeURL")), (moved.Immutable, moved.Location));
        }

        Assert.True(paths.TryGetProperty("api/v1", out _));
        Assert.True(paths.TryGetProperty("apis/apps/v1", out _));
        Assert.Null(_documents.Find("/openapi/v3/apis/apps/v2", null, null, null));
    }

    [Fact]
    public void A_client_that_takes_gzip_gets_the_same_document_smaller()
    {
        var plain = _documents.Find("/openapi/v2", null, "application/json", null)!;
        var gzip = _documents.Find("/openapi/v2", null, "application/json", "deflate, gzip")!;
        var unpacked = new MemoryStream();
        new GZipStream(new MemoryStream(gzip.Body), CompressionMode.Decompress).CopyTo(unpacked);

        Assert.Equal("gzip", gzip.ContentEncoding);
        Assert.Null(plain.ContentEncoding);
        Assert.NotEqual(plain.ETag, gzip.ETag);
        Assert.Equal(plain.Body, unpacked.ToArray());
    }

    private static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => p is { Name: "$ref", Value.ValueKind: JsonValueKind.String } ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static string Text(JsonElement json, params string[] path) => path.Aggregate(json, (at, name) => at.GetProperty(name)).GetString()!;

    private JsonElement Definition2(string name) => Read("/openapi/v2").GetProperty("definitions").GetProperty(name);

    private JsonElement Read(string path) => JsonDocument.Parse(_documents.Find(path, null, "application/json", null)!.Body).RootElement;
}

using System.Text;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Decoding;

/// <summary>Bodies as clients send them.</summary>
internal static class Manifests
{
    public const string Deployment = """
        {
          "apiVersion": "apps/v1", "kind": "Deployment",
          "metadata": {"name": "web", "labels": {"app": "web"}},
          "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
              "metadata": {"labels": {"app": "web"}},
              "spec": {"containers": [{
                "name": "nginx", "image": "nginx:1.27",
                "ports": [{"containerPort": 80}],
                "resources": {"limits": {"cpu": "500m", "memory": "64Mi"}},
                "livenessProbe": {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 5}
              }]}
            }
          }
        }
        """;

    public static string Pod(string spec) =>
        $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{{spec}}}""";

    public static DecodedObject Decode<T>(string json, FieldValidation mode = FieldValidation.Strict)
        where T : KubernetesObject => ObjectDecoder.Decode(Encoding.UTF8.GetBytes(json), BuiltInKinds.Of<T>(), mode);

    /// <summary>The message with which a body is refused.</summary>
    public static string Refusal<T>(string json, FieldValidation mode = FieldValidation.Strict)
        where T : KubernetesObject
    {
        var error = Assert.Throws<ApiError>(() => Decode<T>(json, mode));
        Assert.Equal(400, error.Code);
        Assert.Equal("BadRequest", error.Reason);
        return error.Status.Message!;
    }
}

using System.Text;

namespace Coppice.Bench.Api;

/// <summary>A small pod: about 1.7 KB when it is stored.</summary>
internal static class PodText
{
    public const string Template = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-NAME","namespace":"default","labels":{"app":"web","pod-template-hash":"5d4f8c7b9d"}},
        "spec":{"containers":[{"name":"web","image":"registry.example.com/shop/web:1.27.3","ports":[{"name":"http","containerPort":8080}],
        "env":[{"name":"MODE","value":"production"},{"name":"CACHE","value":"redis.default.svc:6379"}],
        "resources":{"limits":{"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"250m","memory":"64Mi"}},
        "readinessProbe":{"httpGet":{"path":"/ready","port":8080},"periodSeconds":5}}]}}
        """;

    public static byte[] Named(string name) => Encoding.UTF8.GetBytes(Template.Replace("NAME", name, StringComparison.Ordinal));
}

using System.Text;

namespace Coppice.Bench.Api;

/// <summary>A small pod: about 3 KB when it is answered.</summary>
internal static class PodText
{
    public const string Template = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-NAME","namespace":"default","labels":{"app":"web","pod-template-hash":"5d4f8c7b9d"}},
        "spec":{"containers":[{"name":"web","image":"registry.example.com/shop/web:1.27.3","ports":[{"name":"http","containerPort":8080}],
        "env":[{"name":"MODE","value":"production"},{"name":"CACHE","value":"redis.default.svc:6379"}],
        "resources":{"limits":{"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"250m","memory":"64Mi"}},
        "readinessProbe":{"httpGet":{"path":"/ready","port":8080},"periodSeconds":5}}]}}
        """;

    private const int NodesPerSpace = 10;

    /// <summary>One of many, spread over namespaces and nodes.</summary>
    /// <param name="spaces">1 for the namespace default and no node.</param>
    public static byte[] Of(int number, int spaces)
    {
        var text = Template.Replace("NAME", $"{number}", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(spaces == 1 ? text : text
            .Replace("\"namespace\":\"default\"", $"\"namespace\":\"{SpaceOf(number % spaces)}\"", StringComparison.Ordinal)
            .Replace("\"spec\":{", $"\"spec\":{{\"nodeName\":\"{NodeOf(number % (spaces * NodesPerSpace))}\",", StringComparison.Ordinal));
    }

    public static string SpaceOf(int number) => number == 0 ? "default" : $"space-{number}";

    public static string NodeOf(int number) => $"node-{number}";
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Coppice.Network.Nftables;

namespace Coppice.Network.HealthPorts;

/// <summary>What is answered on a health port, byte by byte as kube-proxy does it: 200 if the service has endpoints here, else 503. Pure.</summary>
internal static class HealthAnswer
{
    /// <param name="request">Its head.</param>
    /// <param name="areRulesGood">Packets are led to the endpoints that are counted.</param>
    public static byte[] To(string request, HealthPortInfo port, bool areRulesGood, DateTimeOffset now)
    {
        if (request.Split("\r\n", 2)[0].Split(' ') is not [var method, { Length: > 0 }, "HTTP/1.1" or "HTTP/1.0"])
        {
            return Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        }

        var body = $$"""
            {
            	"service": {
            		"namespace": {{Quoted(port.Namespace)}},
            		"name": {{Quoted(port.Name)}}
            	},
            	"localEndpoints": {{Number(port.LocalEndpoints)}},
            	"serviceProxyHealthy": {{(areRulesGood ? "true" : "false")}}
            }
            """.ReplaceLineEndings("\n");
        var head = $"""
            HTTP/1.1 {(port.LocalEndpoints > 0 && areRulesGood ? "200 OK" : "503 Service Unavailable")}
            Content-Type: application/json
            X-Content-Type-Options: nosniff
            X-Load-Balancing-Endpoint-Weight: {Number(port.LocalEndpoints)}
            Date: {now.ToString("R", CultureInfo.InvariantCulture)}
            Content-Length: {Number(Encoding.UTF8.GetByteCount(body))}
            Connection: close


            """.ReplaceLineEndings("\r\n");
        return Encoding.UTF8.GetBytes(method == "HEAD" ? head : head + body);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests;

/// <summary>Objects as the API server would hand them out.</summary>
internal static class Given
{
    public static Pod Pod(string spec) => Read<Pod>($$$"""
        {"metadata":{"name":"web","namespace":"shop","uid":"u1","labels":{"app":"web"},"annotations":{"note":"say \"hi\""}},"spec":{{{spec}}}}
        """);

    public static T Read<T>(string json) => ApiJson.Read<T>(System.Text.Encoding.UTF8.GetBytes(json));
}

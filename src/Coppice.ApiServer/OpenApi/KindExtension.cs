using System.Text.Json;
using Coppice.ApiServer.Kinds;

namespace Coppice.ApiServer.OpenApi;

/// <summary>By this extension clients find the definition, or the operation, of a kind.</summary>
internal static class KindExtension
{
    private const string Name = "x-kubernetes-group-version-kind";

    public static VendorExtension OfDefinition(IEnumerable<KindName> kinds) => new(Name, $"[{string.Join(',', kinds.Select(Json))}]");

    public static VendorExtension OfOperation(KindName kind) => new(Name, Json(kind));

    private static string Json(KindName kind) =>
        $$"""{"group":{{Quote(kind.Group)}},"kind":{{Quote(kind.Kind)}},"version":{{Quote(kind.Version)}}}""";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}

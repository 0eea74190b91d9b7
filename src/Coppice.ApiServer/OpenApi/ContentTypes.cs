using Coppice.ApiServer.Protobuf;
using Coppice.ApiServer.Responses;

namespace Coppice.ApiServer.OpenApi;

/// <summary>The content types of an operation's body and of its answer. The lists are shared: there are thousands of operations, and a dozen of these.</summary>
internal sealed record ContentTypes(IReadOnlyList<string> Consumes, IReadOnlyList<string> Produces)
{
    private const string JsonPatch = "application/json-patch+json";
    private const string MergePatch = "application/merge-patch+json";
    private const string StrategicMergePatch = "application/strategic-merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    public static readonly string[] Any = ["*/*"];

    public static readonly string[] Json = [ResponseFormat.Json];

    public static readonly string[] Texts = [ResponseFormat.Json, ResponseFormat.Yaml];

    public static readonly string[] TextsAndWatches = [.. Texts, ResponseFormat.Json + ResponseFormat.OfWatches];

    public static readonly string[] Objects = [.. Texts, ProtobufEnvelope.MediaType];

    public static readonly string[] ObjectsAndWatches = [.. Objects, ResponseFormat.Json + ResponseFormat.OfWatches, ProtobufEnvelope.MediaType + ResponseFormat.OfWatches];

    /// <summary>A text has one form; what keeps it from being given is an object.</summary>
    public static readonly string[] PlainTextAndObjects = ["text/plain", .. Objects];

    public static readonly string[] Patches = [JsonPatch, MergePatch, StrategicMergePatch, Apply];

    // Lists are not merged as types say: there are no types.
    public static readonly string[] CustomPatches = [JsonPatch, MergePatch, Apply];
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.ApiServer.Patching;

/// <summary>Applies patches to the JSON of an object. What comes out may still be no valid object: decode it to know.</summary>
public static class Patcher
{
    /// <param name="original">The object as it is; valid JSON.</param>
    /// <param name="schema">The object's type; only strategic merge asks it.</param>
    /// <exception cref="ApiError">400: the patch is malformed. 422: it does not apply to this object. 413: it is too large. 500: it merges lists in a way that nobody knows.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public static byte[] Apply(
        PatchType type, ReadOnlyMemory<byte> original, ReadOnlyMemory<byte> patch, ObjectSchema schema, CancellationToken stop = default)
    {
        var parsed = Parse(patch.Span).Root;
        var target = JsonTree.Parse(original.Span).Root as JsonObject
            ?? throw new ArgumentException("an object to be patched must be a JSON object", nameof(original));
        var result = type switch
        {
            PatchType.Json => ApplyJson(target, parsed, stop),
            PatchType.Merge => MergePatch.Apply(target, AsObject(parsed)),
            _ => StrategicMergePatch.Apply(target, AsObject(parsed), schema),
        };
        return JsonTree.Write(result);
    }

    /// <summary>Fields that a patch names twice, and those of an operation that nobody knows, as strict errors are worded.</summary>
    /// <exception cref="ApiError">400: the patch is no JSON.</exception>
    public static IReadOnlyList<string> StrictErrors(PatchType type, ReadOnlyMemory<byte> patch)
    {
        var tree = Parse(patch.Span);
        return type == PatchType.Json ? JsonPatch.StrictErrors(tree) : tree.DuplicateFields;
    }

    private static JsonNode? ApplyJson(JsonObject target, JsonNode? patch, CancellationToken stop)
    {
        try
        {
            return JsonPatch.Apply(target, patch, stop);
        }
        catch (JsonPatchException)
        {
            throw ApiErrors.Unprocessable();
        }
    }

    internal static ApiError Malformed(string why) => ApiErrors.BadRequest($"error decoding patch: {why}");

    private static JsonTree Parse(ReadOnlySpan<byte> patch)
    {
        try
        {
            return JsonTree.Parse(patch);
        }
        catch (JsonException e)
        {
            throw Malformed(JsonSyntax.Describe(patch, e));
        }
    }

    private static JsonObject AsObject(JsonNode? patch) => patch switch
    {
        null => [],
        JsonObject map => map,
        _ => throw Malformed($"json: cannot unmarshal {JsonTree.KindOf(patch)} into Go value of type map[string]interface {{}}"),
    };
}

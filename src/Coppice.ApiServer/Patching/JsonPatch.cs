using System.Text.Json.Nodes;
using Coppice.ApiServer.Errors;

namespace Coppice.ApiServer.Patching;

/// <summary>RFC 6902: a list of operations, of which all apply or none.</summary>
internal static class JsonPatch
{
    // Kubernetes' limits: of operations in a patch, and of bytes that copying may add.
    private const int OperationLimit = 10_000;

    private const int CopyLimit = 3 * 1024 * 1024;

    /// <param name="stop">Each operation may take as long as the object is large: whoever asked may have gone before the last.</param>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch, CancellationToken stop)
    {
        if (patch is not JsonArray operations)
        {
            throw Patcher.Malformed($"json: cannot unmarshal {JsonTree.KindOf(patch)} into Go value of type jsonpatch.Patch");
        }

        if (operations.Count > OperationLimit)
        {
            throw ApiErrors.RequestEntityTooLarge($"The allowed maximum operations in a JSON patch is {OperationLimit}, got {operations.Count}");
        }

        var copied = 0L;
        foreach (var node in operations)
        {
            stop.ThrowIfCancellationRequested();
            if (node is not JsonObject operation)
            {
                throw Patcher.Malformed($"json: cannot unmarshal {JsonTree.KindOf(node)} into Go value of type jsonpatch.Operation");
            }

            target = Apply(target, operation, ref copied);
        }

        return target;
    }

    private static JsonNode? Apply(JsonNode? target, JsonObject operation, ref long copied)
    {
        var op = JsonTree.TextOf(operation["op"]) ?? "";
        var path = PointerOf(operation, "path", op);
        switch (op)
        {
            case "add":
                return Add(target, path, ValueOf(operation, op), op);
            case "remove":
                return Remove(target, path, op).Remains;
            case "replace":
                return Replace(target, path, ValueOf(operation, op));
            case "move":
                var moved = Remove(target, PointerOf(operation, "from", op), op);
                return Add(moved.Remains, path, moved.Value, op);
            case "copy":
                var copy = Find(target, PointerOf(operation, "from", op), op)?.DeepClone();
                copied += JsonTree.Write(copy).Length;
                return copied <= CopyLimit ? Add(target, path, copy, op) : throw ApiErrors.RequestEntityTooLarge(
                    $"Unable to complete the copy, the accumulated size increase of copy is {copied}, exceeding the limit {CopyLimit}");
            case "test":
                return JsonNode.DeepEquals(Find(target, path, op), ValueOf(operation, op))
                    ? target
                    : throw ApiErrors.Unprocessable($"testing value {path.Text} failed: test failed");
            default:
                throw ApiErrors.Unprocessable($"Unexpected kind: {QuotedText.Of(op)}");
        }
    }

    private static JsonNode? Add(JsonNode? target, JsonPointer path, JsonNode? value, string op)
    {
        RequireDepth(path, value, op);
        if (path.IsRoot)
        {
            return value;
        }

        switch (path.FindParent(target))
        {
            case JsonObject map:
                map[path.Last] = value;
                break;
            case JsonArray list when path.Last == "-":
                list.Add(value);
                break;
            case JsonArray list when JsonPointer.Index(path.Last, list.Count + 1) is { } index:
                list.Insert(index, value);
                break;
            case JsonArray:
                throw InvalidIndex(path, op);
            default:
                throw MissingPath(path, op);
        }

        return target;
    }

    private static JsonNode? Replace(JsonNode? target, JsonPointer path, JsonNode? value)
    {
        RequireDepth(path, value, "replace");
        if (path.IsRoot)
        {
            return value;
        }

        switch (path.FindParent(target))
        {
            case JsonObject map when map.ContainsKey(path.Last):
                map[path.Last] = value;
                break;
            case JsonObject:
                throw MissingKey(path, "replace");
            case JsonArray list when JsonPointer.Index(path.Last, list.Count) is { } index:
                list[index] = value;
                break;
            case JsonArray:
                throw InvalidIndex(path, "replace");
            default:
                throw MissingPath(path, "replace");
        }

        return target;
    }

    private static (JsonNode? Remains, JsonNode? Value) Remove(JsonNode? target, JsonPointer path, string op)
    {
        var value = Find(target, path, op);
        switch (path.IsRoot ? null : path.FindParent(target))
        {
            case JsonObject map:
                JsonTree.Remove(map, path.Last);
                return (target, value);
            case JsonArray list:
                list.RemoveAt(JsonPointer.Index(path.Last, list.Count)!.Value);
                return (target, value);
            default:
                return (null, value);
        }
    }

    private static JsonNode? Find(JsonNode? target, JsonPointer path, string op)
    {
        if (path.IsRoot)
        {
            return target;
        }

        return path.FindParent(target) switch
        {
            JsonObject map => map.TryGetPropertyValue(path.Last, out var value) ? value : throw MissingKey(path, op),
            JsonArray list => JsonPointer.Index(path.Last, list.Count) is { } index ? list[index] : throw InvalidIndex(path, op),
            _ => throw MissingPath(path, op),
        };
    }

    // Copies into copies would nest without end, and whoever walks the tree would run out of stack.
    private static void RequireDepth(JsonPointer path, JsonNode? value, string op)
    {
        if (path.Tokens.Count + JsonTree.DepthOf(value) > JsonTree.DepthLimit)
        {
            throw ApiErrors.Unprocessable($"{op} operation does not apply: exceeded max depth");
        }
    }

    private static JsonPointer PointerOf(JsonObject operation, string field, string op)
    {
        var text = JsonTree.TextOf(operation[field])
            ?? throw ApiErrors.Unprocessable($"{op} operation does not apply: the operation has no {QuotedText.Of(field)}");
        return JsonPointer.Parse(text)
            ?? throw ApiErrors.Unprocessable($"{op} operation does not apply: {QuotedText.Of(text)} is no path; a path begins with \"/\"");
    }

    private static JsonNode? ValueOf(JsonObject operation, string op) => operation.TryGetPropertyValue("value", out var value)
        ? value?.DeepClone()
        : throw ApiErrors.Unprocessable($"{op} operation does not apply: the operation has no \"value\"");

    private static ApiError MissingPath(JsonPointer path, string op) =>
        ApiErrors.Unprocessable($"{op} operation does not apply: doc is missing path: {QuotedText.Of(path.Text)}: missing value");

    private static ApiError MissingKey(JsonPointer path, string op) =>
        ApiErrors.Unprocessable($"{op} operation does not apply: doc is missing key: {path.Text}: missing value");

    private static ApiError InvalidIndex(JsonPointer path, string op) =>
        ApiErrors.Unprocessable($"{op} operation does not apply: Unable to access invalid index: {path.Last}: invalid index referenced");
}

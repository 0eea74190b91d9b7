using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Patching;

/// <summary>An operation does not apply to what is there.</summary>
internal sealed class JsonPatchException(string message) : Exception(message)
{
    /// <summary>It is because something is not as the patch says.</summary>
    public bool IsFailedTest { get; init; }
}

/// <summary>RFC 6902, as Kubernetes' library has it: a list of operations, of which all apply or none.</summary>
internal static class JsonPatch
{
    private const string Value = "value";

    private static readonly string[] Texts = ["op", "path", "from"];

    // Kubernetes' limits: of operations in a patch, and of bytes that copying may add.
    private const int OperationLimit = 10_000;

    private const int CopyLimit = 3 * 1024 * 1024;

    /// <param name="stop">Each operation may take as long as the object is large: whoever asked may have gone before the last.</param>
    /// <exception cref="JsonPatchException">An operation does not apply.</exception>
    /// <exception cref="ApiError">The patch is none, or too large.</exception>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch, CancellationToken stop)
    {
        if (patch is not JsonArray operations)
        {
            throw NoOperation(patch, "Go value of type jsonpatch.Patch");
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
                throw NoOperation(node, "Go value of type jsonpatch.Operation");
            }

            target = Apply(target, operation, ref copied);
        }

        return target;
    }

    /// <summary>What operations name twice, or nobody knows, as strict errors are worded: operation by operation.</summary>
    /// <exception cref="ApiError">400: it is no list of operations.</exception>
    public static IReadOnlyList<string> StrictErrors(JsonTree patch)
    {
        var operations = patch.Root as JsonArray ?? throw NoOperation(patch.Root, "Go value of type []handlers.jsonPatchOp");
        var doubled = patch.DuplicateFields.ToLookup(error => error[..(error.IndexOf(']') + 1)]);
        var errors = new StrictErrors();
        for (var i = 0; i < operations.Count && !errors.IsFull; i++)
        {
            var operation = operations[i] as JsonObject ?? throw NoOperation(operations[i], "Go value of type handlers.jsonPatchOp");
            foreach (var name in Texts.Where(name => operation[name] is { } value && JsonTree.TextOf(value) is null))
            {
                throw NoOperation(operation[name], $"Go struct field jsonPatchOp.{name} of type string");
            }

            foreach (var error in doubled[$"duplicate field \"[{i}]"])
            {
                errors.Add($"json patch {error}");
            }

            foreach (var name in operation.Select(member => member.Key).Except([.. Texts, Value]))
            {
                errors.Add($"json patch unknown field {QuotedText.Of($"[{i}].{name}")}");
            }
        }

        return errors.All;
    }

    private static JsonNode? Apply(JsonNode? target, JsonObject operation, ref long copied)
    {
        var op = JsonTree.TextOf(operation["op"]) ?? "unknown";
        switch (op)
        {
            case "add":
                Add(target, PathOf(operation, op), ValueOf(operation));
                return target;
            case "remove":
                Remove(target, PathOf(operation, op));
                return target;
            case "replace":
                return Replace(target, PathOf(operation, op), ValueOf(operation));
            case "move":
                Move(target, FromOf(operation, op), () => PathOf(operation, op));
                return target;
            case "test":
                Test(target, PathOf(operation, op), ValueOf(operation));
                return target;
            case "copy":
                Copy(target, FromOf(operation, op), () => PathOf(operation, op), ref copied);
                return target;
            default:
                throw new JsonPatchException($"Unexpected kind: {op}");
        }
    }

    private static void Add(JsonNode? target, JsonPointer path, JsonNode? value)
    {
        RequireDepth(path, value, "add");
        var holder = path.FindHolder(target) ?? throw Missing("add", "path", QuotedText.Of(path.Text));
        Require(Put(holder, path.Last, value), $"error in add for path: '{path.Text}'");
    }

    private static void Remove(JsonNode? target, JsonPointer path)
    {
        var holder = path.FindHolder(target) ?? throw Missing("remove", "path", QuotedText.Of(path.Text));
        Require(Take(holder, path.Last), $"error in remove for path: '{path.Text}'");
    }

    /// <summary>A field that is not there is made; only an element of a list must be there.</summary>
    private static JsonNode? Replace(JsonNode? target, JsonPointer path, JsonNode? value)
    {
        RequireDepth(path, value, "replace");
        if (path.IsRoot)
        {
            return value is JsonObject or JsonArray ? value : throw new JsonPatchException("replace operation value must be object or array");
        }

        switch (path.FindHolder(target) ?? throw Missing("replace", "path", path.Text))
        {
            case JsonObject map:
                map[path.Last] = value;
                break;
            case JsonArray list:
                list[JsonPointer.ReadIndex(path.Last, list.Count, out var index) is null ? index : throw Missing("replace", "key", path.Text)] = value;
                break;
        }

        return target;
    }

    private static void Move(JsonNode? target, JsonPointer from, Func<JsonPointer> to)
    {
        var holder = from.FindHolder(target) ?? throw Missing("move", "from path", from.Text);
        Require(Get(holder, from.Last, out var value) ?? Take(holder, from.Last), $"error in move for path: '{from.Last}'");
        var path = to();
        RequireDepth(path, value, "move");
        holder = path.FindHolder(target) ?? throw Missing("move", "destination path", path.Text);
        Require(Put(holder, path.Last, value), $"error in move for path: '{path.Text}'");
    }

    /// <summary>What is not there is null.</summary>
    private static void Test(JsonNode? target, JsonPointer path, JsonNode? wanted)
    {
        var value = target;
        if (!path.IsRoot)
        {
            var holder = path.FindHolder(target) ?? throw new JsonPatchException($"test operation does not apply: is missing path: {path.Text}: missing value");
            Require(Get(holder, path.Last, out value), $"error in test for path: '{path.Text}'");
        }

        if (!JsonNode.DeepEquals(value, wanted))
        {
            throw new JsonPatchException($"testing value {path.Text} failed: test failed") { IsFailedTest = true };
        }
    }

    private static void Copy(JsonNode? target, JsonPointer from, Func<JsonPointer> to, ref long copied)
    {
        var holder = from.FindHolder(target) ?? throw Missing("copy", "from path", from.Text);
        Require(Get(holder, from.Last, out var value), $"error in copy for from: '{from.Text}'");
        var path = to();
        holder = path.FindHolder(target) ?? throw Missing("copy", "destination path", path.Text);
        var copy = value?.DeepClone();
        copied += copy is null ? 0 : JsonTree.Write(copy).Length;
        if (copied > CopyLimit)
        {
            throw ApiErrors.RequestEntityTooLarge(
                $"Unable to complete the copy, the accumulated size increase of copy is {copied}, exceeding the limit {CopyLimit}");
        }

        RequireDepth(path, copy, "copy");
        Require(Put(holder, path.Last, copy), "error while adding value during copy");
    }

    // Of a map or list each of these says what is wrong with a name or index, or null.
    private static string? Get(JsonNode holder, string key, out JsonNode? value)
    {
        value = null;
        if (holder is not JsonArray list)
        {
            value = holder[key];
            return null;
        }

        var wrong = JsonPointer.ReadIndex(key, list.Count, out var index);
        value = wrong is null ? list[index] : null;
        return wrong;
    }

    private static string? Put(JsonNode holder, string key, JsonNode? value)
    {
        if (holder is not JsonArray list)
        {
            holder[key] = value;
            return null;
        }

        var index = list.Count;
        var wrong = key == "-" ? null : JsonPointer.ReadIndex(key, list.Count + 1, out index);
        if (wrong is null)
        {
            list.Insert(index, value);
        }

        return wrong is not null && wrong.StartsWith("strconv", StringComparison.Ordinal) ? $"value was not a proper array index: '{key}': {wrong}" : wrong;
    }

    private static string? Take(JsonNode holder, string key)
    {
        if (holder is JsonObject map)
        {
            return JsonTree.Remove(map, key) ? null : $"Unable to remove nonexistent key: {key}: missing value";
        }

        var list = (JsonArray)holder;
        var wrong = JsonPointer.ReadIndex(key, list.Count, out var index);
        if (wrong is null)
        {
            list.RemoveAt(index);
        }

        return wrong;
    }

    // Copies into copies would nest without end, and whoever walks the tree would run out of stack.
    private static void RequireDepth(JsonPointer path, JsonNode? value, string op)
    {
        if (path.Tokens.Count + JsonTree.DepthOf(value) > JsonTree.DepthLimit)
        {
            throw new JsonPatchException($"{op} operation does not apply: exceeded max depth");
        }
    }

    private static JsonPointer PathOf(JsonObject operation, string op) => JsonPointer.Parse(JsonTree.TextOf(operation["path"]) ?? throw new JsonPatchException(
        $"{op} operation failed to decode path: {(op is "replace" or "move" or "test" ? "operation missing path field: " : "")}missing value"));

    private static JsonPointer FromOf(JsonObject operation, string op) => JsonPointer.Parse(JsonTree.TextOf(operation["from"]) ?? throw new JsonPatchException(
        $"{op} operation failed to decode from: operation, missing from field: missing value"));

    // One that is not said is null.
    private static JsonNode? ValueOf(JsonObject operation) => operation[Value]?.DeepClone();

    private static ApiError NoOperation(JsonNode? node, string expected) => Patcher.Malformed($"json: cannot unmarshal {JsonTree.KindOf(node)} into {expected}");

    private static JsonPatchException Missing(string op, string what, string where) =>
        new($"{op} operation does not apply: doc is missing {what}: {where}: missing value");

    private static void Require(string? wrong, string where)
    {
        if (wrong is not null)
        {
            throw new JsonPatchException($"{where}: {wrong}");
        }
    }
}

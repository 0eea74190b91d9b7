using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Ownership;
using Coppice.ApiServer.Patching;
using Coppice.Cel.Libraries;
using Coppice.Cel.Schemas;
using Coppice.Cel.Values;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>A change can't be made: in Kubernetes' words.</summary>
internal sealed class PolicyChangeException(string message) : Exception(message);

/// <summary>Makes the changes that expressions say.</summary>
internal static class PolicyChanges
{
    /// <summary>Sets fields as server-side apply does, and leaves all others.</summary>
    /// <param name="item">In the version of this kind.</param>
    /// <exception cref="PolicyChangeException">The fields are not those of the kind, or replaced more than they say.</exception>
    public static byte[] Apply(JsonElement item, Kind kind, CelValue fields)
    {
        RequireNames(fields);
        var tree = (JsonObject)TreeOf(fields)!;
        (tree["apiVersion"], tree["kind"]) = (kind.ApiVersion, kind.Name);
        if (JsonTree.DepthOf(tree) > JsonTree.DepthLimit)
        {
            throw new PolicyChangeException("error applying patch: exceeded max depth");
        }

        var (configuration, shape) = (JsonBuilding.Parse(JsonTree.Write(tree)), MergeShape.Of(kind.Schema));
        if (ConfigurationCheck.Find(configuration, shape) is { } wrong)
        {
            throw new PolicyChangeException($"error applying patch: failed to convert patch object to typed object: {wrong}");
        }

        var replaced = new List<string>();
        FindReplaced(configuration, shape, "", replaced);
        return replaced.Count == 0
            ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(ConfigurationMerge.Merge(item, configuration, shape)).ToArray()
            : throw new PolicyChangeException(
                $"error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {string.Join(", ", replaced)}");
    }

    /// <summary>Does the operations of a JSON patch.</summary>
    /// <returns>Null if a test among them failed, so that nothing is to be changed.</returns>
    /// <exception cref="PolicyChangeException">They don't apply.</exception>
    public static byte[]? Patch(JsonElement item, CelValue operations, CancellationToken stop)
    {
        var patch = new JsonArray();
        foreach (var operation in ((ListValue)operations).Elements().Cast<MessageValue>())
        {
            RequireNames(operation.Fields.GetValueOrDefault("value"));
            patch.Add(TreeOf(operation));
        }

        try
        {
            return JsonTree.Write(JsonPatch.Apply(JsonTree.Parse(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(item)).Root, patch, stop));
        }
        catch (JsonPatchException e) when (e.IsFailedTest)
        {
            return null;
        }
        catch (Exception e) when (e is JsonPatchException or ApiError)
        {
            throw new PolicyChangeException($"JSONPath: {e.Message}");
        }
    }

    private static void RequireNames(CelValue? value)
    {
        if (ChangeLibrary.FindMismatch(value) is { } mismatch)
        {
            throw new PolicyChangeException($"type mismatch: {mismatch}");
        }
    }

    private static JsonNode? TreeOf(CelValue value) => JsonValues.ToJson(value, out var error) is var json && error is null
        ? json
        : throw new PolicyChangeException($"invalid return type: {error}");

    /// <summary>What is replaced whole would lose what the expression does not say, which nobody expects of it.</summary>
    private static void FindReplaced(JsonElement value, MergeShape shape, string path, List<string> found)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return;
        }

        if (shape.For(value) == Granularity.Whole)
        {
            found.Add(path);
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var element in value.EnumerateArray())
            {
                FindReplaced(element, shape.Element, $"{path}[{index++}]", found);
            }

            return;
        }

        foreach (var field in value.EnumerateObject())
        {
            FindReplaced(field.Value, shape.Field(field.Name), $"{path}.{field.Name}", found);
        }
    }
}

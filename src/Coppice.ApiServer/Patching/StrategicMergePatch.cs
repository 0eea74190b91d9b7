using System.Text.Json.Nodes;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Patching;

/// <summary>
/// Kubernetes' own patch: a merge patch that knows the types. Lists with a merge key are merged element by element, lists of plain
/// values that are sets are united, and directives ($patch, $retainKeys, $setElementOrder, $deleteFromPrimitiveList) say what a
/// merge alone cannot.
/// </summary>
internal static class StrategicMergePatch
{
    public static JsonObject Apply(JsonObject target, JsonObject patch, ObjectSchema schema) => Merge(target, patch, new PatchShape(schema, null));

    private static JsonObject Merge(JsonObject target, JsonObject patch, PatchShape shape)
    {
        if (patch.TryGetPropertyValue(PatchDirectives.Marker, out var marker))
        {
            switch (JsonTree.TextOf(marker))
            {
                case PatchDirectives.Replace:
                    return PatchDirectives.Clean(patch);
                case PatchDirectives.Delete:
                    return [];
                default:
                    throw UnknownDirective(marker, patch);
            }
        }

        RetainKeys(target, patch);
        // Ordered lists first, then all other fields, then what is to be taken out of lists that are by now complete.
        var ordered = MergeOrderedLists(target, patch, shape);
        foreach (var (name, value) in patch)
        {
            if (!PatchDirectives.IsDirective(name) && !ordered.Contains(name))
            {
                MergeField(target, name, value, shape);
            }
        }

        DeleteFromPrimitiveLists(target, patch);
        return target;
    }

    private static void MergeField(JsonObject target, string name, JsonNode? value, PatchShape shape)
    {
        var existing = target[name];
        switch (value)
        {
            case null:
                JsonTree.Remove(target, name);
                break;
            case JsonObject inner when existing is JsonObject map:
                var merged = Merge(map, inner, shape.Field(name).Shape);
                if (merged != existing)
                {
                    target[name] = merged;
                }

                break;
            case JsonArray patchList when existing is JsonArray list && shape.Field(name) is { IsMerged: true } field:
                var serverOrder = new List<string>();
                var elements = MergeList(list, patchList, field, serverOrder);
                var patchOrder = patchList.Where(e => !PatchDirectives.HasMarker(e)).Select(e => KeyedList.KeyOf(e, field.MergeKey));
                target[name] = elements.InOrder(patchOrder, serverOrder);
                break;
            default:
                if (PatchDirectives.TryClean(value, out var clean))
                {
                    target[name] = clean;
                }
                else
                {
                    JsonTree.Remove(target, name);
                }

                break;
        }
    }

    /// <param name="serverOrder">Filled with the keys of the list as it is, without those deleted.</param>
    private static KeyedList MergeList(JsonArray list, JsonArray patch, PatchField field, List<string> serverOrder)
    {
        var elements = Delete(KeyedList.Take(list, field.MergeKey), patch, field, out var isReplaced);
        if (isReplaced)
        {
            elements = new KeyedList();
        }

        serverOrder.AddRange(elements.Keys);
        foreach (var element in patch.Where(e => !PatchDirectives.HasMarker(e)))
        {
            var key = KeyedList.KeyOf(element, field.MergeKey);
            if (!elements.Contains(key))
            {
                elements.Add(key, element is JsonObject brought ? PatchDirectives.Clean(brought) : element?.DeepClone());
            }
            else if (elements.Find(key) is JsonObject existing)
            {
                elements.Replace(key, Merge(existing, (JsonObject)element!, field.ElementShape));
            }
        }

        return elements;
    }

    /// <summary>Carries out the elements of a list's patch that are directives.</summary>
    private static KeyedList Delete(KeyedList elements, JsonArray patch, PatchField field, out bool isReplaced)
    {
        isReplaced = false;
        var deleted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in patch.OfType<JsonObject>().Where(PatchDirectives.HasMarker))
        {
            switch (JsonTree.TextOf(element[PatchDirectives.Marker]))
            {
                case PatchDirectives.Delete:
                    deleted.Add(KeyedList.KeyOf(element, field.MergeKey));
                    break;
                case PatchDirectives.Replace:
                    isReplaced = true;
                    break;
                case PatchDirectives.Merge:
                    throw ApiErrors.Unforeseen("merging lists cannot yet be specified in the patch");
                default:
                    throw UnknownDirective(element[PatchDirectives.Marker], element);
            }
        }

        return deleted.Count == 0 ? elements : elements.Without(deleted);
    }

    /// <summary>Merges the lists whose order the patch gives.</summary>
    /// <returns>Their names.</returns>
    private static HashSet<string> MergeOrderedLists(JsonObject target, JsonObject patch, PatchShape shape)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (directive, value) in patch)
        {
            if (!directive.StartsWith(PatchDirectives.SetElementOrder, StringComparison.Ordinal))
            {
                continue;
            }

            var name = directive[PatchDirectives.SetElementOrder.Length..];
            var order = value as JsonArray ?? throw NoList(value);
            var field = shape.Field(name);
            if (patch.TryGetPropertyValue(name, out var patched) && patched is not JsonArray)
            {
                // A list that is removed has no order; one that is no list is no list.
                _ = patched is null ? true : throw NoList(patched);
                continue;
            }

            names.Add(name);
            MergeOrderedList(target, name, patched as JsonArray, order, field);
        }

        return names;
    }

    private static void MergeOrderedList(JsonObject target, string name, JsonArray? patch, JsonArray order, PatchField field)
    {
        var wanted = order.Select(e => KeyedList.KeyOf(e, field.MergeKey)).ToList();
        CheckOrder(patch, order, wanted, field);
        var existing = target[name] as JsonArray;
        if ((existing ?? patch) is null)
        {
            return;
        }

        if (existing is not null && patch is not null && !field.IsMerged)
        {
            target[name] = PatchDirectives.Clean(patch);
            return;
        }

        var serverOrder = new List<string>();
        var elements = MergeList(existing ?? [], patch ?? [], field, serverOrder);
        target[name] = elements.InOrder(wanted, serverOrder);
    }

    /// <summary>What the patch brings must be in the order it gives, and in that order.</summary>
    private static void CheckOrder(JsonArray? patch, JsonArray order, List<string> wanted, PatchField field)
    {
        if (patch is null || wanted.Count == 0)
        {
            return;
        }

        var next = 0;
        foreach (var element in patch.Where(e => !PatchDirectives.HasMarker(e)))
        {
            var at = wanted.IndexOf(KeyedList.KeyOf(element, field.MergeKey), next);
            next = at >= 0 ? at + 1 : throw ApiErrors.Unforeseen(
                $"The order in patch list:\n{GoText.Of(patch)}\n doesn't match $setElementOrder list:\n{GoText.Of(order)}\n");
        }
    }

    private static void DeleteFromPrimitiveLists(JsonObject target, JsonObject patch)
    {
        foreach (var (directive, value) in patch)
        {
            if (!directive.StartsWith(PatchDirectives.DeleteFromPrimitiveList, StringComparison.Ordinal))
            {
                continue;
            }

            var deleted = (value as JsonArray ?? throw BadFormat("primitive list"))
                .Select(e => KeyedList.KeyOf(e, null))
                .ToHashSet(StringComparer.Ordinal);
            var name = directive[PatchDirectives.DeleteFromPrimitiveList.Length..];
            if (target[name] is JsonArray list)
            {
                var rest = KeyedList.Take(list, null).Without(deleted);
                target[name] = rest.InOrder([], rest.Keys);
            }
        }
    }

    private static void RetainKeys(JsonObject target, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(PatchDirectives.RetainKeys, out var directive))
        {
            return;
        }

        var retained = (directive as JsonArray ?? throw BadFormat("retainKeys"))
            .Select(e => JsonTree.TextOf(e) ?? throw BadFormat("retainKeys"))
            .ToHashSet(StringComparer.Ordinal);
        if (patch.Any(p => p.Value is not null && !PatchDirectives.IsDirective(p.Key) && !retained.Contains(p.Key)))
        {
            throw BadFormat("retainKeys");
        }

        foreach (var name in target.Select(p => p.Key).Where(n => !retained.Contains(n)).ToList())
        {
            JsonTree.Remove(target, name);
        }
    }

    private static ApiError BadFormat(string what) => ApiErrors.BadRequest($"invalid patch format of {what}");

    private static ApiError NoList(JsonNode? value) => ApiErrors.Unforeseen($"expected a []interface {{}}, but received a {GoText.TypeOf(value)}");

    private static ApiError UnknownDirective(JsonNode? marker, JsonObject patch) => ApiErrors.Unforeseen($"unknown patch type: {GoText.Of(marker)} in map: {GoText.Of(patch)}");
}

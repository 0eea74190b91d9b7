using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Patching;

/// <summary>RFC 7386: what the patch names is set, what it names as null is removed, all else stays. Lists are replaced whole.</summary>
internal static class MergePatch
{
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                JsonTree.Remove(target, name);
            }
            else if (value is not JsonObject inner)
            {
                target[name] = value.DeepClone();
            }
            else if (target[name] is JsonObject existing)
            {
                Apply(existing, inner);
            }
            else
            {
                // Into nothing, so that nulls inside of the patch do not become values.
                target[name] = Apply([], inner);
            }
        }

        return target;
    }
}

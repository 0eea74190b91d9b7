using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Coppice.Objects;

/// <summary>
/// How the types of all groups are read and written as JSON. A group goes through its types until it comes to the one that is asked for,
/// and the runtime loads every type that is gone through, at some kilobytes each. So that group is asked whose type it is, and all of
/// them one after another only for what is no group's, such as texts and numbers.
/// </summary>
internal sealed class GroupedTypes(params JsonSerializerContext[] groups) : IJsonTypeInfoResolver
{
    private readonly Dictionary<string, IJsonTypeInfoResolver> _byNamespace = groups.ToDictionary(group => group.GetType().Namespace!, group => (IJsonTypeInfoResolver)group);

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) => OwnGroup(type)?.GetTypeInfo(type, options) ?? FirstOf(type, options);

    /// <summary>The group of a type; of a list or map that of its elements.</summary>
    private IJsonTypeInfoResolver? OwnGroup(Type type) =>
        type.IsGenericType ? OwnGroup(type.GetGenericArguments()[^1]) : type.Namespace is { } name ? _byNamespace.GetValueOrDefault(name) : null;

    private JsonTypeInfo? FirstOf(Type type, JsonSerializerOptions options)
    {
        foreach (IJsonTypeInfoResolver group in groups)
        {
            if (group.GetTypeInfo(type, options) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}

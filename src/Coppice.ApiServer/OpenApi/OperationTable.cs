using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Kinds;

namespace Coppice.ApiServer.OpenApi;

/// <summary>What may be done in a version of the API, path by path: follows from its resources and their verbs.</summary>
internal static class OperationTable
{
    private const string Proxy = "proxy";

    // GET opens a WebSocket, POST an upgrade of the older kind.
    private static readonly string[] StreamMethods = ["get", "post"];

    private static readonly string[] ProxyMethods = ["get", "head", "post", "put", "patch", "delete", "options"];

    public static IEnumerable<ApiPath> Of(ServedVersion version) =>
        from resource in version.Resources
        from path in PathsOf(version, resource)
        select resource.Schema.IsCustom ? path with { Operations = [.. path.Operations.Select(Custom)] }
            : resource.IsTextOnly ? path with { Operations = [.. path.Operations.Select(operation => operation with { IsTextOnly = true })] }
            : path;

    /// <summary>As Kubernetes has it of kinds that are made at run time: many are deleted by what a list takes, and without options.</summary>
    private static ApiOperation Custom(ApiOperation operation) =>
        (operation.Action == "deletecollection" ? operation with { Body = null, Query = QueryParameter.Listing } : operation) with { IsCustom = true };

    private static IEnumerable<ApiPath> PathsOf(ServedVersion version, ServedResource resource)
    {
        var collection = resource.Namespaced ? $"{version.Root}/namespaces/{{namespace}}/{resource.Name}" : $"{version.Root}/{resource.Name}";
        if (resource.Namespaced && resource.Verbs.Contains("list"))
        {
            yield return new($"{version.Root}/{resource.Name}", [List(version, resource, $"{resource.Kind.Kind}ForAllNamespaces")]);
        }

        yield return new(collection, [.. OnCollection(version, resource)]);
        if (resource.Verbs.Contains("get"))
        {
            yield return new($"{collection}/{{name}}", [.. OnItem(version, resource)]);
        }

        foreach (var part in resource.Subresources)
        {
            var door = $"{collection}/{{name}}/{part.Name}";
            yield return new(door, [.. OnPart(version, resource, part)]);
            if (part.Name == Proxy)
            {
                yield return new($"{door}/{{path}}", [.. Connections(version, resource, part, ProxyMethods, "WithPath")]);
            }
        }
    }

    private static IEnumerable<ApiOperation> OnCollection(ServedVersion version, ServedResource resource)
    {
        var scoped = Scoped(resource);
        var type = DefinitionNames.Of(resource.Schema);
        if (resource.Verbs.Contains("list"))
        {
            yield return List(version, resource, scoped);
        }

        yield return new("post", "post", $"create{Area(version)}{scoped}", resource.Kind) { Body = type, Answer = type, Query = QueryParameter.Writing };
        if (resource.Verbs.Contains("deletecollection"))
        {
            yield return new("delete", "deletecollection", $"delete{Area(version)}Collection{scoped}", resource.Kind)
            {
                Body = DefinitionNames.DeleteOptions,
                Answer = DefinitionNames.Status,
                Query = QueryParameter.DeletingMany,
            };
        }
    }

    private static IEnumerable<ApiOperation> OnItem(ServedVersion version, ServedResource resource)
    {
        var name = $"{Area(version)}{Scoped(resource)}";
        foreach (var operation in ReadAndChange(name, resource.Kind, DefinitionNames.Of(resource.Schema), resource.Verbs))
        {
            yield return operation;
        }

        yield return new("delete", "delete", $"delete{name}", resource.Kind)
        {
            Body = DefinitionNames.DeleteOptions,
            Answer = resource.AnswersDeleted ? DefinitionNames.Of(resource.Schema) : DefinitionNames.Status,
            Query = QueryParameter.Deleting,
        };
    }

    private static IEnumerable<ApiOperation> OnPart(ServedVersion version, ServedResource resource, Subresource part)
    {
        var name = $"{Area(version)}{Scoped(resource)}{Capital(part.Name)}";
        switch (part)
        {
            case { Schema: null, Name: "log" }:
                return [new("get", "get", $"read{name}", part.Answers)];
            case { Schema: null, Name: Proxy }:
                return Connections(version, resource, part, ProxyMethods);
            case { Schema: null }:
                return Connections(version, resource, part, StreamMethods);
        }

        var type = DefinitionNames.Of(part.Schema);
        return part.Verbs.Contains("create")
            ? [new("post", "post", $"create{name}", part.Answers) { Body = type, Answer = type, Query = QueryParameter.Writing }]
            : ReadAndChange(name, part.Answers, type, part.Verbs);
    }

    private static IEnumerable<ApiOperation> Connections(
        ServedVersion version, ServedResource resource, Subresource part, string[] methods, string suffix = "") => methods.Select(method =>
        new ApiOperation(method, "connect", $"connect{Area(version)}{Capital(method)}{Scoped(resource)}{Capital(part.Name)}{suffix}", part.Answers));

    private static IEnumerable<ApiOperation> ReadAndChange(string name, KindName kind, string type, IReadOnlyList<string> verbs)
    {
        if (verbs.Contains("get"))
        {
            yield return new("get", "get", $"read{name}", kind) { Answer = type, Query = QueryParameter.Reading };
        }

        if (verbs.Contains("update"))
        {
            yield return new("put", "put", $"replace{name}", kind) { Body = type, Answer = type, Query = QueryParameter.Writing };
        }

        if (verbs.Contains("patch"))
        {
            yield return new("patch", "patch", $"patch{name}", kind)
            {
                Body = DefinitionNames.Patch,
                Answer = type,
                Query = QueryParameter.Patching,
            };
        }
    }

    private static ApiOperation List(ServedVersion version, ServedResource resource, string name) =>
        new("get", "list", $"list{Area(version)}{name}", resource.Kind)
        {
            Answer = DefinitionNames.ListOf(resource.Schema),
            Query = QueryParameter.Listing,
        };

    private static string Scoped(ServedResource resource) => (resource.Namespaced ? "Namespaced" : "") + resource.Kind.Kind;

    /// <summary>"CoreV1", "EventsV1": the group's first word and the version; all its words, where others may begin with the same.</summary>
    private static string Area(ServedVersion version)
    {
        var words = version.Group.Length == 0 ? ["core"] : version.Group.Split('.');
        var isCustom = version.Resources.Any(resource => resource.Schema.IsCustom);
        return string.Concat(words.Take(isCustom ? words.Length : 1).Select(Capital)) + Capital(version.Version);
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.Objects.Authorization;

namespace Coppice.ApiServer.Authorization;

/// <summary>What somebody wants to do, in the parts that are decided by.</summary>
/// <param name="Resource">Null for a path that is no resource.</param>
public sealed record AccessRequest(string Verb, GroupResource? Resource)
{
    private static readonly GroupResource Namespaces = new("", "namespaces");

    /// <summary>As in "log"; empty for the resource itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Empty at the scope of the cluster.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Empty for all objects, and for one that is yet to be named.</summary>
    public string Name { get; init; } = "";

    /// <summary>For what is no resource.</summary>
    public string Path { get; init; } = "";

    /// <summary>Of a list or watch, as it came; empty for none.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>The resource as rules name it: "pods", "pods/log".</summary>
    public string Door => field ??= Subresource.Length == 0 ? Resource!.Value.Resource : $"{Resource!.Value.Resource}/{Subresource}";

    /// <summary>The subresource of every resource as rules name it: "*/scale"; null for the resource itself.</summary>
    public string? AnyDoor => field ??= Subresource.Length == 0 ? null : $"*/{Subresource}";

    public static AccessRequest To(string verb, GroupResource resource, string? space = null, string? name = null, string? subresource = null, string? fieldSelector = null) =>
        new(verb, resource)
        {
            // What is asked of a namespace is asked inside it, so that a role of that namespace can allow it.
            Namespace = (resource == Namespaces && string.IsNullOrEmpty(space) ? name : space) ?? "",
            Name = name ?? "",
            Subresource = subresource ?? "",
            FieldSelector = fieldSelector ?? "",
        };

    /// <param name="space">Null or empty for all.</param>
    /// <param name="fieldSelector">Null for none.</param>
    public static AccessRequest OfList(string verb, GroupResource resource, string? space, string? fieldSelector) =>
        To(verb, resource, space, FieldQuery.ExactValue(fieldSelector, "metadata.name"), fieldSelector: fieldSelector);

    /// <param name="fieldSelector">Of a list or watch; null for none. One that asks for a name makes it a request for that object.</param>
    public static AccessRequest Of(ApiRequest request, string? fieldSelector) => request.Resource is not { } resource
        ? new(request.Verb, null) { Path = request.Path }
        : request.Name is { } name ? To(request.Verb, resource, request.Namespace, name, request.Subresource, fieldSelector)
        : OfList(request.Verb, resource, request.Namespace, fieldSelector);

    public static AccessRequest Of(ResourceAttributes asked) =>
        new(asked.Verb ?? "", new GroupResource(asked.Group ?? "", asked.Resource ?? ""))
        {
            Namespace = asked.Namespace ?? "",
            Name = asked.Name ?? "",
            Subresource = asked.Subresource ?? "",
            FieldSelector = asked.FieldSelector is { } fields ? SelectorOf(fields) : "",
        };

    public static AccessRequest Of(NonResourceAttributes asked) => new(asked.Verb ?? "", null) { Path = asked.Path ?? "" };

    private static string SelectorOf(FieldSelectorAttributes fields) => fields.RawSelector ?? string.Join(
        ',', fields.Requirements.Where(one => one is { Operator: "In", Values.Count: 1 }).Select(one => $"{one.Key}={one.Values[0]}"));
}

/// <summary>Whether somebody may do something.</summary>
/// <param name="Reason">What it rests on, or why not, in Kubernetes' words; may be empty.</param>
public readonly record struct AccessDecision(bool Allowed, string Reason)
{
    public static readonly AccessDecision Allow = new(true, "");
}

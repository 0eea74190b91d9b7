using System.Text.Json;
using Coppice.ApiServer.Kinds;

namespace Coppice.ApiServer.Discovery;

/// <summary>All groups, versions and resources in one document (apidiscovery.k8s.io), which spares a client a request a version.</summary>
internal static class AggregatedDiscovery
{
    public const string Group = "apidiscovery.k8s.io";

    public const string Kind = "APIGroupDiscoveryList";

    /// <summary>The versions of the document itself. They differ in name alone.</summary>
    public static readonly IReadOnlyList<string> Versions = ["v2", "v2beta1"];

    public static string ContentType(string version) => $"application/json;g={Group};v={version};as={Kind}";

    public static byte[] Write(string version, IEnumerable<ServedGroup> groups) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("kind", Kind);
        json.WriteString("apiVersion", $"{Group}/{version}");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        json.WriteStartArray("items");
        foreach (var group in groups)
        {
            WriteGroup(json, group);
        }

        json.WriteEndArray();
    });

    private static void WriteGroup(Utf8JsonWriter json, ServedGroup group)
    {
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        if (group.Name.Length > 0)
        {
            json.WriteString("name", group.Name);
        }

        json.WriteNull("creationTimestamp");
        json.WriteEndObject();
        json.WriteStartArray("versions");
        foreach (var version in group.Versions)
        {
            json.WriteStartObject();
            json.WriteString("version", version.Version);
            json.WriteStartArray("resources");
            foreach (var resource in version.Resources)
            {
                WriteResource(json, resource);
            }

            json.WriteEndArray();
            json.WriteString("freshness", version.IsStale ? "Stale" : "Current");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteResource(Utf8JsonWriter json, ServedResource resource)
    {
        json.WriteStartObject();
        json.WriteString("resource", resource.Name);
        WriteKind(json, resource.Kind);
        json.WriteString("scope", resource.Namespaced ? "Namespaced" : "Cluster");
        json.WriteString("singularResource", resource.Singular);
        json.WriteStrings("verbs", resource.Verbs);
        json.WriteStringsIfAny("shortNames", resource.ShortNames);
        json.WriteStringsIfAny("categories", resource.Categories);
        if (resource.Subresources.Count > 0)
        {
            json.WriteStartArray("subresources");
            foreach (var part in resource.Subresources)
            {
                json.WriteStartObject();
                json.WriteString("subresource", part.Name);
                WriteKind(json, part.Answers);
                json.WriteStrings("verbs", part.Verbs);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteKind(Utf8JsonWriter json, KindName kind)
    {
        json.WriteStartObject("responseKind");
        json.WriteString("group", kind.Group);
        json.WriteString("version", kind.Version);
        json.WriteString("kind", kind.Kind);
        json.WriteEndObject();
    }
}

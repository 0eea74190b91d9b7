using System.Text.Json;
using Coppice.ApiServer.Kinds;

namespace Coppice.ApiServer.Discovery;

/// <summary>Discovery a document at a time, as every client understands it: the groups, and the resources of each version.</summary>
internal static class GroupDocuments
{
    /// <summary>"/api": the versions of the core group.</summary>
    public static byte[] ApiVersions(ServedGroup core, string serverAddress) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("kind", "APIVersions");
        json.WriteStrings("versions", core.Versions.Select(v => v.Version));
        json.WriteStartArray("serverAddressByClientCIDRs");
        json.WriteStartObject();
        json.WriteString("clientCIDR", "0.0.0.0/0");
        json.WriteString("serverAddress", serverAddress);
        json.WriteEndObject();
        json.WriteEndArray();
    });

    /// <summary>"/apis": every other group.</summary>
    public static byte[] GroupList(IEnumerable<ServedGroup> groups) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("kind", "APIGroupList");
        json.WriteString("apiVersion", "v1");
        json.WriteStartArray("groups");
        foreach (var group in groups)
        {
            json.WriteStartObject();
            WriteGroup(json, group);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>"/apis/GROUP".</summary>
    public static byte[] Group(ServedGroup group) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("kind", "APIGroup");
        json.WriteString("apiVersion", "v1");
        WriteGroup(json, group);
    });

    /// <summary>"/api/v1" and "/apis/GROUP/VERSION".</summary>
    public static byte[] ResourceList(ServedVersion version) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("kind", "APIResourceList");
        if (version.Group.Length > 0)
        {
            json.WriteString("apiVersion", "v1");
        }

        json.WriteString("groupVersion", version.ApiVersion);
        json.WriteStartArray("resources");
        foreach (var resource in version.Resources)
        {
            WriteResource(json, version, resource.Name, resource.Singular, resource.Kind, resource.Namespaced, resource.Verbs);
            json.WriteStringsIfAny("shortNames", resource.ShortNames);
            json.WriteStringsIfAny("categories", resource.Categories);
            if (resource.StorageVersionHash is { } hash)
            {
                json.WriteString("storageVersionHash", hash);
            }

            json.WriteEndObject();
            foreach (var part in resource.Subresources)
            {
                WriteResource(json, version, $"{resource.Name}/{part.Name}", "", part.Answers, resource.Namespaced, part.Verbs);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    });

    private static void WriteGroup(Utf8JsonWriter json, ServedGroup group)
    {
        json.WriteString("name", group.Name);
        json.WriteStartArray("versions");
        foreach (var version in group.Versions)
        {
            json.WriteStartObject();
            WriteVersion(json, version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("preferredVersion");
        WriteVersion(json, group.Versions[0]);
        json.WriteEndObject();
    }

    private static void WriteVersion(Utf8JsonWriter json, ServedVersion version)
    {
        json.WriteString("groupVersion", version.ApiVersion);
        json.WriteString("version", version.Version);
    }

    /// <summary>Leaves the object open for what only whole resources have.</summary>
    private static void WriteResource(
        Utf8JsonWriter json,
        ServedVersion version,
        string name,
        string singular,
        KindName kind,
        bool namespaced,
        IReadOnlyList<string> verbs)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("singularName", singular);
        json.WriteBoolean("namespaced", namespaced);
        if (kind.Group != version.Group || kind.Version != version.Version)
        {
            json.WriteString("group", kind.Group);
            json.WriteString("version", kind.Version);
        }

        json.WriteString("kind", kind.Kind);
        json.WriteStrings("verbs", verbs);
    }
}

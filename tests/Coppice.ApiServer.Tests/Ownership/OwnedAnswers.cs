using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>What answers say of owners, and how configurations are applied.</summary>
internal static class OwnedAnswers
{
    /// <summary>Each owner in a line: manager, operation, version, subresource if any, fields.</summary>
    public static IReadOnlyList<string> Owners(this Answer answer) =>
    [
        .. from entry in answer.Body!["metadata"]!["managedFields"] as JsonArray ?? []
           let door = entry!["subresource"] is { } subresource ? $"{subresource} " : ""
           select $"{entry!["manager"]} {entry["operation"]} {entry["apiVersion"]} {door}{entry["fieldsV1"]!.ToJsonString(Relaxed)}",
    ];

    public static Task<Answer> ApplyAsync(this ServedApi api, string path, string configuration) =>
        api.SendAsync("PATCH", path, configuration, "application/apply-patch+yaml");

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

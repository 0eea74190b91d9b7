using Coppice.ApiServer.Errors;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.ApiServer.Requests;

/// <summary>Tells the kind of a patch by its media type.</summary>
internal static class PatchTypes
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string StrategicMerge = "application/strategic-merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    /// <summary>It is no patch but a configuration that is applied.</summary>
    public static bool IsApply(string? contentType) => MediaType(contentType) == Apply;

    /// <param name="kind">Of one that was made at run time nobody knows how lists are merged in Kubernetes' own patch.</param>
    /// <exception cref="ApiError">UnsupportedMediaType.</exception>
    public static PatchType Of(string? contentType, Kind kind) => MediaType(contentType) switch
    {
        Json => PatchType.Json,
        Merge => PatchType.Merge,
        StrategicMerge when !kind.IsCustom => PatchType.StrategicMerge,
        _ when kind.IsCustom => throw ApiErrors.UnsupportedMediaType(Json, Merge, Apply),
        _ => throw ApiErrors.UnsupportedMediaType(Json, Merge, StrategicMerge, Apply),
    };

    private static string MediaType(string? contentType) => (contentType ?? "").Split(';')[0].Trim();
}

using Coppice.ApiServer.Errors;
using Coppice.Client;

namespace Coppice.ApiServer.Requests;

/// <summary>Tells the kind of a patch by its media type.</summary>
internal static class PatchTypes
{
    private static readonly string[] Accepted =
    [
        "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
    ];

    /// <exception cref="ApiError">UnsupportedMediaType.</exception>
    public static PatchType Of(string? contentType) => (contentType ?? "").Split(';')[0].Trim() switch
    {
        "application/json-patch+json" => PatchType.Json,
        "application/merge-patch+json" => PatchType.Merge,
        "application/strategic-merge-patch+json" => PatchType.StrategicMerge,
        _ => throw ApiErrors.UnsupportedMediaType(Accepted),
    };
}

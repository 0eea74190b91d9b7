using Microsoft.Net.Http.Headers;

namespace Coppice.ApiServer.Responses;

/// <summary>In which form a client wants an answer.</summary>
public enum ResponseShape
{
    /// <summary>The objects themselves.</summary>
    Objects,

    /// <summary>Rows and columns for people: meta.k8s.io/v1 Table.</summary>
    Table,

    /// <summary>The objects' metadata only.</summary>
    Metadata,
}

/// <summary>Reads the Accept header: JSON, and of it the objects, a Table or only metadata.</summary>
internal static class ResponseFormat
{
    private static readonly string[] Accepted = ["application/json"];

    /// <exception cref="ApiError">NotAcceptable: nothing that the client would take can be given.</exception>
    public static ResponseShape Choose(string? accept)
    {
        if (string.IsNullOrWhiteSpace(accept))
        {
            return ResponseShape.Objects;
        }

        if (MediaTypeHeaderValue.TryParseList(accept.Split(','), out var wishes))
        {
            foreach (var wish in wishes.OrderByDescending(w => w.Quality ?? 1))
            {
                if (ShapeOf(wish) is { } shape)
                {
                    return shape;
                }
            }
        }

        throw ApiErrors.NotAcceptable(Accepted);
    }

    private static ResponseShape? ShapeOf(MediaTypeHeaderValue wish)
    {
        if (wish.MediaType.Value is not ("application/json" or "*/*" or "application/*"))
        {
            return null;
        }

        var parameters = wish.Parameters.ToDictionary(p => p.Name.Value ?? "", p => p.Value.Value ?? "", StringComparer.OrdinalIgnoreCase);
        if (!parameters.TryGetValue("as", out var form))
        {
            return ResponseShape.Objects;
        }

        if (parameters.GetValueOrDefault("g", "meta.k8s.io") != "meta.k8s.io" || parameters.GetValueOrDefault("v", "v1") != "v1")
        {
            return null;
        }

        return form switch
        {
            "Table" => ResponseShape.Table,
            "PartialObjectMetadata" or "PartialObjectMetadataList" => ResponseShape.Metadata,
            _ => null,
        };
    }
}

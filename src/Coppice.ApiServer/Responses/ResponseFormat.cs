using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Tables;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Responses;

/// <summary>In which form a client wants an answer.</summary>
public enum ResponseShape
{
    /// <summary>The objects themselves.</summary>
    Objects,

    /// <summary>Rows and columns for people: a Table of meta.k8s.io.</summary>
    Table,

    /// <summary>The objects' metadata only.</summary>
    Metadata,
}

/// <summary>
/// How a request is answered. It follows from the request alone: whatever writes chooses it first, so that nothing is written whose
/// answer is refused afterwards.
/// </summary>
/// <param name="MetaVersion">Of the table or metadata: "meta.k8s.io/v1".</param>
/// <param name="Include">What the rows of a table carry.</param>
internal sealed record ResponseFormat(ResponseShape Shape, bool IsYaml = false, string MetaVersion = "", IncludeObject Include = IncludeObject.Metadata)
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";

    private const string JsonWatch = "application/json;stream=watch";

    private static readonly ResponseFormat Plain = new(ResponseShape.Objects);

    public string ContentType => IsYaml ? Yaml : Json;

    /// <param name="isTable">Whether there is a table of what is asked for: there is none of reviews and statuses.</param>
    /// <exception cref="ApiError">NotAcceptable: nothing that the client would take can be given; or BadRequest.</exception>
    public static ResponseFormat Choose(HttpRequest request, bool isTable = true) =>
        Find(request.Headers.Accept.First(), isTable, isTransformable: true) is not { } format
            ? throw ApiErrors.NotAcceptable(Json, Yaml)
            : format.Shape == ResponseShape.Table ? format with { Include = IncludeOf(request.Query) } : format;

    /// <summary>The same for a watch, which is JSON.</summary>
    public static ResponseFormat ChooseForWatch(HttpRequest request) =>
        Find(request.Headers.Accept.First(), isTable: true, isTransformable: true) is not { IsYaml: false } format
            ? throw ApiErrors.NotAcceptable(JsonWatch)
            : format.Shape == ResponseShape.Table ? format with { Include = IncludeOf(request.Query) } : format;

    /// <summary>For statuses and for documents, of which there is no other form; null where the client takes neither JSON nor YAML.</summary>
    public static ResponseFormat? ChoosePlain(HttpRequest request) => Find(request.Headers.Accept.First(), isTable: false, isTransformable: false);

    private static ResponseFormat? Find(string? accept, bool isTable, bool isTransformable)
    {
        if (string.IsNullOrEmpty(accept) || accept == Json)
        {
            return Plain;
        }

        foreach (var wish in AcceptHeader.Wishes(accept))
        {
            var format = (wish.Takes("json") ? Of(wish, isYaml: false) : null) ?? (wish.Takes("yaml") ? Of(wish, isYaml: true) : null);
            if (format is not null && (format.Shape == ResponseShape.Objects || isTransformable) && (format.Shape != ResponseShape.Table || isTable))
            {
                return format;
            }
        }

        return null;
    }

    private static ResponseFormat? Of(MediaWish wish, bool isYaml)
    {
        if (wish.Parameter("stream") is { Length: > 0 } stream && (isYaml || stream != "watch"))
        {
            return null;
        }

        return (wish.Parameter("as"), wish.Parameter("g"), wish.Parameter("v")) switch
        {
            (null, null, null) => isYaml ? Plain with { IsYaml = true } : Plain,
            ("Table", "meta.k8s.io", "v1" or "v1beta1") => new(ResponseShape.Table, isYaml, $"meta.k8s.io/{wish.Parameter("v")}"),
            ("PartialObjectMetadata" or "PartialObjectMetadataList", "meta.k8s.io", "v1" or "v1beta1") =>
                new(ResponseShape.Metadata, isYaml, $"meta.k8s.io/{wish.Parameter("v")}"),
            _ => null,
        };
    }

    private static IncludeObject IncludeOf(IQueryCollection query) => query.First("includeObject") switch
    {
        null or "" or "Metadata" => IncludeObject.Metadata,
        "None" => IncludeObject.None,
        "Object" => IncludeObject.Object,
        var other => throw ApiErrors.BadRequest(
            "Unable to convert to Table as requested: "
            + FieldError.Invalid(FieldPath.Of("includeObject"), other, "must be 'Metadata', 'Object', 'None', or empty")),
    };
}

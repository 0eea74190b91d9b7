using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Protobuf;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

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

/// <summary>How an answer is encoded, in the order in which who takes anything is served.</summary>
public enum ResponseEncoding
{
    Json,
    Yaml,
    Protobuf,
}

/// <summary>
/// How a request is answered. It follows from the request alone: whatever writes chooses it first, so that nothing is written whose
/// answer is refused afterwards.
/// </summary>
/// <param name="MetaVersion">Of the table or metadata: "meta.k8s.io/v1".</param>
/// <param name="Include">What the rows of a table carry.</param>
internal sealed record ResponseFormat(
    ResponseShape Shape, ResponseEncoding Encoding = ResponseEncoding.Json, string MetaVersion = "", IncludeObject Include = IncludeObject.Metadata)
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";

    /// <summary>Behind the type of a watch's answer.</summary>
    public const string OfWatches = ";stream=watch";

    private static readonly ResponseEncoding[] Encodings = Enum.GetValues<ResponseEncoding>();

    private static readonly string[] Types = [.. Encodings.Select(TypeOf)];

    private static readonly ResponseFormat Plain = new(ResponseShape.Objects);

    private static readonly ResponseFormat PlainIndented = Plain with { IsIndented = true };

    public string ContentType => TypeOf(Encoding);

    /// <summary>The same for a watch.</summary>
    public string WatchContentType => Encoding == ResponseEncoding.Json ? Json : ContentType + OfWatches;

    /// <summary>JSON is for people to read. Watches have their events on a line each all the same.</summary>
    public bool IsIndented { get; init; }

    public bool IsProtobuf => Encoding == ResponseEncoding.Protobuf;

    /// <param name="kind">Of what is answered, of whose objects there may be none in protobuf; null for a review or status, which there is.</param>
    /// <param name="isTable">Whether there is a table of what is asked for: there is none of reviews and statuses.</param>
    /// <exception cref="ApiError">NotAcceptable: nothing that the client would take can be given; or BadRequest.</exception>
    public static ResponseFormat Choose(HttpRequest request, Kind? kind = null, bool isTable = true) =>
        Find(request, new(isTable, IsTransformable: true, IsNumbered: kind is null || kind.Format.Numbered is not null)) is not { } format
            ? throw ApiErrors.NotAcceptable(Types)
            : format.Shape == ResponseShape.Table ? format with { Include = IncludeOf(request.Query) } : format;

    /// <summary>The same for a watch, which is never YAML.</summary>
    public static ResponseFormat ChooseForWatch(HttpRequest request, Kind kind) =>
        Find(request, new(IsTable: true, IsTransformable: true, IsNumbered: kind.Format.Numbered is not null))
            is not { Encoding: ResponseEncoding.Json or ResponseEncoding.Protobuf } format || (format.IsProtobuf && IsText(request))
            ? throw ApiErrors.NotAcceptable(Json + OfWatches, ProtobufEnvelope.MediaType + OfWatches)
            : format.Shape == ResponseShape.Table ? format with { Include = IncludeOf(request.Query) } : format;

    /// <summary>For statuses, of which there is no other form; JSON where the client takes none of ours.</summary>
    public static ResponseFormat ChooseForStatus(HttpRequest request) =>
        Find(request, new(IsTable: false, IsTransformable: false, IsNumbered: true)) ?? Plain;

    /// <summary>For documents, which are JSON or YAML; null where the client takes neither.</summary>
    public static ResponseFormat? ChoosePlain(HttpRequest request) =>
        Find(request, new(IsTable: false, IsTransformable: false, IsNumbered: false));

    private static ResponseFormat? Find(HttpRequest request, Forms forms)
    {
        var isIndented = IndentedText.IsWanted(request);
        var accept = request.Headers.Accept.First();
        if (string.IsNullOrEmpty(accept) || accept == Json)
        {
            return isIndented ? PlainIndented : Plain;
        }

        foreach (var wish in AcceptHeader.Wishes(accept))
        {
            foreach (var encoding in Encodings)
            {
                if (wish.Takes(TypeOf(encoding)) && Of(wish, encoding) is { } format && forms.Has(format))
                {
                    return isIndented || wish.Parameter("pretty") == "1" ? format with { IsIndented = true } : format;
                }
            }
        }

        return null;
    }

    private static ResponseFormat? Of(MediaWish wish, ResponseEncoding encoding)
    {
        if (wish.Parameter("stream") is { Length: > 0 } stream && (encoding == ResponseEncoding.Yaml || stream != "watch"))
        {
            return null;
        }

        return (wish.Parameter("as"), wish.Parameter("g"), wish.Parameter("v")) switch
        {
            (null, null, null) => encoding == ResponseEncoding.Json ? Plain : Plain with { Encoding = encoding },
            ("Table", "meta.k8s.io", "v1" or "v1beta1") => new(ResponseShape.Table, encoding, $"meta.k8s.io/{wish.Parameter("v")}"),
            ("PartialObjectMetadata" or "PartialObjectMetadataList", "meta.k8s.io", "v1" or "v1beta1") =>
                new(ResponseShape.Metadata, encoding, $"meta.k8s.io/{wish.Parameter("v")}"),
            _ => null,
        };
    }

    // The messages of a WebSocket are text, an event each.
    private static bool IsText(HttpRequest request) => request.HttpContext.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };

    private static string TypeOf(ResponseEncoding encoding) => encoding switch
    {
        ResponseEncoding.Json => Json,
        ResponseEncoding.Yaml => Yaml,
        _ => ProtobufEnvelope.MediaType,
    };

    private static IncludeObject IncludeOf(IQueryCollection query) => query.First("includeObject") switch
    {
        null or "" or "Metadata" => IncludeObject.Metadata,
        "None" => IncludeObject.None,
        "Object" => IncludeObject.Object,
        var other => throw ApiErrors.BadRequest(
            "Unable to convert to Table as requested: "
            + FieldError.Invalid(FieldPath.Of("includeObject"), other, "must be 'Metadata', 'Object', 'None', or empty")),
    };

    /// <summary>Which forms there are of what is asked for.</summary>
    /// <param name="IsTransformable">There are its metadata alone, and perhaps a table.</param>
    /// <param name="IsNumbered">Its objects have an encoding in protobuf. Metadata have one in any case, and tables in none.</param>
    private readonly record struct Forms(bool IsTable, bool IsTransformable, bool IsNumbered)
    {
        public bool Has(ResponseFormat format) => format.Shape switch
        {
            ResponseShape.Table => IsTransformable && IsTable && !format.IsProtobuf,
            ResponseShape.Metadata => IsTransformable,
            _ => IsNumbered || !format.IsProtobuf,
        };
    }
}

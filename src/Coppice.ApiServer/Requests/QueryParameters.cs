using System.Globalization;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Resources;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Store;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Requests;

/// <summary>The query parameters of the API, read and checked.</summary>
internal static class QueryParameters
{
    public static bool IsTrue(this IQueryCollection query, string name) => (string?)query[name] is "true" or "1" or "True";

    /// <exception cref="ApiError">BadRequest: not a whole number.</exception>
    public static long? Number(this IQueryCollection query, string name) => (string?)query[name] switch
    {
        null or "" => null,
        var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        var text => throw ApiErrors.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax"),
    };

    public static bool DryRun(this IQueryCollection query) => (string?)query["dryRun"] switch
    {
        null or "" => false,
        "All" => true,
        var other => throw ApiErrors.Invalid(
            "meta.k8s.io",
            "WriteOptions",
            "",
            Validation.FieldError.NotSupported(Validation.FieldPath.Of("dryRun"), other, "All")),
    };

    /// <summary>What is done about unknown fields; clients that don't say get warnings.</summary>
    public static FieldValidation FieldValidation(this IQueryCollection query) => (string?)query["fieldValidation"] switch
    {
        null or "" or "Warn" => Decoding.FieldValidation.Warn,
        "Strict" => Decoding.FieldValidation.Strict,
        "Ignore" => Decoding.FieldValidation.Ignore,
        var other => throw ApiErrors.Invalid(
            "meta.k8s.io",
            "WriteOptions",
            "",
            Validation.FieldError.NotSupported(Validation.FieldPath.Of("fieldValidation"), other, "", "Ignore", "Strict", "Warn")),
    };

    public static ObjectQuery Objects(this IQueryCollection query, ResourceDefinition definition, string? space) =>
        ObjectQuery.Parse(definition, space, query["labelSelector"], query["fieldSelector"]);

    /// <summary>Paging and the revision to read at, with resourceVersionMatch as Kubernetes defines it.</summary>
    public static ListPaging Paging(this IQueryCollection query)
    {
        var limit = (int)Math.Clamp(query.Number("limit") ?? 0, 0, int.MaxValue);
        var token = (string?)query["continue"];
        var revision = query.Revision();
        if (!string.IsNullOrEmpty(token) || revision is null || revision == Store.Revision.None)
        {
            return new ListPaging(limit, token);
        }

        return (string?)query["resourceVersionMatch"] == "Exact"
            ? new ListPaging(limit, null, revision)
            : new ListPaging(limit, null, null, revision);
    }

    /// <summary>The resourceVersion parameter; null when it is not given.</summary>
    public static Revision? Revision(this IQueryCollection query) => (string?)query["resourceVersion"] switch
    {
        null or "" => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => new Revision(value),
        var text => throw ApiErrors.Invalid(
            "",
            "ListOptions",
            "",
            Validation.FieldError.Invalid(Validation.FieldPath.Of("resourceVersion"), text, "must be a number")),
    };

    /// <summary>The options of a deletion that stand in the query; those of a body go before them.</summary>
    public static DeleteOptions Deletion(this IQueryCollection query, DeleteOptions options) => options with
    {
        GracePeriodSeconds = options.GracePeriodSeconds ?? query.Number("gracePeriodSeconds"),
        PropagationPolicy = options.PropagationPolicy ?? NullIfEmpty(query["propagationPolicy"]),
        OrphanDependents = options.OrphanDependents ?? (query.ContainsKey("orphanDependents") ? query.IsTrue("orphanDependents") : null),
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

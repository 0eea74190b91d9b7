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

    /// <summary>Whether a request is to change nothing; one that cannot change anything is not asked.</summary>
    /// <exception cref="ApiError">Invalid: something is wanted that is no dry run and nothing else either.</exception>
    public static bool DryRun(this HttpRequest request) => OptionsKindOf(request.Method) is { } kind && IsDryRun([.. request.Query["dryRun"].Select(v => v ?? "")], kind);

    /// <summary>The same of the options in a body.</summary>
    public static bool IsDryRun(ValueList<string> values, string kind) => values.All(v => v == "All")
        ? !values.IsEmpty
        : throw ApiErrors.Invalid("meta.k8s.io", kind, "", Validation.FieldError.NotSupported(Validation.FieldPath.Of("dryRun"), values, "All"));

    private static string? OptionsKindOf(string method) => method switch
    {
        "POST" => "CreateOptions",
        "PUT" => "UpdateOptions",
        "PATCH" => "PatchOptions",
        "DELETE" => "DeleteOptions",
        _ => null,
    };

    /// <summary>What is done about unknown fields; clients that don't say get warnings.</summary>
    public static FieldValidation FieldValidation(this HttpRequest request) => (string?)request.Query["fieldValidation"] switch
    {
        null or "" or "Warn" => Decoding.FieldValidation.Warn,
        "Strict" => Decoding.FieldValidation.Strict,
        "Ignore" => Decoding.FieldValidation.Ignore,
        var other => throw ApiErrors.Invalid(
            "meta.k8s.io",
            OptionsKindOf(request.Method) ?? "",
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

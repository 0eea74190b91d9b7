using System.Globalization;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Coppice.ApiServer.Requests;

/// <summary>The query parameters of the API, read and checked.</summary>
internal static class QueryParameters
{
    /// <summary>From here on a parameter counts only if it is written as it is called: the library would take "LIMIT" for "limit".</summary>
    public static void ReadExactly(HttpContext http)
    {
        if (!http.Request.QueryString.HasValue)
        {
            return;
        }

        var given = new Dictionary<string, List<string?>>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(http.Request.QueryString.Value))
        {
            var name = pair.DecodeName().ToString();
            if (!given.TryGetValue(name, out var values))
            {
                given[name] = values = [];
            }

            values.Add(pair.DecodeValue().ToString());
        }

        var parameters = given.ToDictionary(one => one.Key, one => new StringValues([.. one.Value]), StringComparer.Ordinal);
        http.Features.Set<IQueryFeature>(new QueryFeature(new QueryCollection(parameters)));
    }

    /// <summary>What a parameter is; where it is given more than once, what it is first. Null where it is absent.</summary>
    public static string? First(this IQueryCollection query, string name) => query[name].First();

    /// <summary>What a header or parameter is; where it is given more than once, what it is first. Null where it is absent.</summary>
    public static string? First(this StringValues values) => values is [var first, ..] ? first ?? "" : null;

    /// <summary>As Kubernetes reads it: a parameter that is there is true, with or without a value, unless it says "false" or "0".</summary>
    public static bool IsTrue(this IQueryCollection query, string name) => query.Switch(name) ?? false;

    /// <summary>The same of one that may be absent.</summary>
    public static bool? Switch(this IQueryCollection query, string name) =>
        query.First(name) is { } text ? text != "0" && !text.Equals("false", StringComparison.OrdinalIgnoreCase) : null;

    /// <exception cref="ApiError">BadRequest: not a whole number.</exception>
    public static long? Number(this IQueryCollection query, string name)
    {
        if (query.First(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        throw ApiErrors.BadRequest($"strconv.ParseInt: parsing {QuotedText.Of(text)}: {WhyNoNumber(text.AsSpan(text is ['+' or '-', ..] ? 1 : 0))}");
    }

    /// <summary>How a write is to be done, as its parameters say.</summary>
    /// <exception cref="ApiError">Invalid: something is wanted that there is not.</exception>
    public static WriteOptions WriteOptions(this HttpRequest request) => new()
    {
        DryRun = request.DryRun(),
        FieldManager = request.FieldManager(),
        Program = FieldManagers.OfUserAgent(request.Headers.UserAgent.First()),
        Force = request.Force(),
        FieldValidation = request.Method == "DELETE" ? Decoding.FieldValidation.Warn : request.FieldValidation(),
    };

    /// <summary>In whose name a write sets fields; null if it does not say, which one that applies a configuration must.</summary>
    private static string? FieldManager(this HttpRequest request)
    {
        if (OptionsKindOf(request.Method) is not { } kind)
        {
            return null;
        }

        if (request.Query.First("fieldManager") is not { Length: > 0 } name)
        {
            return PatchTypes.IsApply(request.ContentType)
                ? throw ApiErrors.Invalid("meta.k8s.io", kind, "", FieldError.Required(FieldPath.Of("fieldManager"), "is required for apply patch"))
                : null;
        }

        FieldError[] errors = [.. FieldManagers.Errors(name)];
        return errors.Length == 0 ? name : throw ApiErrors.Invalid("meta.k8s.io", kind, "", errors);
    }

    /// <summary>Whether what is applied takes fields that others own; of other patches nobody may ask it.</summary>
    private static bool Force(this HttpRequest request)
    {
        if (request.Method != "PATCH" || request.Query.Switch("force") is not { } force)
        {
            return false;
        }

        return PatchTypes.IsApply(request.ContentType)
            ? force
            : throw ApiErrors.Invalid("meta.k8s.io", "PatchOptions", "", FieldError.Forbidden(FieldPath.Of("force"), "may not be specified for non-apply patch"));
    }

    /// <summary>Whether a write is to change nothing; a deletion says so in its options.</summary>
    /// <exception cref="ApiError">Invalid: something is wanted that is no dry run and nothing else either.</exception>
    private static bool DryRun(this HttpRequest request) =>
        OptionsKindOf(request.Method) is { } kind && IsDryRun(request.Query.DryRunValues(), kind);

    /// <summary>The same of the options of a deletion.</summary>
    public static bool IsDryRun(ValueList<string> values, string kind) => values.All(v => v == "All")
        ? !values.IsEmpty
        : throw ApiErrors.Invalid("meta.k8s.io", kind, "", FieldError.NotSupported(FieldPath.Of("dryRun"), values, "All"));

    private static string? OptionsKindOf(string method) => method switch
    {
        "POST" => "CreateOptions",
        "PUT" => "UpdateOptions",
        "PATCH" => "PatchOptions",
        _ => null,
    };

    /// <summary>What is done about unknown fields; clients that don't say get warnings.</summary>
    public static FieldValidation FieldValidation(this HttpRequest request) => request.Query.First("fieldValidation") switch
    {
        null or "" or "Warn" => Decoding.FieldValidation.Warn,
        "Strict" => Decoding.FieldValidation.Strict,
        "Ignore" => Decoding.FieldValidation.Ignore,
        var other => throw ApiErrors.Invalid(
            "meta.k8s.io",
            OptionsKindOf(request.Method) ?? "",
            "",
            FieldError.NotSupported(FieldPath.Of("fieldValidation"), other, "", "Ignore", "Strict", "Warn")),
    };

    /// <summary>The resourceVersion parameter; null when it is not given.</summary>
    public static Revision? Revision(this IQueryCollection query) => query.First("resourceVersion") switch
    {
        null or "" => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => new Revision(value),
        var text => throw ApiErrors.BadRequest(
            $"invalid resource version: {FieldError.Invalid(FieldPath.Of("resourceVersion"), text, $"strconv.ParseUint: parsing {QuotedText.Of(text)}: {WhyNoNumber(text)}")}"),
    };

    /// <summary>The options of a deletion that stand in the query. Kubernetes does not look there if there is a body.</summary>
    public static DeleteOptions Deletion(this IQueryCollection query) => new()
    {
        GracePeriodSeconds = query.Number("gracePeriodSeconds"),
        PropagationPolicy = NullIfEmpty(query.First("propagationPolicy")),
        OrphanDependents = query.Switch("orphanDependents"),
        DryRun = query.DryRunValues(),
        Preconditions = (NullIfEmpty(query.First("uid")), NullIfEmpty(query.First("resourceVersion"))) is not (null, null) and var (uid, version)
            ? new() { Uid = uid, ResourceVersion = version }
            : null,
    };

    private static ValueList<string> DryRunValues(this IQueryCollection query) =>
        query["dryRun"] is { Count: > 0 } values ? [.. values.Select(one => one ?? "")] : default;

    private static string WhyNoNumber(ReadOnlySpan<char> digits) =>
        digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') ? "invalid syntax" : "value out of range";

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

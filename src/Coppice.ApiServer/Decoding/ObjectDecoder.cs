using System.Globalization;
using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Decoding;

/// <summary>What a request's body was.</summary>
/// <param name="Item">The object, with its apiVersion and kind even if the body left them out.</param>
/// <param name="Warnings">What the client should be told of, one a line.</param>
public sealed record DecodedObject(KubernetesObject Item, IReadOnlyList<string> Warnings);

/// <summary>What a door of the API takes in.</summary>
public sealed record ExpectedObject(Kind Kind)
{
    public string Name => Kind.Name;

    public string ApiVersion => Kind.ApiVersion;

    /// <summary>Another version that looks the same and is taken, too, with its group; null if there is none.</summary>
    public string? OlderApiVersion { get; init; }

    public static implicit operator ExpectedObject(Kind kind) => new(kind);
}

/// <summary>Makes objects from the bodies of requests, or refuses them with Kubernetes' message.</summary>
public static class ObjectDecoder
{
    /// <summary>How long a body may be: Kubernetes' limit, which leaves room for an object of etcd's 1.5 MiB as JSON.</summary>
    public const int BodyBytesMax = 3 * 1024 * 1024;

    // Of options that do not say.
    private const string OptionsVersion = "meta.k8s.io/v1";

    // Kubernetes names the kinds that it looks among after the line of its code that collects them.
    private const string ApiScheme = "pkg/api/legacyscheme/scheme.go:30";
    private const string OptionsScheme = "pkg/apis/meta/internalversion/scheme/register.go:27";

    // They have collections of their own, whose lines differ from version to version.
    private static readonly string[] GroupsApart = ["apiextensions.k8s.io", "apiregistration.k8s.io"];

    // What Kubernetes shows of a body that it does not recognize at all.
    private const int SummaryLength = 30;

    /// <summary>Reads a body of JSON.</summary>
    /// <exception cref="ApiError">400: it is no JSON, no object of this kind, or has wrong types; in strict mode also unknown fields.</exception>
    public static DecodedObject Decode(ReadOnlyMemory<byte> json, ExpectedObject expected, FieldValidation mode) =>
        Decode(json, json, expected, mode, []);

    /// <summary>Reads a body of YAML, or of JSON.</summary>
    /// <exception cref="ApiError">As for JSON.</exception>
    public static DecodedObject DecodeYaml(ReadOnlyMemory<byte> yaml, ExpectedObject expected, FieldValidation mode)
    {
        var converted = YamlBody.ToJson(yaml);
        return converted.Error is null
            ? Decode(converted.Json, yaml, expected, mode, converted.DuplicateKeys)
            : throw Unrecognized(yaml.Span, expected.Name, NoJson(converted.Error));
    }

    /// <summary>Reads what a patch has made of an object; errors are the patch's.</summary>
    /// <param name="duplicateFields">What the patch names twice.</param>
    /// <exception cref="ApiError">422 for a value that does not fit its field, and for unknown and duplicate fields in strict mode.</exception>
    public static DecodedObject DecodePatched(
        ReadOnlyMemory<byte> json, ExpectedObject expected, FieldValidation mode, IReadOnlyList<string> duplicateFields)
    {
        if (duplicateFields.Count == 0 && ReadPlain(json, expected) is { } plain)
        {
            return plain;
        }

        var report = StrictDecoder.Check(json.Span, expected.Kind.Schema);
        if ((report.SyntaxError ?? WhyUnnamed(report, expected, json) ?? report.FatalError) is { } fatal)
        {
            throw InvalidPatch(json, fatal);
        }

        var (item, dropped) = ReadObject(json, expected.Kind, report, e => InvalidPatch(json, e));
        RefuseOther(item, report, expected);
        IReadOnlyList<string> strict = [.. duplicateFields, .. report.StrictErrors, .. dropped];
        return mode == FieldValidation.Strict && strict.Count > 0
            ? throw InvalidPatch(json, StrictMessage(strict))
            : Finish(item, expected, mode, strict);
    }

    /// <summary>Reads what an applied configuration has made of an object, which its schema has passed.</summary>
    /// <exception cref="ApiError">400: a text of it says nothing that its field could mean, such as a quantity that is none.</exception>
    public static KubernetesObject DecodeMerged(ReadOnlyMemory<byte> json, ExpectedObject expected)
    {
        var report = StrictDecoder.Check(json.Span, expected.Kind.Schema);
        return (report.SyntaxError ?? report.FatalError) is { } fatal
            ? throw Unfit(expected.Name, expected.ApiVersion, expected.Name, fatal)
            : Read(json, expected.Kind.Schema, report.HasNulls, expected.Kind.Format.Read, e => Unfit(expected.Name, expected.ApiVersion, expected.Name, e));
    }

    /// <summary>
    /// Reads a body that is no object of the API but goes along with a request, such as DeleteOptions. It may be of any version, or say
    /// nothing of itself; unknown fields are ignored.
    /// </summary>
    /// <exception cref="ApiError">400: it is no JSON, of another kind, or has wrong types.</exception>
    public static T DecodeOptions<T>(ReadOnlyMemory<byte> json)
        where T : class
    {
        var schema = RecordSchemas.Of<T>();
        var report = StrictDecoder.Check(json.Span, schema);
        if ((report.SyntaxError ?? report.KindError) is { } error)
        {
            throw ApiErrors.BadRequest(NoJson(error));
        }

        var version = string.IsNullOrEmpty(report.ApiVersion) ? OptionsVersion : report.ApiVersion;
        RefuseOddVersion(version);
        if (!string.IsNullOrEmpty(report.Kind) && report.Kind != schema.Name)
        {
            throw ApiErrors.BadRequest(NoKind(report.Kind, version, OptionsScheme));
        }

        return report.FatalError is { } fatal ? throw ApiErrors.BadRequest(fatal) : Read(json, schema, report.HasNulls, ApiJson.Read<T>, ApiErrors.BadRequest);
    }

    private static DecodedObject Decode(
        ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> body, ExpectedObject expected, FieldValidation mode, IReadOnlyList<string> duplicateKeys)
    {
        if (duplicateKeys.Count == 0 && ReadPlain(json, expected) is { } plain)
        {
            return plain;
        }

        var schema = expected.Kind.Schema;
        var report = StrictDecoder.Check(json.Span, schema);
        if ((report.SyntaxError ?? report.KindError) is { } error)
        {
            throw Unrecognized(body.Span, expected.Name, NoJson(error));
        }

        var kind = string.IsNullOrEmpty(report.Kind) ? expected.Name : report.Kind;
        var apiVersion = string.IsNullOrEmpty(report.ApiVersion) ? expected.ApiVersion : report.ApiVersion;
        if (schema.IsCustom)
        {
            RefuseUnnamed(report, expected, mode, json, body);
        }
        else
        {
            RefuseOtherKind(kind, apiVersion, expected);
        }

        if (report.FatalError is { } fatal)
        {
            throw Unfit(kind, apiVersion, expected.Name, fatal);
        }

        var (item, dropped) = ReadObject(json, expected.Kind, report, e => Unfit(kind, apiVersion, expected.Name, e));
        IReadOnlyList<string> strict = dropped.Count == 0 ? report.StrictErrors : [.. report.StrictErrors, .. dropped];
        if (mode == FieldValidation.Strict && duplicateKeys.Count + strict.Count > 0)
        {
            throw Unfit(kind, apiVersion, expected.Name, StrictMessage(duplicateKeys.Count == 0 ? strict : [YamlBody.Join(duplicateKeys), .. strict]));
        }

        RefuseOther(item, report, expected);
        return Finish(item, expected, mode, [.. duplicateKeys, .. strict]);
    }

    /// <summary>Most bodies leave nothing to say: they are read at once. What is wrong with another is found out by the checks.</summary>
    private static DecodedObject? ReadPlain(ReadOnlyMemory<byte> json, ExpectedObject expected) =>
        expected.Kind.Format.ReadPlain(json.Span) is { } item && Names(item.Kind, expected.Name) && Names(item.ApiVersion, expected.ApiVersion)
            ? Finish(item, expected, FieldValidation.Ignore, [])
            : null;

    private static bool Names(string? given, string expected) => given is null || given == expected;

    /// <returns>The object, and what its kind has left out of it.</returns>
    private static (KubernetesObject Item, IReadOnlyList<string> Dropped) ReadObject(
        ReadOnlyMemory<byte> json, Kind kind, DecodeReport report, Func<string, ApiError> refuse)
    {
        var dropped = new List<string>();
        var text = report.HasDuplicates ? DuplicatePruning.Prune(json) : json;
        var item = Read(text, kind.Schema, report.HasNulls, (ReadOnlySpan<byte> body) => kind.Format.Read(body, dropped), refuse);
        dropped.Sort(StringComparer.Ordinal);
        return (item, StrictErrors.Unknown(dropped));
    }

    private static DecodedObject Finish(KubernetesObject item, ExpectedObject expected, FieldValidation mode, IReadOnlyList<string> strictErrors)
    {
        if (item.ApiVersion is null || item.Kind is null)
        {
            item = item with { ApiVersion = expected.ApiVersion, Kind = expected.Name };
        }

        return new DecodedObject(item, mode == FieldValidation.Warn ? strictErrors : []);
    }

    private static T Read<T>(ReadOnlyMemory<byte> json, ObjectSchema schema, bool hasNulls, Reading<T> read, Func<string, ApiError> refuse)
    {
        try
        {
            var text = hasNulls ? NullPruning.Prune(json.Span, schema) : json;
            return read(text.Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            // The schema has passed it: what is left are texts that are no Unicode.
            throw refuse($"json: {e.Message}");
        }
    }

    private static void RefuseOtherKind(string kind, string apiVersion, ExpectedObject expected)
    {
        if (kind == expected.Name && (apiVersion == expected.ApiVersion || apiVersion == expected.OlderApiVersion))
        {
            return;
        }

        RefuseOddVersion(apiVersion);
        if (kind == expected.Name)
        {
            throw OtherVersion(apiVersion, expected);
        }

        var why = BuiltInKinds.FindKind(apiVersion, kind) is { } known
            ? $"converting (v1.{known.Name}) to ({known.Schema.Package.Split('.')[^1]}.{expected.Name}): unknown conversion"
            : NoKind(kind, apiVersion, GroupsApart.Contains(expected.Kind.Group) ? null : ApiScheme);
        throw Unfit(kind, apiVersion, expected.Name, why);
    }

    /// <summary>Custom objects have no type that would say what they are: they must say it themselves.</summary>
    /// <param name="body">As it was sent, of which <paramref name="json"/> was made.</param>
    private static void RefuseUnnamed(DecodeReport report, ExpectedObject expected, FieldValidation mode, ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> body)
    {
        if (string.IsNullOrEmpty(report.Kind))
        {
            throw mode == FieldValidation.Ignore
                ? Unfit(expected.Name, expected.ApiVersion, expected.Name, NoKindIn(json))
                : Unrecognized(body.Span, expected.Name, NoKindIn(body));
        }

        if (report.ApiVersion != expected.ApiVersion)
        {
            throw OtherVersion(report.ApiVersion ?? "", expected);
        }
    }

    /// <summary>Why it cannot be seen what a patch has made of a custom object; null if it can.</summary>
    private static string? WhyUnnamed(DecodeReport report, ExpectedObject expected, ReadOnlyMemory<byte> json) =>
        !expected.Kind.Schema.IsCustom ? null
        : report.KindError is { } odd ? NoJson(odd)
        : OddVersion(report.ApiVersion ?? "") ?? (string.IsNullOrEmpty(report.Kind) ? NoKindIn(json) : null);

    /// <summary>What a custom object says that it is makes no other of it: it is read, and then found to be wrong.</summary>
    private static void RefuseOther(KubernetesObject item, DecodeReport report, ExpectedObject expected)
    {
        if (!expected.Kind.Schema.IsCustom)
        {
            return;
        }

        var (kind, apiVersion) = (report.Kind ?? "", report.ApiVersion ?? "");
        FieldError[] errors = [.. Unless(kind, expected.Name, "kind"), .. Unless(apiVersion, expected.ApiVersion, "apiVersion")];
        if (errors.Length > 0)
        {
            throw ApiErrors.Invalid(apiVersion.Contains('/') ? apiVersion.Split('/')[0] : "", kind, item.Metadata.Name ?? "", errors);
        }
    }

    private static IEnumerable<FieldError> Unless(string said, string wanted, string field) =>
        said == wanted ? [] : [FieldError.Invalid(FieldPath.Of(field), said, $"must be {wanted}")];

    private static void RefuseOddVersion(string apiVersion)
    {
        if (OddVersion(apiVersion) is { } odd)
        {
            throw ApiErrors.BadRequest(odd);
        }
    }

    private static string? OddVersion(string apiVersion) => apiVersion.Count(c => c == '/') > 1 ? $"unexpected GroupVersion string: {apiVersion}" : null;

    private delegate T Reading<out T>(ReadOnlySpan<byte> json);

    private static string NoJson(string why) => $"couldn't get version/kind; json parse error: {why}";

    private static string NoKind(string kind, string apiVersion, string? scheme) =>
        $"no kind {QuotedText.Of(kind)} is registered for version {QuotedText.Of(apiVersion)}{(scheme is null ? "" : $" in scheme {QuotedText.Of(scheme)}")}";

    private static string NoKindIn(ReadOnlyMemory<byte> body) => $"Object 'Kind' is missing in '{Encoding.UTF8.GetString(body.Span)}'";

    private static ApiError OtherVersion(string apiVersion, ExpectedObject expected) =>
        ApiErrors.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({expected.ApiVersion})");

    private static string StrictMessage(IReadOnlyList<string> errors) => $"strict decoding error: {string.Join(", ", errors)}";

    private static ApiError Unfit(string kind, string? apiVersion, string expected, string why)
    {
        var version = apiVersion?[(apiVersion.LastIndexOf('/') + 1)..] ?? "v1";
        return ApiErrors.BadRequest($"{kind} in version {QuotedText.Of(version)} cannot be handled as a {expected}: {why}");
    }

    private static ApiError Unrecognized(ReadOnlySpan<byte> body, string expected, string why) =>
        ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {expected}): {why} ({Summarize(body)})");

    private static ApiError InvalidPatch(ReadOnlyMemory<byte> json, string why) => ApiErrors.Invalid(
        "", "", "", FieldError.Invalid(FieldPath.Of("patch"), Encoding.UTF8.GetString(json.Span), why));

    private static string Summarize(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return "<empty>";
        }

        var start = body[..Math.Min(body.Length, SummaryLength)];
        var shown = body[0] == '{' ? Encoding.UTF8.GetString(start) : Convert.ToHexString(start).ToLower(CultureInfo.InvariantCulture);
        return body.Length > SummaryLength ? $"{shown} ..." : shown;
    }
}

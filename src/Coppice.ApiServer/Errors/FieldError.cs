using System.Globalization;
using System.Text;
using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Errors;

/// <summary>What may be wrong with a field.</summary>
public enum FieldErrorType
{
    NotFound,
    Required,
    Duplicate,
    Invalid,
    NotSupported,
    Forbidden,
    TooLong,
    TooMany,
    Internal,
    TypeInvalid,
}

/// <summary>
/// One thing that is wrong with one field of an object, rendered as apimachinery's field.Error is:
/// <c>spec.replicas: Invalid value: -1: must be greater than or equal to 0</c>.
/// </summary>
/// <param name="Path">The field, written out.</param>
/// <param name="BadValue">What was found there: a string, a number, a Boolean, any type of the API, or null.</param>
/// <param name="Detail">What would be right; may be empty.</param>
public sealed record FieldError(FieldErrorType Type, string Path, object? BadValue, string Detail)
{
    /// <summary>In the place of a value that says nothing, or that nobody wants to read.</summary>
    public static readonly object NoValue = new();

    /// <summary>The cause's reason, one of <see cref="CauseType"/>.</summary>
    public string Reason => Type switch
    {
        FieldErrorType.NotFound => CauseType.FieldValueNotFound,
        FieldErrorType.Required => CauseType.FieldValueRequired,
        FieldErrorType.Duplicate => CauseType.FieldValueDuplicate,
        FieldErrorType.Invalid => CauseType.FieldValueInvalid,
        FieldErrorType.NotSupported => CauseType.FieldValueNotSupported,
        FieldErrorType.Forbidden => CauseType.FieldValueForbidden,
        FieldErrorType.TooLong => CauseType.FieldValueTooLong,
        FieldErrorType.TooMany => CauseType.FieldValueTooMany,
        FieldErrorType.Internal => CauseType.InternalError,
        FieldErrorType.TypeInvalid => CauseType.FieldValueTypeInvalid,
        _ => throw new InvalidOperationException($"no such field error: {Type}"),
    };

    /// <summary>The message without the field, as causes carry it.</summary>
    public string Body
    {
        get
        {
            var title = Type is FieldErrorType.Required or FieldErrorType.Forbidden or FieldErrorType.TooLong or FieldErrorType.Internal || ReferenceEquals(BadValue, NoValue)
                ? Title
                : $"{Title}: {Show(BadValue)}";
            return Detail.Length == 0 ? title : $"{title}: {Detail}";
        }
    }

    private string Title => Type switch
    {
        FieldErrorType.NotFound => "Not found",
        FieldErrorType.Required => "Required value",
        FieldErrorType.Duplicate => "Duplicate value",
        FieldErrorType.Invalid or FieldErrorType.TypeInvalid => "Invalid value",
        FieldErrorType.NotSupported => "Unsupported value",
        FieldErrorType.Forbidden => "Forbidden",
        FieldErrorType.TooLong => "Too long",
        FieldErrorType.TooMany => "Too many",
        _ => "Internal error",
    };

    public override string ToString() => $"{Path}: {Body}";

    public static FieldError NotFound(FieldPath path, object? value) => new(FieldErrorType.NotFound, path.ToString(), value, "");

    public static FieldError Required(FieldPath path, string detail = "") => new(FieldErrorType.Required, path.ToString(), "", detail);

    public static FieldError Duplicate(FieldPath path, object? value) => new(FieldErrorType.Duplicate, path.ToString(), value, "");

    public static FieldError Invalid(FieldPath path, object? value, string detail) =>
        new(FieldErrorType.Invalid, path.ToString(), value, detail);

    /// <param name="supported">The values that are allowed, in the order to show them.</param>
    public static FieldError NotSupported(FieldPath path, object? value, params IEnumerable<string> supported)
    {
        var list = string.Join(", ", supported.Select(QuotedText.Of));
        return new(FieldErrorType.NotSupported, path.ToString(), value, list.Length == 0 ? "" : $"supported values: {list}");
    }

    public static FieldError Forbidden(FieldPath path, string detail) => new(FieldErrorType.Forbidden, path.ToString(), "", detail);

    /// <param name="limit">In bytes.</param>
    public static FieldError TooLong(FieldPath path, int limit) =>
        new(FieldErrorType.TooLong, path.ToString(), "", $"may not be more than {limit} bytes");

    /// <param name="limit">In items.</param>
    public static FieldError TooMany(FieldPath path, int count, int limit) =>
        new(FieldErrorType.TooMany, path.ToString(), count, $"must have at most {limit} items");

    public static FieldError TypeInvalid(FieldPath path, object? value, string detail) =>
        new(FieldErrorType.TypeInvalid, path.ToString(), value, detail);

    /// <summary>Several errors as one text: each once, in brackets if there are more than one.</summary>
    public static string Join(IEnumerable<FieldError> errors)
    {
        var distinct = errors.Select(e => e.ToString()).Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count == 1 ? distinct[0] : $"[{string.Join(", ", distinct)}]";
    }

    private static string Show(object? value) => value switch
    {
        null => QuotedText.Of("null"),
        string text => QuotedText.Of(text),
        bool flag => flag ? "true" : "false",
        int or long or double => string.Format(CultureInfo.InvariantCulture, "{0}", value),
        Quantity or IntOrString { IsNumber: false } or Enum => QuotedText.Of(value.ToString()!),
        JsonElement json => json.GetRawText(),
        _ => ShowObject(value),
    };

    private static string ShowObject(object value)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            ApiJson.WriteObject(writer, value);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}

namespace Coppice.Objects.Meta;

[SchemaName("Status")]
public sealed record ApiStatus
{
    [Field(0)]
    public string? ApiVersion { get; init; }

    [Field(0)]
    public string? Kind { get; init; }

    [Field(1)]
    public ListMeta Metadata { get; init => field = value ?? new(); } = new();

    [Field(2)]
    public string? Status { get; init; }

    [Field(3)]
    public string? Message { get; init; }

    [Field(4)]
    public string? Reason { get; init; }

    [Field(5)]
    public ApiStatusDetails? Details { get; init; }

    [Field(6)]
    public int Code { get; init; }
}

/// <summary>The values of StatusReason.</summary>
public static class StatusReason
{
    public const string None = "";
    public const string Unauthorized = "Unauthorized";
    public const string Forbidden = "Forbidden";
    public const string NotFound = "NotFound";
    public const string AlreadyExists = "AlreadyExists";
    public const string Conflict = "Conflict";
    public const string Gone = "Gone";
    public const string Invalid = "Invalid";
    public const string ServerTimeout = "ServerTimeout";
    public const string StorageReadError = "StorageReadError";
    public const string Timeout = "Timeout";
    public const string TooManyRequests = "TooManyRequests";
    public const string BadRequest = "BadRequest";
    public const string MethodNotAllowed = "MethodNotAllowed";
    public const string NotAcceptable = "NotAcceptable";
    public const string RequestEntityTooLarge = "RequestEntityTooLarge";
    public const string UnsupportedMediaType = "UnsupportedMediaType";
    public const string InternalError = "InternalError";
    public const string Expired = "Expired";
    public const string ServiceUnavailable = "ServiceUnavailable";
}

[SchemaName("StatusDetails")]
public sealed record ApiStatusDetails
{
    [Field(1)]
    public string? Name { get; init; }

    [Field(2)]
    public string? Group { get; init; }

    [Field(3)]
    public string? Kind { get; init; }

    [Field(6)]
    public string? Uid { get; init; }

    [Field(4)]
    public ValueList<ApiStatusCause> Causes { get; init; }

    [Field(5)]
    public int RetryAfterSeconds { get; init; }
}

[SchemaName("StatusCause")]
public sealed record ApiStatusCause
{
    [Field(1)]
    public string? Reason { get; init; }

    [Field(2)]
    public string? Message { get; init; }

    [Field(3)]
    public string? Field { get; init; }
}

/// <summary>The values of CauseType.</summary>
public static class CauseType
{
    public const string FieldValueNotFound = "FieldValueNotFound";
    public const string FieldValueRequired = "FieldValueRequired";
    public const string FieldValueDuplicate = "FieldValueDuplicate";
    public const string FieldValueInvalid = "FieldValueInvalid";
    public const string FieldValueNotSupported = "FieldValueNotSupported";
    public const string FieldValueForbidden = "FieldValueForbidden";
    public const string FieldValueTooLong = "FieldValueTooLong";
    public const string FieldValueTooMany = "FieldValueTooMany";
    public const string InternalError = "InternalError";
    public const string FieldValueTypeInvalid = "FieldValueTypeInvalid";
    public const string UnexpectedServerResponse = "UnexpectedServerResponse";
    public const string FieldManagerConflict = "FieldManagerConflict";
    public const string ResourceVersionTooLarge = "ResourceVersionTooLarge";
}

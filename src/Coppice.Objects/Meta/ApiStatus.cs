namespace Coppice.Objects.Meta;

/// <summary>The server's answer when there is no object to answer with: an error, or a plain success.</summary>
[SchemaName("Status")]
public sealed partial record ApiStatus
{
    /// <summary>Always v1.</summary>
    [Field(0)]
    public string? ApiVersion { get; init; }

    /// <summary>Always Status.</summary>
    [Field(0)]
    public string? Kind { get; init; }

    /// <summary>Empty but for lists.</summary>
    [Field(1)]
    public ListMeta Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>Success or Failure.</summary>
    [Field(2)]
    public string? Status { get; init; }

    /// <summary>What happened, for people.</summary>
    [Field(3)]
    public string? Message { get; init; }

    /// <summary>What happened, in one word for programs, such as NotFound or Conflict.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>What the message is about, in parts.</summary>
    [Field(5)]
    public ApiStatusDetails? Details { get; init; }

    /// <summary>The HTTP status code of the answer.</summary>
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

/// <summary>What a status is about.</summary>
[SchemaName("StatusDetails")]
public sealed partial record ApiStatusDetails
{
    /// <summary>The object's name.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>The group of the object's kind.</summary>
    [Field(2)]
    public string? Group { get; init; }

    /// <summary>The kind or resource.</summary>
    [Field(3)]
    public string? Kind { get; init; }

    /// <summary>The object's uid, where one was found.</summary>
    [Field(6)]
    public string? Uid { get; init; }

    /// <summary>Everything that was wrong, one entry for each.</summary>
    [Field(4)]
    public ValueList<ApiStatusCause> Causes { get; init; }

    /// <summary>Seconds to wait before trying again; 0 says nothing about it.</summary>
    [Field(5)]
    public int RetryAfterSeconds { get; init; }
}

/// <summary>One thing that was wrong.</summary>
[SchemaName("StatusCause")]
public sealed partial record ApiStatusCause
{
    /// <summary>What was wrong with it, in one word for programs.</summary>
    [Field(1)]
    public string? Reason { get; init; }

    /// <summary>What was wrong with it, for people.</summary>
    [Field(2)]
    public string? Message { get; init; }

    /// <summary>The path of the field, such as spec.containers[0].image.</summary>
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
    public const string DisruptionBudget = "DisruptionBudget";
    public const string ResourceVersionTooLarge = "ResourceVersionTooLarge";
}

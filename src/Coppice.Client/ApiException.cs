using Coppice.Objects.Meta;

namespace Coppice.Client;

/// <summary>The API refused a request. <see cref="Status"/> is what it answered, with a reason for programs and a message for people.</summary>
public class ApiException(ApiStatus status) : Exception(status.Message)
{
    public ApiStatus Status { get; } = status;

    /// <summary>The HTTP status code.</summary>
    public int Code => Status.Code;

    public bool IsNotFound => Status.Reason == "NotFound";

    /// <summary>Not an object is missing but the whole kind, or the subresource: the API does not serve it, or no longer.</summary>
    public bool IsNotServed => IsNotFound && Status.Details is { Name: null or "" };

    /// <summary>Somebody else changed the object meanwhile: read it again and decide anew.</summary>
    public bool IsConflict => Status.Reason == "Conflict";

    /// <summary>Whoever asks has no right to it.</summary>
    public bool IsForbidden => Status.Reason == "Forbidden";

    public bool IsAlreadyExists => Status.Reason == "AlreadyExists";

    /// <summary>The revision asked for is compacted away: list again.</summary>
    public bool IsExpired => Status.Reason is "Expired" or "Gone";
}

using Coppice.Objects.Meta;

namespace Coppice.ApiServer;

/// <summary>
/// A request that is refused: the caller's fault, or a state of the server that the caller can wait for. The pipeline answers with
/// its <see cref="Status"/> and nothing else is logged. Made by <see cref="ApiErrors"/>.
/// </summary>
public sealed class ApiError(ApiStatus status) : Exception(status.Message)
{
    public ApiStatus Status { get; } = status;

    /// <summary>The HTTP status code.</summary>
    public int Code => Status.Code;

    /// <summary>One of <see cref="StatusReason"/>.</summary>
    public string Reason => Status.Reason ?? StatusReason.None;
}

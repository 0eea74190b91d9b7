using Coppice.Client;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Errors;

/// <summary>
/// A request that is refused: the caller's fault, or a state of the server that the caller can wait for. The pipeline answers with
/// its <see cref="ApiException.Status"/> and nothing else is logged; a component in the same process sees what a remote one would.
/// Made by <see cref="ApiErrors"/>.
/// </summary>
public sealed class ApiError(ApiStatus status, string? text = null) : ApiException(status)
{
    /// <summary>Plain text that is answered instead of the status, for clients that make words of their own of it; null to answer the status.</summary>
    public string? Text { get; } = text;

    /// <summary>One of <see cref="StatusReason"/>.</summary>
    public string Reason => Status.Reason ?? StatusReason.None;
}

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// A rule that sees an object before it is written, with its defaults, and may complete or refuse it. What it adds has no defaults to
/// come.
/// </summary>
public interface IAdmission
{
    /// <param name="old">The version that is replaced; null when the object is new.</param>
    /// <returns>The object to write: the one given, or a completed one.</returns>
    /// <exception cref="ApiError">It is refused.</exception>
    ValueTask<KubernetesObject> AdmitAsync(WriteScope scope, KubernetesObject item, KubernetesObject? old, CancellationToken stop);
}

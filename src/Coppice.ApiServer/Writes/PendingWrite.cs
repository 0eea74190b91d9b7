using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;

namespace Coppice.ApiServer.Writes;

/// <summary>One try at a write: the request, and what it found.</summary>
/// <param name="Current">The newest version of the object; null if there is none yet.</param>
/// <param name="Now">The time of the try, in whole seconds as the API tells it.</param>
internal sealed record PendingWrite(WriteRequest Request, ObjectForm? Current, DateTimeOffset Now)
{
    public IKindStrategy Strategy => Request.Served.Strategy;

    public bool IsNew => Current is null;

    /// <summary>The client thinks that it changes something: it knows which object, though there may be none.</summary>
    public bool IsMeantAsUpdate { get; init; }

    /// <summary>Of a write that is not new.</summary>
    public KubernetesObject Old => Current?.Item ?? throw new InvalidOperationException($"there is no {Request.Kind.Name} yet");
}

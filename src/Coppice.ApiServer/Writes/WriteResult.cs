using Coppice.ApiServer.Storage;
using Coppice.Objects;

namespace Coppice.ApiServer.Writes;

/// <summary>What came of a write.</summary>
/// <param name="form">The object as it is now; as it was last, if it is gone.</param>
/// <param name="gone">False for a deletion where something still has to happen first: a grace period, a finalizer.</param>
/// <param name="written">The object as it was to be written; null if it was to go.</param>
internal sealed class WriteResult(ObjectForm form, bool gone, WritePart part, PendingWrite write, Asked asked, KubernetesObject? written)
{
    public ObjectForm Form { get; } = form;

    public bool Gone { get; } = gone;

    /// <summary>There was none before.</summary>
    public bool Created { get; } = write.IsNew;

    /// <summary>
    /// What the client should be told of, one a line; found out when it is asked for, which only people do. Nothing is read back for it.
    /// </summary>
    public IReadOnlyList<string> Warnings => asked.Item is null || written is null ? asked.Warnings : [.. asked.Warnings, .. part.Warnings(write, written)];
}

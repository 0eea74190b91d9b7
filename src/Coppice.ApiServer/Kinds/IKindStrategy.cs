using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Kinds;

/// <summary>What is particular to a kind when its objects are written. All members are pure and give back what they were given where nothing changes.</summary>
/// <remarks>
/// A write goes: decode, <see cref="Default"/>, what mutates it, <see cref="Default"/> again where that changed the object, one of the
/// Prepare members, one of the Validate members, what validates it, store. The generic rules of metadata (names, uid, creation time,
/// versions) are the pipeline's of all writes.
/// </remarks>
public interface IKindStrategy
{
    /// <summary>Fills in Kubernetes' defaults: on every write, and when an object is read from outside. Doing it twice changes nothing.</summary>
    KubernetesObject Default(KubernetesObject item);

    /// <summary>Drops what a client may not set, such as the status, and sets the first generation.</summary>
    KubernetesObject PrepareForCreate(KubernetesObject item);

    /// <summary>Writes down who asks, in a new object that says so; after it was prepared.</summary>
    KubernetesObject SignCreate(KubernetesObject item, UserInfo user) => item;

    /// <summary>Keeps from the old object what an update may not touch; the generation grows if the desired state changed.</summary>
    KubernetesObject PrepareForUpdate(KubernetesObject item, KubernetesObject old);

    /// <summary>Keeps everything but the status from the old object.</summary>
    KubernetesObject PrepareForStatusUpdate(KubernetesObject item, KubernetesObject old);

    /// <summary>Notes when something of the status became as it is, where that is the server's to say; after the status was prepared.</summary>
    KubernetesObject DateStatus(KubernetesObject item, KubernetesObject old, DateTimeOffset now) => item;

    /// <summary>Everything that is wrong with an object that is created; metadata excepted.</summary>
    Findings<FieldError> Validate(KubernetesObject item);

    /// <summary>Everything that is wrong with an object that replaces another; metadata excepted.</summary>
    Findings<FieldError> ValidateUpdate(KubernetesObject item, KubernetesObject old);

    /// <summary>Everything that is wrong with a status that replaces another; metadata excepted.</summary>
    Findings<FieldError> ValidateStatusUpdate(KubernetesObject item, KubernetesObject old);

    /// <summary>What is right but unwise, for the Warning header.</summary>
    /// <param name="old">What it replaces; null for nothing.</param>
    IReadOnlyList<string> Warnings(KubernetesObject item, KubernetesObject? old = null);
}

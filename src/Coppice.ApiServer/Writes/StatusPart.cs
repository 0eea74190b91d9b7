using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Writes;

/// <summary>How the object is, as whoever looks after it reports.</summary>
internal sealed class StatusPart : WritePart
{
    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item) =>
        write.Strategy.DateStatus(write.Strategy.PrepareForStatusUpdate(item!, write.Old), write.Old, write.Now);

    public override Findings<FieldError> Validate(PendingWrite write, KubernetesObject item) =>
        [.. MetadataErrors(write, item), .. write.Strategy.ValidateStatusUpdate(item, write.Old)];
}

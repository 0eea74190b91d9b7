using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Writes;

/// <summary>That the object is to go: at once, or by and by.</summary>
internal sealed class DeletionPart : WritePart
{
    public override bool IsView => true;

    public override Tracking Tracks => Tracking.Nothing;

    public override WriteRequest Open(WriteRequest request, WriteChange change) => Deletion.Open(request, OptionsOf(request));

    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item) => Deletion.Begin(write, OptionsOf(write.Request));

    public override Findings<FieldError> Validate(PendingWrite write, KubernetesObject item) => [];

    private static DeleteOptions OptionsOf(WriteRequest request) => request.Options.Deletion ?? new DeleteOptions();
}

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;

namespace Coppice.ApiServer.Writes;

/// <summary>The object as a whole, new or not. What of it has a door of its own is kept from the old version by its kind's strategy.</summary>
internal sealed class MainPart : WritePart
{
    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item) =>
        write.IsNew ? write.Strategy.SignCreate(write.Strategy.PrepareForCreate(item!), write.Request.User) : write.Strategy.PrepareForUpdate(item!, write.Old);

    public override Findings<FieldError> Validate(PendingWrite write, KubernetesObject item) => write.IsNew
        ? [.. ObjectMetaValidation.Validate(item.Metadata, write.Request.Kind, write.Request.Served.NameRule), .. write.Strategy.Validate(item)]
        : base.Validate(write, item);

    public override IReadOnlyList<string> Warnings(PendingWrite write, KubernetesObject item) => write.Strategy.Warnings(item, write.IsNew ? null : write.Old);
}

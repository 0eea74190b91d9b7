using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Writes;

/// <summary>A pod's ephemeral containers: everything else is kept from the old version.</summary>
internal sealed class EphemeralContainersPart : WritePart
{
    public override Tracking Tracks => Tracking.WhatIsStored;

    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item) =>
        PodStrategy.WithEphemeralContainers((Pod)item!, (Pod)write.Old);

    public override Findings<FieldError> Validate(PendingWrite write, KubernetesObject item) =>
        [.. MetadataErrors(write, item), .. PodStrategy.ValidateEphemeralContainers((Pod)item, (Pod)write.Old)];
}

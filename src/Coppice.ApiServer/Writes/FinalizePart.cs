using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Writes;

/// <summary>A namespace's own finalizers, which nothing else writes; with none left, it goes.</summary>
internal sealed class FinalizePart : WritePart
{
    public override Tracking Tracks => Tracking.WhatIsStored;

    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item) =>
        NamespaceStrategy.WithFinalizers((Namespace)item!, (Namespace)write.Old);
}

using Coppice.ApiServer.Kinds;
using Coppice.Objects;

namespace Coppice.ApiServer.Ownership;

/// <summary>Fields that a door does not write whatever is sent, so that nobody owns them by sending them there.</summary>
internal static class ResetFields
{
    private static readonly FieldSet Status = FieldSet.OfPath("status");
    private static readonly FieldSet Spec = FieldSet.OfPath("spec");

    // Of a pod and a deployment the status' door also leaves some of the metadata; of a kind made at run time all but the status.
    private static readonly FieldSet PodStatus = Spec.Union(FieldSet.OfPath("metadata", "deletionTimestamp")).Union(FieldSet.OfPath("metadata", "ownerReferences"));
    private static readonly FieldSet DeploymentStatus = Spec.Union(FieldSet.OfPath("metadata", "labels"));
    private static readonly FieldSet CustomStatus =
        Spec.Union(FieldSet.OfPath("apiVersion")).Union(FieldSet.OfPath("kind")).Union(FieldSet.OfPath("metadata"));

    private static readonly FieldSet Scale = CustomStatus.Without(Spec).Union(Status);

    /// <param name="subresource">Empty for the object as a whole.</param>
    public static FieldSet Of(ServedKind served, string subresource) => subresource switch
    {
        "" => served.Find("status") is null ? FieldSet.Empty : Status,
        "status" when served.Kind.IsCustom => CustomStatus,
        "status" => served.Kind.QualifiedResource switch
        {
            "pods" => PodStatus,
            "deployments.apps" => DeploymentStatus,
            _ => Spec,
        },
        "scale" => Scale,
        _ => FieldSet.Empty,
    };
}

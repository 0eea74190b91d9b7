using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Nodes: their agents report what they have, and administrators say who may use it.</summary>
internal sealed class NodeStrategy : KindStrategy<Node>
{
    /// <summary>A node that reserves nothing for itself offers all it has.</summary>
    public override Node Default(Node item) => item.Status.Allocatable.IsEmpty && !item.Status.Capacity.IsEmpty
        ? item with { Status = item.Status with { Allocatable = item.Status.Capacity } }
        : item;

    public override Node PrepareForUpdate(Node item, Node old) => item with { Status = old.Status };

    public override Node PrepareForStatusUpdate(Node item, Node old) => item with { Spec = old.Spec };

    public override Findings<FieldError> Validate(Node item)
    {
        var taints = FieldPath.Of("spec", "taints");
        return
        [
            .. FieldRules.Each(taints, item.Spec.Taints, Taint),
            .. FieldRules.Repeated(item.Spec.Taints, t => (t.Key, t.Effect))
                .Select(r => FieldError.Duplicate(taints.Index(r.Index), item.Spec.Taints[r.Index])),
            .. FieldRules.Each(FieldPath.Of("spec", "podCIDRs"), item.Spec.PodCIDRs, FieldRules.Range),
            .. FieldRules.If(
                item.Spec.PodCIDRs.Count > 2 || (item.Spec.PodCIDRs is [var first, var second] && first.Contains(':') == second.Contains(':')),
                () => FieldError.Invalid(FieldPath.Of("spec", "podCIDRs"), item.Spec.PodCIDRs, "may specify no more than one CIDR for each IP family")),
            .. Amounts(FieldPath.Of("status", "capacity"), item.Status.Capacity),
            .. Amounts(FieldPath.Of("status", "allocatable"), item.Status.Allocatable),
        ];
    }

    /// <summary>As for the rest: Kubernetes knows one validation of updates of nodes.</summary>
    public override Findings<FieldError> ValidateStatusUpdate(Node item, Node old) =>
    [
        .. ValidateUpdate(item, old),
        .. FieldRules.Repeated(item.Status.Addresses, a => a)
            .Select(r => FieldError.Duplicate(FieldPath.Of("status", "addresses").Index(r.Index), r.Key)),
    ];

    private static Findings<FieldError> Amounts(FieldPath path, ValueMap<Quantity> amounts) =>
        [.. amounts.SelectMany(a => ResourceValidation.Amount(path.Child(a.Key), a.Key, a.Value))];

    public override Findings<FieldError> ValidateUpdate(Node item, Node old) =>
    [
        .. Validate(item),
        .. FieldRules.If(
            !old.Spec.PodCIDRs.IsEmpty && item.Spec.PodCIDRs != old.Spec.PodCIDRs,
            () => FieldError.Forbidden(FieldPath.Of("spec", "podCIDRs"), "node updates may not change podCIDR except from \"\" to valid")),
        .. FieldRules.If(
            old.Spec.ProviderID is not null && item.Spec.ProviderID != old.Spec.ProviderID,
            () => FieldError.Forbidden(FieldPath.Of("spec", "providerID"), "node updates may not change providerID except from \"\" to valid")),
    ];

    private static Findings<FieldError> Taint(FieldPath path, Taint taint) =>
    [
        .. FieldRules.Named(path.Child("key"), taint.Key, Names.Qualified),
        .. FieldRules.Named(path.Child("value"), taint.Value ?? "", Names.LabelValue),
        .. SchedulingValidation.Effect(path.Child("effect"), taint.Effect),
    ];
}

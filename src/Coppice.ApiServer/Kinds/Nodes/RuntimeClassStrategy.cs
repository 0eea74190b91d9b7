using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Node;

namespace Coppice.ApiServer.Kinds.Nodes;

/// <summary>RuntimeClasses: what a name leads to stays as it is.</summary>
internal sealed class RuntimeClassStrategy : KindStrategy<RuntimeClass>
{
    private static readonly FieldPath Handler = FieldPath.Of("handler");

    public override RuntimeClass Default(RuntimeClass item) => item.Overhead is { } overhead
        ? item with { Overhead = overhead with { PodFixed = ContainerDefaults.RoundUp(overhead.PodFixed) } }
        : item;

    public override Findings<FieldError> Validate(RuntimeClass item) =>
    [
        .. FieldRules.Named(Handler, item.Handler, Names.Label),
        .. item.Overhead is { } overhead ? ResourceValidation.Validate(FieldPath.Of("overhead"), new() { Limits = overhead.PodFixed }) : [],
        .. item.Scheduling is { } scheduling ? OfScheduling(FieldPath.Of("scheduling"), scheduling) : [],
    ];

    public override Findings<FieldError> ValidateUpdate(RuntimeClass item, RuntimeClass old) => FieldRules.Unchanged(Handler, item.Handler, old.Handler);

    private static Findings<FieldError> OfScheduling(FieldPath path, Objects.Node.Scheduling scheduling)
    {
        var tolerations = path.Child("tolerations");
        return
        [
            .. LabelValidation.Labels(path.Child("nodeSelector"), scheduling.NodeSelector),
            .. SchedulingValidation.Tolerations(tolerations, scheduling.Tolerations),
            .. FieldRules.Repeated(scheduling.Tolerations, one => one).Select(r => FieldError.Duplicate(tolerations.Index(r.Index), r.Key)),
        ];
    }
}

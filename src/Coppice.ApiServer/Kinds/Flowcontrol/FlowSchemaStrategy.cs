using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Kinds.Flowcontrol;

/// <summary>FlowSchemas: those that every server needs stay as they are.</summary>
internal sealed class FlowSchemaStrategy : KindStrategy<FlowSchema>
{
    private const int Precedence = 1000;

    public override FlowSchema Default(FlowSchema item) => item.Spec.MatchingPrecedence == 0
        ? item with { Spec = item.Spec with { MatchingPrecedence = Precedence } }
        : item;

    public override FlowSchema PrepareForCreate(FlowSchema item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override FlowSchema PrepareForUpdate(FlowSchema item, FlowSchema old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override FlowSchema PrepareForStatusUpdate(FlowSchema item, FlowSchema old) => item with { Metadata = StatusMetadata(item, old), Spec = old.Spec };

    public override Findings<FieldError> Validate(FlowSchema item) => FlowSchemaValidation.Validate(item);

    public override Findings<FieldError> ValidateStatusUpdate(FlowSchema item, FlowSchema old) =>
        FlowSchemaValidation.Conditions(item.Status.Conditions, condition => condition.Type);
}

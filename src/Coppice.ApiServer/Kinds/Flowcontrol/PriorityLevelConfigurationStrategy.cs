using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Kinds.Flowcontrol;

/// <summary>PriorityLevelConfigurations: those that every server needs stay as they are.</summary>
internal sealed class PriorityLevelConfigurationStrategy : KindStrategy<PriorityLevelConfiguration>
{
    private const int Shares = 30;
    private const int Queues = 64;
    private const int HandSize = 8;
    private const int QueueLength = 50;

    public override PriorityLevelConfiguration Default(PriorityLevelConfiguration item) => item with
    {
        Spec = item.Spec with
        {
            Limited = item.Spec.Limited is { } limited ? Default(limited) : null,
            Exempt = item.Spec.Exempt is { } exempt
                ? exempt with { NominalConcurrencyShares = exempt.NominalConcurrencyShares ?? 0, LendablePercent = exempt.LendablePercent ?? 0 }
                : null,
        },
    };

    public override PriorityLevelConfiguration PrepareForCreate(PriorityLevelConfiguration item) =>
        item with { Metadata = FirstGeneration(item), Status = new() };

    public override PriorityLevelConfiguration PrepareForUpdate(PriorityLevelConfiguration item, PriorityLevelConfiguration old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override PriorityLevelConfiguration PrepareForStatusUpdate(PriorityLevelConfiguration item, PriorityLevelConfiguration old) =>
        item with { Metadata = StatusMetadata(item, old), Spec = old.Spec };

    public override Findings<FieldError> Validate(PriorityLevelConfiguration item) => PriorityLevelValidation.Validate(item);

    public override Findings<FieldError> ValidateStatusUpdate(PriorityLevelConfiguration item, PriorityLevelConfiguration old) =>
        FlowSchemaValidation.Conditions(item.Status.Conditions, condition => condition.Type);

    private static LimitedPriorityLevelConfiguration Default(LimitedPriorityLevelConfiguration limited) => limited with
    {
        NominalConcurrencyShares = limited.NominalConcurrencyShares ?? Shares,
        LendablePercent = limited.LendablePercent ?? 0,
        LimitResponse = limited.LimitResponse.Queuing is { } queuing
            ? limited.LimitResponse with
            {
                Queuing = new()
                {
                    Queues = queuing.Queues == 0 ? Queues : queuing.Queues,
                    HandSize = queuing.HandSize == 0 ? HandSize : queuing.HandSize,
                    QueueLengthLimit = queuing.QueueLengthLimit == 0 ? QueueLength : queuing.QueueLengthLimit,
                },
            }
            : limited.LimitResponse,
    };
}

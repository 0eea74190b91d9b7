using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Flowcontrol;
using Coppice.Objects;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Validation;

/// <summary>How many requests of one importance are served at a time.</summary>
internal static class PriorityLevelValidation
{
    private const string Exempt = "exempt";

    private const int QueuesLimit = 10_000_000;

    // As many bits as the hash has by which flows are dealt their queues.
    private const int HashBits = 60;

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public static Findings<FieldError> Validate(PriorityLevelConfiguration item) =>
        [.. Spec(item.Metadata.Name ?? "", item.Spec), .. Fixed(item.Metadata.Name ?? "", item.Spec)];

    private static Findings<FieldError> Fixed(string name, PriorityLevelConfigurationSpec spec)
    {
        if (FlowDefaults.MandatoryLevels.FirstOrDefault(one => one.Metadata.Name == name) is not { } mandatory)
        {
            return [];
        }

        // How much an exempt level lends is the administrator's to say.
        return name == Exempt
            ? FieldRules.If(
                spec with { Exempt = null } != mandatory.Spec with { Exempt = null },
                () => FieldError.Invalid(SpecPath, spec, $"spec of '{name}' except the 'spec.exempt' field must equal the fixed value"))
            : FieldRules.If(spec != mandatory.Spec, () => FieldError.Invalid(SpecPath, spec, $"spec of '{name}' must equal the fixed value"));
    }

    private static Findings<FieldError> Spec(string name, PriorityLevelConfigurationSpec spec)
    {
        var (type, limited, exempt) = (SpecPath.Child("type"), SpecPath.Child("limited"), SpecPath.Child("exempt"));
        return
        [
            .. FieldRules.If(
                (name == Exempt) != (spec.Type == PriorityLevelEnablement.Exempt),
                () => FieldError.Invalid(type, spec.Type, "type must be 'Exempt' if and only if name is 'exempt'")),
            .. spec switch
            {
                { Type: PriorityLevelEnablement.Exempt } =>
                [
                    .. FieldRules.If(spec.Limited is not null, () => FieldError.Forbidden(limited, "must be nil if the type is not Limited")),
                    .. spec.Exempt is { } given ? Shares(exempt, given.NominalConcurrencyShares, given.LendablePercent) : [],
                ],
                { Type: PriorityLevelEnablement.Limited } =>
                [
                    .. FieldRules.If(spec.Exempt is not null, () => FieldError.Forbidden(exempt, "must be nil if the type is Limited")),
                    .. spec.Limited is { } given ? Limited(limited, given) : [FieldError.Required(limited, "must not be empty when type is Limited")],
                ],
                _ => (Findings<FieldError>)[FieldError.NotSupported(type, spec.Type, PriorityLevelEnablement.Exempt, PriorityLevelEnablement.Limited)],
            },
        ];
    }

    private static Findings<FieldError> Shares(FieldPath path, int? shares, int? lendable) =>
    [
        .. NotNegative(path.Child("nominalConcurrencyShares"), shares, "must be a non-negative integer"),
        .. FieldRules.InRange(path.Child("lendablePercent"), lendable, 0, 100),
    ];

    private static Findings<FieldError> NotNegative(FieldPath path, int? value, string rule) =>
        FieldRules.If(value < 0, () => FieldError.Invalid(path, value, rule));

    private static Findings<FieldError> Limited(FieldPath path, LimitedPriorityLevelConfiguration limited)
    {
        var (response, queuing) = (path.Child("limitResponse"), path.Child("limitResponse", "queuing"));
        return
        [
            .. NotNegative(path.Child("nominalConcurrencyShares"), limited.NominalConcurrencyShares, "must be a non-negative integer"),
            .. limited.LimitResponse switch
            {
                { Type: LimitResponseType.Reject, Queuing: not null } =>
                    [FieldError.Forbidden(queuing, "must be nil if limited.limitResponse.type is not Limited")],
                { Type: LimitResponseType.Queue, Queuing: null } =>
                    [FieldError.Required(queuing, "must not be empty if limited.limitResponse.type is Limited")],
                { Type: LimitResponseType.Queue, Queuing: { } given } => Queuing(queuing, given),
                { Type: LimitResponseType.Reject } => Findings<FieldError>.None,
                _ => [FieldError.NotSupported(response.Child("type"), limited.LimitResponse.Type, LimitResponseType.Queue, LimitResponseType.Reject)],
            },
            .. FieldRules.InRange(path.Child("lendablePercent"), limited.LendablePercent, 0, 100),
            .. NotNegative(path.Child("borrowingLimitPercent"), limited.BorrowingLimitPercent, "if specified, must be a non-negative integer"),
        ];
    }

    private static Findings<FieldError> Queuing(FieldPath path, QueuingConfiguration queuing)
    {
        const string Positive = "must be positive";
        var (queues, hand) = (path.Child("queues"), path.Child("handSize"));
        return
        [
            .. FieldRules.If(
                queuing.QueueLengthLimit <= 0, () => FieldError.Invalid(path.Child("queueLengthLimit"), queuing.QueueLengthLimit, Positive)),
            .. queuing.Queues <= 0 ? [FieldError.Invalid(queues, queuing.Queues, Positive)]
                : FieldRules.If(
                    queuing.Queues > QueuesLimit, () => FieldError.Invalid(queues, queuing.Queues, $"must not be greater than {QueuesLimit}")),
            .. queuing.HandSize <= 0 ? [FieldError.Invalid(hand, queuing.HandSize, Positive)]
                : queuing.HandSize > queuing.Queues
                    ? [FieldError.Invalid(hand, queuing.HandSize, $"should not be greater than queues ({queuing.Queues})")]
                : BitsOf(queuing) > HashBits
                    ? [FieldError.Invalid(
                        hand,
                        queuing.HandSize,
                        $"required entropy bits of deckSize {queuing.Queues} and handSize {queuing.HandSize} should not be greater than {HashBits}")]
                : Findings<FieldError>.None,
        ];
    }

    /// <summary>How many bits it takes to tell all hands apart that may be dealt.</summary>
    private static int BitsOf(QueuingConfiguration queuing)
    {
        var bits = 0.0;
        for (var i = 0; i < queuing.HandSize && bits <= HashBits; i++)
        {
            bits += Math.Log2(queuing.Queues - i);
        }

        return (int)Math.Ceiling(bits);
    }
}

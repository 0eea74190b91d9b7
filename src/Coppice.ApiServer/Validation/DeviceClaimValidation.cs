using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Cel;
using Coppice.Cel.Devices;
using Coppice.Objects;
using Coppice.Objects.Resource;
using ResourceName = Coppice.Objects.Core.ResourceName;

namespace Coppice.ApiServer.Validation;

/// <summary>What claims ask for of devices, and the classes by which they do.</summary>
internal static class DeviceClaimValidation
{
    public const int RequestsMax = 32;
    public const int ConfigurationsMax = 32;

    private const int SelectorsMax = 32;
    private const int ConstraintsMax = 32;
    private const int ChoicesMax = 8;
    private const int ExpressionBytesMax = 10 * 1024;
    private const int ParameterBytesMax = 10 * 1024;

    private const string OneOf = "exactly one of `exactly` or `firstAvailable` is required";

    public static Findings<FieldError> Class(FieldPath path, DeviceClassSpec spec) =>
    [
        .. BoundedLists.List(path.Child("selectors"), spec.Selectors, SelectorsMax, Selector),
        .. BoundedLists.List(path.Child("config"), spec.Config, ConfigurationsMax, (at, one) => Configuration(at, one.Opaque)),
        .. spec.ExtendedResourceName is { } name && !ResourceName.IsExtended(name)
            ? [FieldError.Invalid(path.Child("extendedResourceName"), name, "must be a valid extended resource name")]
            : Findings<FieldError>.None,
    ];

    public static Findings<FieldError> Claim(FieldPath path, ResourceClaimSpec spec)
    {
        var (devices, known) = (path.Child("devices"), RequestNames(spec));
        return
        [
            .. BoundedLists.Set(devices.Child("requests"), spec.Devices.Requests, RequestsMax, Request, one => one.Name),
            .. BoundedLists.List(devices.Child("constraints"), spec.Devices.Constraints, ConstraintsMax, (at, one) => Constraint(at, one, known)),
            .. BoundedLists.List(
                devices.Child("config"),
                spec.Devices.Config,
                ConfigurationsMax,
                (at, one) => [.. Requests(at.Child("requests"), one.Requests, known), .. Configuration(at, one.Opaque)]),
        ];
    }

    /// <summary>The requests of a claim, and their choices as "request/choice".</summary>
    public static HashSet<string> RequestNames(ResourceClaimSpec spec) =>
    [
        .. spec.Devices.Requests.Select(one => one.Name),
        .. spec.Devices.Requests.SelectMany(one => one.FirstAvailable.Select(choice => $"{one.Name}/{choice.Name}")),
    ];

    /// <summary>Which requests something is about.</summary>
    public static Findings<FieldError> Requests(FieldPath path, ValueList<string> names, IReadOnlySet<string> known) =>
        BoundedLists.Set(path, names, RequestsMax, (at, name) => DeviceNames.Request(at, name, known), name => name);

    public static Findings<FieldError> Configuration(FieldPath path, OpaqueDeviceConfiguration? opaque)
    {
        var at = path.Child("opaque");
        return opaque is null
            ? [FieldError.Required(at)]
            : [.. DeviceNames.Driver(at.Child("driver"), opaque.Driver), .. Parameters(at.Child("parameters"), opaque.Parameters, ParameterBytesMax)];
    }

    public static Findings<FieldError> Parameters(FieldPath path, JsonElement? value, int bytesMax) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => [FieldError.Required(path)],
        { } given when System.Text.Encoding.UTF8.GetByteCount(given.GetRawText()) > bytesMax => [FieldError.TooLong(path, bytesMax)],
        { ValueKind: not JsonValueKind.Object } => [FieldError.Invalid(path, "<value omitted>", "must be a valid JSON object")],
        _ => [],
    };

    private static Findings<FieldError> Request(FieldPath path, DeviceRequest request) =>
    [
        .. FieldRules.Named(path.Child("name"), request.Name, Names.Label),
        .. (request.Exactly, request.FirstAvailable.IsEmpty) switch
        {
            (null, true) => [FieldError.Required(path, OneOf)],
            (not null, false) => [FieldError.Invalid(path, null, $"{OneOf}, but multiple fields are set")],
            ({ } exactly, true) => Exactly(path.Child("exactly"), exactly),
            (null, false) => BoundedLists.Set(path.Child("firstAvailable"), request.FirstAvailable, ChoicesMax, Choice, one => one.Name),
        },
    ];

    private static Findings<FieldError> Exactly(FieldPath path, ExactDeviceRequest request) =>
        Wanted(path, request.DeviceClassName, request.Selectors, request.AllocationMode, request.Count, request.Tolerations);

    private static Findings<FieldError> Choice(FieldPath path, DeviceSubRequest request) =>
    [
        .. FieldRules.Named(path.Child("name"), request.Name, Names.Label),
        .. Wanted(path, request.DeviceClassName, request.Selectors, request.AllocationMode, request.Count, request.Tolerations),
    ];

    private static Findings<FieldError> Wanted(
        FieldPath path, string className, ValueList<DeviceSelector> selectors, string? mode, long count, ValueList<DeviceToleration> tolerations) =>
    [
        .. DeviceNames.Class(path.Child("deviceClassName"), className),
        .. BoundedLists.List(path.Child("selectors"), selectors, SelectorsMax, Selector),
        .. mode switch
        {
            DeviceAllocationMode.All => FieldRules.If(
                count != 0, () => FieldError.Invalid(path.Child("count"), count, $"must not be specified when allocationMode is '{mode}'")),
            DeviceAllocationMode.ExactCount => FieldRules.If(
                count <= 0, () => FieldError.Invalid(path.Child("count"), count, FieldRules.NotPositive)),
            _ => [FieldError.NotSupported(path.Child("allocationMode"), mode ?? "", DeviceAllocationMode.All, DeviceAllocationMode.ExactCount)],
        },
        .. FieldRules.Each(path.Child("tolerations"), tolerations, Toleration),
    ];

    private static Findings<FieldError> Selector(FieldPath path, DeviceSelector selector)
    {
        var at = path.Child("cel", "expression");
        return selector.Cel?.Expression switch
        {
            null => [FieldError.Required(path.Child("cel"))],
            { Length: > ExpressionBytesMax } => [FieldError.TooLong(at, ExpressionBytesMax)],
            var text => DeviceExpression.Compile(text, out var problem) switch
            {
                null => [FieldError.Invalid(at, text, problem!)],
                { CostMax: > CelLimits.PerCall } => [FieldError.Forbidden(at, "too complex, exceeds cost limit")],
                _ => [],
            },
        };
    }

    private static Findings<FieldError> Constraint(FieldPath path, DeviceConstraint constraint, HashSet<string> known) =>
    [
        .. Requests(path.Child("requests"), constraint.Requests, known),
        .. constraint switch
        {
            { MatchAttribute: { } match } => DeviceNames.FullyQualified(path.Child("matchAttribute"), match),
            { DistinctAttribute: { } distinct } => DeviceNames.FullyQualified(path.Child("distinctAttribute"), distinct),
            _ => [FieldError.Required(path, "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set")],
        },
    ];

    private static Findings<FieldError> Toleration(FieldPath path, DeviceToleration toleration)
    {
        var value = path.Child("value");
        return
        [
            .. string.IsNullOrEmpty(toleration.Key) ? [] : FieldRules.Named(path.Child("key"), toleration.Key, Names.Qualified),
            .. toleration.Operator switch
            {
                DeviceTolerationOperator.Exists => FieldRules.If(
                    !string.IsNullOrEmpty(toleration.Value), () => FieldError.Invalid(value, toleration.Value, "must be empty for operator `Exists`")),
                DeviceTolerationOperator.Equal => FieldRules.Named(value, toleration.Value ?? "", Names.LabelValue),
                _ => FieldRules.OneOf(path.Child("operator"), toleration.Operator, DeviceTolerationOperator.Equal, DeviceTolerationOperator.Exists),
            },
            .. string.IsNullOrEmpty(toleration.Effect) ? [] : Effect(path.Child("effect"), toleration.Effect),
        ];
    }

    /// <summary>Of a taint it is required.</summary>
    public static Findings<FieldError> Effect(FieldPath path, string? effect) =>
        FieldRules.OneOf(path, effect, DeviceTaintEffect.NoExecute, DeviceTaintEffect.NoSchedule, DeviceTaintEffect.None);
}

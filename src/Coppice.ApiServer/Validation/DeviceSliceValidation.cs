using System.Text.RegularExpressions;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Validation;

/// <summary>The devices that drivers have to give.</summary>
internal static partial class DeviceSliceValidation
{
    private const int DevicesMax = 128;
    private const int ComplexDevicesMax = 64;
    private const int CounterSetsMax = 8;
    private const int CountersMax = 32;
    private const int ConsumptionsMax = 2;
    private const int PropertiesMax = 32;
    private const int TaintsMax = 16;
    private const int AttributeTextMax = 64;

    private const string OneNodeField = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    private const string OneDeviceField =
        "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

    private static readonly FieldPath Path = FieldPath.Of("spec");

    /// <param name="old">Null for a new one.</param>
    public static Findings<FieldError> Spec(ResourceSliceSpec spec, ResourceSliceSpec? old)
    {
        var pool = Path.Child("pool");
        var isComplex = spec.Devices.Any(device => !device.Taints.IsEmpty || !device.ConsumesCounters.IsEmpty);
        return
        [
            .. DeviceNames.Driver(Path.Child("driver"), spec.Driver),
            .. DeviceNames.Pool(pool.Child("name"), spec.Pool.Name),
            .. FieldRules.If(
                spec.Pool.ResourceSliceCount <= 0,
                () => FieldError.Invalid(pool.Child("resourceSliceCount"), spec.Pool.ResourceSliceCount, FieldRules.NotPositive)),
            .. FieldRules.If(
                spec.Pool.Generation < 0,
                () => FieldError.Invalid(pool.Child("generation"), spec.Pool.Generation, "must be greater than or equal to zero")),
            .. old is null ? [] : Unchanged(spec, old),
            .. Place(spec),
            .. FieldRules.If(
                !spec.SharedCounters.IsEmpty && !spec.Devices.IsEmpty,
                () => FieldError.Invalid(Path, "", "only one of `sharedCounters` or `devices` is allowed")),
            .. BoundedLists.Set(
                Path.Child("devices"),
                spec.Devices,
                isComplex ? ComplexDevicesMax : DevicesMax,
                (at, device) => Device(at, device, old?.Devices.FirstOrDefault(one => one.Name == device.Name), spec.PerDeviceNodeSelection == true),
                device => device.Name),
            .. BoundedLists.Set(
                Path.Child("sharedCounters"),
                spec.SharedCounters,
                CounterSetsMax,
                (at, set) => [.. FieldRules.RequiredName(at.Child("name"), set.Name, Names.Label), .. Counters(at, set.Counters)],
                set => set.Name),
        ];
    }

    private static Findings<FieldError> Unchanged(ResourceSliceSpec spec, ResourceSliceSpec old) =>
    [
        .. FieldRules.Unchanged(Path.Child("pool", "name"), spec.Pool.Name, old.Pool.Name),
        .. FieldRules.Unchanged(Path.Child("driver"), spec.Driver, old.Driver),
        .. FieldRules.Unchanged(Path.Child("nodeName"), spec.NodeName, old.NodeName),
    ];

    private static Findings<FieldError> Place(ResourceSliceSpec spec)
    {
        var errors = Where(Path, spec.NodeName, spec.NodeSelector, spec.AllNodes, out var set);
        if (spec.NodeSelector is { NodeSelectorTerms: { Count: not 1 } terms })
        {
            errors.Add(FieldError.Invalid(Path.Child("nodeSelector", "nodeSelectorTerms"), terms, "must have exactly one node selector term"));
        }

        if (spec.PerDeviceNodeSelection is { } each)
        {
            errors.AddRange(OnlyTrue(Path.Child("perDeviceNodeSelection"), each));
            set.AddRange(each ? ["`perDeviceNodeSelection`"] : Array.Empty<string>());
        }

        errors.AddRange(set.Count switch
        {
            0 => [FieldError.Required(Path, OneNodeField)],
            1 => [],
            _ => [FieldError.Invalid(Path, $"{{{string.Join(", ", set)}}}", $"{OneNodeField}, but multiple fields are set")],
        });
        return errors;
    }

    private static Findings<FieldError> PlaceOfDevice(FieldPath path, Device device, bool hasItsOwn)
    {
        if (!hasItsOwn)
        {
            return FieldRules.If(device.NodeName is not null || device.NodeSelector is not null || device.AllNodes is not null, () => FieldError.Invalid(
                path, null, "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec"));
        }

        var errors = Where(path, device.NodeName, device.NodeSelector, device.AllNodes, out var set);
        errors.AddRange(set.Count switch
        {
            0 => [FieldError.Required(path, OneDeviceField)],
            1 => [],
            _ => [FieldError.Invalid(path, $"{{{string.Join(", ", set)}}}", OneDeviceField)],
        });
        return errors;
    }

    /// <param name="set">Which of the fields say where it is.</param>
    private static Findings<FieldError> Where(FieldPath path, string? nodeName, NodeSelector? selector, bool? allNodes, out List<string> set)
    {
        set = [.. nodeName is null ? [] : (string[])["`nodeName`"], .. selector is null ? [] : (string[])["`nodeSelector`"], .. allNodes == true ? (string[])["`allNodes`"] : []];
        return
        [
            .. nodeName is null ? [] : FieldRules.Named(path.Child("nodeName"), nodeName, Names.Subdomain),
            .. selector is null ? [] : SchedulingValidation.Selector(path.Child("nodeSelector"), selector),
            .. allNodes is { } all ? OnlyTrue(path.Child("allNodes"), all) : [],
        ];
    }

    private static Findings<FieldError> OnlyTrue(FieldPath path, bool value) =>
        FieldRules.If(!value, () => FieldError.Invalid(path, value, "must be either unset or set to true"));

    private static Findings<FieldError> Device(FieldPath path, Device device, Device? old, bool hasPlace)
    {
        var properties = device.Attributes.Count + device.Capacity.Count;
        var capacity = path.Child("capacity");
        return
        [
            .. FieldRules.Named(path.Child("name"), device.Name, Names.Label),
            .. FieldRules.If(
                properties > PropertiesMax,
                () => FieldError.Invalid(path, properties, $"the total number of attributes and capacities must not exceed {PropertiesMax}")),
            .. BoundedLists.Map(path.Child("attributes"), device.Attributes, int.MaxValue, DeviceNames.Qualified, Attribute),
            .. BoundedLists.Map(capacity, device.Capacity, int.MaxValue, DeviceNames.Qualified, (at, one) => Capacity(at, one, device.AllowMultipleAllocations == true)),
            .. old is not null && old.Taints == device.Taints ? [] : BoundedLists.List(path.Child("taints"), device.Taints, TaintsMax, Taint),
            .. BoundedLists.Set(
                path.Child("consumesCounters"),
                device.ConsumesCounters,
                ConsumptionsMax,
                (at, one) => [.. FieldRules.RequiredName(at.Child("counterSet"), one.CounterSet, Names.Label), .. Counters(at, one.Counters)],
                one => one.CounterSet),
            .. PlaceOfDevice(path, device, hasPlace),
            .. DeviceAllocationValidation.Binding(path, device.BindingConditions, device.BindingFailureConditions),
        ];
    }

    private static Findings<FieldError> Counters(FieldPath path, ValueMap<Counter> counters) => counters.IsEmpty
        ? [FieldError.Required(path.Child("counters"))]
        : BoundedLists.Map(path.Child("counters"), counters, CountersMax, (at, name) => FieldRules.Named(at, name, Names.Label), (_, _) => []);

    private static Findings<FieldError> Attribute(FieldPath path, DeviceAttribute attribute)
    {
        var count = (attribute.Bool is null ? 0 : 1) + (attribute.Int is null ? 0 : 1) + (attribute.String is null ? 0 : 1) + (attribute.Version is null ? 0 : 1);
        return
        [
            .. FieldRules.If(attribute.String?.Length > AttributeTextMax, () => FieldError.TooLong(path.Child("string"), AttributeTextMax)),
            .. attribute.Version is { } version && !IsVersion().IsMatch(version)
                ? [FieldError.Invalid(path.Child("version"), version, "must be a string compatible with semver.org spec 2.0.0")]
                : Findings<FieldError>.None,
            .. FieldRules.If(attribute.Version?.Length > AttributeTextMax, () => FieldError.TooLong(path.Child("version"), AttributeTextMax)),
            .. FieldRules.If(count != 1, () => FieldError.Invalid(path, count == 0 ? "" : attribute, "exactly one value must be specified")),
        ];
    }

    private static Findings<FieldError> Capacity(FieldPath path, DeviceCapacity capacity, bool isShared)
    {
        var at = path.Child("requestPolicy");
        return (capacity.RequestPolicy, isShared) switch
        {
            (null, _) => [],
            (_, false) => [FieldError.Forbidden(at, "allowMultipleAllocations must be true")],
            ({ } policy, _) => CapacityPolicyValidation.Policy(at, policy, capacity.Value),
        };
    }

    private static Findings<FieldError> Taint(FieldPath path, DeviceTaint taint) =>
    [
        .. FieldRules.Named(path.Child("key"), taint.Key, Names.Qualified),
        .. string.IsNullOrEmpty(taint.Value) ? [] : FieldRules.Named(path.Child("value"), taint.Value, Names.LabelValue),
        .. DeviceClaimValidation.Effect(path.Child("effect"), taint.Effect),
    ];

    // As semver.org has it.
    [GeneratedRegex(
        @"\A(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z",
        RegexOptions.ECMAScript)]
    private static partial Regex IsVersion();
}

using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Validation;

/// <summary>What was allocated for a claim, and what drivers say of it.</summary>
internal static class DeviceAllocationValidation
{
    private const int ConsumersMax = 256;
    private const int ResultsMax = 32;
    private const int ConditionsMax = 8;
    private const int BindingConditionsMax = 4;
    private const int DataBytesMax = 10 * 1024;
    private const int InterfaceNameMax = 256;
    private const int HardwareAddressMax = 128;
    private const int AddressesMax = 16;

    private static readonly FieldPath Path = FieldPath.Of("status");

    /// <summary>What is allocated stays as it is; who goes away lets nobody else in.</summary>
    public static Findings<FieldError> Status(ResourceClaim item, ResourceClaim old)
    {
        var (status, consumers, allocation) = (item.Status, Path.Child("reservedFor"), Path.Child("allocation"));
        var allocated = (status.Allocation?.Devices.Results ?? default).Select(one => Identity(one.Driver, one.Pool, one.Device, one.ShareID)).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. BoundedLists.Set(consumers, status.ReservedFor, ConsumersMax, Consumer, one => one.Uid),
            .. BoundedLists.Set(
                Path.Child("devices"), status.Devices, int.MaxValue, (at, one) => Device(at, one, allocated), one => Identity(one.Driver, one.Pool, one.Device, one.ShareID)),
            .. (status.ReservedFor.IsEmpty, status.Allocation) switch
            {
                (true, _) => [],
                (_, null) => [FieldError.Forbidden(consumers, "may not be specified when `allocated` is not set")],
                _ => FieldRules.If(
                    item.Metadata.DeletionTimestamp is not null && status.ReservedFor.Except(old.Status.ReservedFor).Any(),
                    () => FieldError.Forbidden(consumers, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set")),
            },
            .. (old.Status.Allocation, status.Allocation) switch
            {
                (_, null) => [],
                (null, { } made) => Allocation(allocation, made, DeviceClaimValidation.RequestNames(item.Spec)),
                var (before, after) => FieldRules.Unchanged(allocation, after, before),
            },
        ];
    }

    /// <summary>What must be true before a pod is bound, and what tells that it will never be: both or neither.</summary>
    public static Findings<FieldError> Binding(FieldPath path, ValueList<string> conditions, ValueList<string> failures)
    {
        var (met, failed) = (path.Child("bindingConditions"), path.Child("bindingFailureConditions"));
        return
        [
            .. BoundedLists.Set(met, conditions, BindingConditionsMax, (at, name) => FieldRules.Named(at, name, Names.Qualified), name => name),
            .. BoundedLists.Set(failed, failures, BindingConditionsMax, (at, name) => FieldRules.Named(at, name, Names.Qualified), name => name),
            .. FieldRules.Each(failed, failures, (at, name) => FieldRules.If(
                conditions.Contains(name), () => FieldError.Invalid(at, name, "bindingFailureConditions must not overlap with bindingConditions"))),
            .. FieldRules.If(
                conditions.IsEmpty && !failures.IsEmpty,
                () => FieldError.Invalid(met, conditions, "bindingConditions are required to use bindingFailureConditions")),
            .. FieldRules.If(
                failures.IsEmpty && !conditions.IsEmpty,
                () => FieldError.Invalid(failed, failures, "bindingFailureConditions are required to use bindingConditions")),
        ];
    }

    private static Findings<FieldError> Consumer(FieldPath path, ResourceClaimConsumerReference consumer) =>
    [
        .. FieldRules.Required(path.Child("resource"), consumer.Resource),
        .. FieldRules.Required(path.Child("name"), consumer.Name),
        .. FieldRules.Required(path.Child("uid"), consumer.Uid),
    ];

    private static Findings<FieldError> Allocation(FieldPath path, AllocationResult allocation, HashSet<string> known)
    {
        var devices = path.Child("devices");
        return
        [
            .. BoundedLists.List(devices.Child("results"), allocation.Devices.Results, ResultsMax, (at, one) => Result(at, one, known)),
            .. BoundedLists.List(
                devices.Child("config"), allocation.Devices.Config, 2 * DeviceClaimValidation.ConfigurationsMax, (at, one) => Configuration(at, one, known)),
            .. allocation.NodeSelector is { } selector ? SchedulingValidation.Selector(path.Child("nodeSelector"), selector) : [],
        ];
    }

    private static Findings<FieldError> Result(FieldPath path, DeviceRequestAllocationResult result, HashSet<string> known) =>
    [
        .. DeviceNames.Request(path.Child("request"), result.Request, known),
        .. Named(path, result.Driver, result.Pool, result.Device),
        .. Binding(path, result.BindingConditions, result.BindingFailureConditions),
        .. Share(path, result.ShareID),
    ];

    private static Findings<FieldError> Configuration(FieldPath path, DeviceAllocationConfiguration configuration, HashSet<string> known) =>
    [
        .. FieldRules.OneOf(path.Child("source"), configuration.Source, AllocationConfigSource.FromClaim, AllocationConfigSource.FromClass),
        .. DeviceClaimValidation.Requests(path.Child("requests"), configuration.Requests, known),
        .. DeviceClaimValidation.Configuration(path, configuration.Opaque),
    ];

    private static Findings<FieldError> Device(FieldPath path, AllocatedDeviceStatus device, HashSet<string> allocated)
    {
        var identity = Identity(device.Driver, device.Pool, device.Device, device.ShareID);
        return
        [
            .. Named(path, device.Driver, device.Pool, device.Device),
            .. Share(path, device.ShareID),
            .. FieldRules.If(!allocated.Contains(identity), () => FieldError.Invalid(path, identity, "must be an allocated device in the claim")),
            .. FieldRules.If(
                device.Conditions.Count > ConditionsMax, () => FieldError.TooMany(path.Child("conditions"), device.Conditions.Count, ConditionsMax)),
            .. ConditionValidation.Validate(path.Child("conditions"), device.Conditions),
            .. device.Data is { } data ? DeviceClaimValidation.Parameters(path.Child("data"), data, DataBytesMax) : [],
            .. device.NetworkData is { } network ? Network(path.Child("networkData"), network) : [],
        ];
    }

    private static Findings<FieldError> Network(FieldPath path, NetworkDeviceData network) =>
    [
        .. FieldRules.If(network.InterfaceName?.Length > InterfaceNameMax, () => FieldError.TooLong(path.Child("interfaceName"), InterfaceNameMax)),
        .. FieldRules.If(
            network.HardwareAddress?.Length > HardwareAddressMax, () => FieldError.TooLong(path.Child("hardwareAddress"), HardwareAddressMax)),
        .. BoundedLists.Set(path.Child("ips"), network.Ips, AddressesMax, FieldRules.Range, one => one),
    ];

    private static Findings<FieldError> Named(FieldPath path, string driver, string pool, string device) =>
    [
        .. DeviceNames.Driver(path.Child("driver"), driver),
        .. DeviceNames.Pool(path.Child("pool"), pool),
        .. FieldRules.Named(path.Child("device"), device, Names.Label),
    ];

    private static Findings<FieldError> Share(FieldPath path, string? share) => share is null || (Guid.TryParseExact(share, "D", out _) && share == share.ToLowerInvariant())
        ? []
        : [FieldError.Invalid(path.Child("shareID"), share, "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters")];

    /// <summary>As messages show it.</summary>
    private static string Identity(string driver, string pool, string device, string? share) =>
        share is null ? $"{driver}/{pool}/{device}" : $"{driver}/{pool}/{device}/{share}";
}

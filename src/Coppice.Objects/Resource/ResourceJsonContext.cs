using System.Text.Json.Serialization;

namespace Coppice.Objects.Resource;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(AllocatedDeviceStatus))]
[JsonSerializable(typeof(AllocationResult))]
[JsonSerializable(typeof(CELDeviceSelector))]
[JsonSerializable(typeof(CapacityRequestPolicy))]
[JsonSerializable(typeof(CapacityRequestPolicyRange))]
[JsonSerializable(typeof(CapacityRequirements))]
[JsonSerializable(typeof(Counter))]
[JsonSerializable(typeof(CounterSet))]
[JsonSerializable(typeof(Device))]
[JsonSerializable(typeof(DeviceAllocationConfiguration))]
[JsonSerializable(typeof(DeviceAllocationResult))]
[JsonSerializable(typeof(DeviceAttribute))]
[JsonSerializable(typeof(DeviceCapacity))]
[JsonSerializable(typeof(DeviceClaim))]
[JsonSerializable(typeof(DeviceClaimConfiguration))]
[JsonSerializable(typeof(DeviceClass))]
[JsonSerializable(typeof(DeviceClassConfiguration))]
[JsonSerializable(typeof(DeviceClassSpec))]
[JsonSerializable(typeof(DeviceConstraint))]
[JsonSerializable(typeof(DeviceCounterConsumption))]
[JsonSerializable(typeof(DeviceRequest))]
[JsonSerializable(typeof(DeviceRequestAllocationResult))]
[JsonSerializable(typeof(DeviceSelector))]
[JsonSerializable(typeof(DeviceSubRequest))]
[JsonSerializable(typeof(DeviceTaint))]
[JsonSerializable(typeof(DeviceToleration))]
[JsonSerializable(typeof(ExactDeviceRequest))]
[JsonSerializable(typeof(NetworkDeviceData))]
[JsonSerializable(typeof(NodeAllocatableResourceMapping))]
[JsonSerializable(typeof(OpaqueDeviceConfiguration))]
[JsonSerializable(typeof(ResourceClaim))]
[JsonSerializable(typeof(ResourceClaimConsumerReference))]
[JsonSerializable(typeof(ResourceClaimSpec))]
[JsonSerializable(typeof(ResourceClaimStatus))]
[JsonSerializable(typeof(ResourceClaimTemplate))]
[JsonSerializable(typeof(ResourceClaimTemplateSpec))]
[JsonSerializable(typeof(ResourcePool))]
[JsonSerializable(typeof(ResourceSlice))]
[JsonSerializable(typeof(ResourceSliceSpec))]
internal sealed partial class ResourceJsonContext : JsonSerializerContext;

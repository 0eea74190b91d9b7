using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>ResourceSlices.</summary>
internal sealed class ResourceSliceStrategy : KindStrategy<ResourceSlice>
{
    public override ResourceSlice PrepareForCreate(ResourceSlice item) => item with { Metadata = FirstGeneration(item), Spec = Kept(item.Spec) };

    public override ResourceSlice PrepareForUpdate(ResourceSlice item, ResourceSlice old)
    {
        var spec = Kept(item.Spec);
        return item with { Metadata = NextGeneration(item, old, spec != old.Spec), Spec = spec };
    }

    public override Findings<FieldError> Validate(ResourceSlice item) => DeviceSliceValidation.Spec(item.Spec, null);

    public override Findings<FieldError> ValidateUpdate(ResourceSlice item, ResourceSlice old) => DeviceSliceValidation.Spec(item.Spec, old.Spec);

    /// <summary>Without the fields that Kubernetes drops unless it is asked to try them: lists as attributes, resources of the node.</summary>
    private static ResourceSliceSpec Kept(ResourceSliceSpec spec) => spec with
    {
        Devices = spec.Devices.ConvertAll(device => device with
        {
            Attributes = device.Attributes.ConvertAll(one => one with { Ints = [], Bools = [], Strings = [], Versions = [] }),
            NodeAllocatableResourceMappings = default,
        }),
    };
}

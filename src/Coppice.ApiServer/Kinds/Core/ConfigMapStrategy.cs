using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>ConfigMaps.</summary>
internal sealed class ConfigMapStrategy : KindStrategy<ConfigMap>
{
    public override Findings<FieldError> Validate(ConfigMap item) => ConfigurationValidation.OfConfigMap(item);

    public override Findings<FieldError> ValidateUpdate(ConfigMap item, ConfigMap old) =>
    [
        .. ConfigurationValidation.Kept(
            item.Immutable, old.Immutable, ("data", item.Data != old.Data), ("binaryData", item.BinaryData != old.BinaryData)),
        .. Validate(item),
    ];
}

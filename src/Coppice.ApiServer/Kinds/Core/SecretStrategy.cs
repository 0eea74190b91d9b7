using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Secrets: text is turned into data, and what a type promises must be there.</summary>
internal sealed class SecretStrategy : KindStrategy<Secret>
{
    public override Secret Default(Secret item) => item with
    {
        Type = item.Type ?? SecretType.Opaque,
        Data = item.Data.With(item.StringData.Select(s => KeyValuePair.Create(s.Key, Base64Data.FromText(s.Value)))),
        StringData = default,
    };

    public override Findings<FieldError> Validate(Secret item) => ConfigurationValidation.OfSecret(item);

    public override Findings<FieldError> ValidateUpdate(Secret item, Secret old) =>
    [
        .. FieldRules.Unchanged(FieldPath.Of("type"), item.Type, old.Type),
        .. ConfigurationValidation.Kept(item.Immutable, old.Immutable, ("data", item.Data != old.Data)),
        .. Validate(item),
    ];
}

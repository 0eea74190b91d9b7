using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation.Definitions;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Kinds.Apiextensions;

/// <summary>Definitions of custom resources.</summary>
internal sealed class CustomResourceDefinitionStrategy : KindStrategy<CustomResourceDefinition>
{
    private const int WebhookPort = 443;

    public override CustomResourceDefinition Default(CustomResourceDefinition item)
    {
        var (spec, names) = (item.Spec, item.Spec.Names);
        return item with
        {
            Spec = spec with
            {
                Names = names with
                {
                    Singular = names.Singular ?? (names.Kind.Length > 0 ? names.Kind.ToLowerInvariant() : null),
                    ListKind = names.ListKind ?? (names.Kind.Length > 0 ? $"{names.Kind}List" : null),
                },
                Conversion = WithPort(spec.Conversion ?? new() { Strategy = ConversionStrategyType.None }),
            },
        };
    }

    public override CustomResourceDefinition PrepareForCreate(CustomResourceDefinition item) =>
        WithStoredVersion(item with { Metadata = FirstGeneration(item), Status = new() });

    public override CustomResourceDefinition PrepareForUpdate(CustomResourceDefinition item, CustomResourceDefinition old) =>
        WithStoredVersion(item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec), Status = old.Status });

    public override CustomResourceDefinition PrepareForStatusUpdate(CustomResourceDefinition item, CustomResourceDefinition old) =>
        item with { Metadata = StatusMetadata(item, old), Spec = old.Spec };

    public override Findings<FieldError> Validate(CustomResourceDefinition item) => CustomResourceDefinitionValidation.Validate(item);

    public override Findings<FieldError> ValidateUpdate(CustomResourceDefinition item, CustomResourceDefinition old) =>
        CustomResourceDefinitionValidation.ValidateUpdate(item, old);

    public override Findings<FieldError> ValidateStatusUpdate(CustomResourceDefinition item, CustomResourceDefinition old) =>
        CustomResourceDefinitionValidation.OfStatus(item.Status);

    public override IEnumerable<string> Warnings(CustomResourceDefinition item) => UnknownFormats.Of(item.Spec).Select(format => $"unrecognized format {QuotedText.Of(format)}");

    /// <summary>Of formats that were there already, nobody is told again.</summary>
    public override IEnumerable<string> WarningsOnUpdate(CustomResourceDefinition item, CustomResourceDefinition old) => Warnings(item).Except(Warnings(old));

    /// <summary>Objects may be stored in a version from the moment on in which it is said to be the one.</summary>
    private static CustomResourceDefinition WithStoredVersion(CustomResourceDefinition item) =>
        item.Spec.Versions.FirstOrDefault(version => version.Storage) is { } stored && !item.Status.StoredVersions.Contains(stored.Name)
            ? item with { Status = item.Status with { StoredVersions = item.Status.StoredVersions.Add(stored.Name) } }
            : item;

    private static CustomResourceConversion WithPort(CustomResourceConversion conversion) =>
        conversion.Webhook is { ClientConfig: { Service: { Port: null } service } config } webhook
            ? conversion with { Webhook = webhook with { ClientConfig = config with { Service = service with { Port = WebhookPort } } } }
            : conversion;
}

using Coppice.ApiServer.Kinds.Custom;
using Coppice.ApiServer.Schemas;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.CustomResources;

/// <summary>How the versions of definitions become each other.</summary>
internal sealed class CustomConversions(WebhookClient client, Random random)
{
    /// <param name="schemas">Of every version, by apiVersion.</param>
    /// <returns>Null if there is one version, and so nothing to convert.</returns>
    public IConversion? Between(CustomResourceDefinitionSpec spec, IReadOnlyDictionary<string, StructuralSchema> schemas) => spec.Conversion switch
    {
        _ when schemas.Count == 1 => null,
        { Strategy: ConversionStrategyType.Webhook, Webhook: { } webhook } => new WebhookVersions(client, random, webhook, schemas),
        _ => new RelabelConversion(schemas),
    };
}

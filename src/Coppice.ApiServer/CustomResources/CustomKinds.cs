using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Custom;
using Coppice.ApiServer.Schemas;
using Coppice.ApiServer.Validation.Definitions;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.CustomResources;

/// <summary>What is served of one definition: a kind for each version that clients may use.</summary>
/// <param name="Stored">The version that objects are kept in, which need not be served.</param>
internal sealed record CustomKinds(CustomResourceDefinition Definition, Kind Stored, IReadOnlyList<ServedKind> Served)
{
    /// <param name="former">What was served of the definition before. Kinds that are the same stay the same, so that nobody who watches them must begin anew.</param>
    public static CustomKinds Of(CustomResourceDefinition definition, CustomKinds? former, CustomConversions conversions)
    {
        var terminates = Terminates(definition);
        if (former is not null && LooksSame(definition, former.Definition))
        {
            return terminates == Terminates(former.Definition)
                ? former with { Definition = definition }
                : new(definition, former.Stored, [.. former.Served.Select(one => one with { Strategy = ((CustomStrategy)one.Strategy).Ending() })]);
        }

        var schemas = definition.Spec.Versions.ToDictionary(
            version => $"{definition.Spec.Group}/{version.Name}", version => new StructuralSchema(version.Schema!.OpenAPIV3Schema!));
        var conversion = conversions.Between(definition.Spec, schemas);
        var storage = definition.Spec.Versions.First(version => version.Storage);
        var stored = KindOf(definition, storage, schemas, conversion, null);
        var served = new List<ServedKind>();
        foreach (var version in definition.Spec.Versions.Where(version => version.Served))
        {
            var kind = version == storage ? stored : KindOf(definition, version, schemas, conversion, stored);
            served.Add(CustomKind.Served(kind, version, schemas[kind.ApiVersion], terminates));
        }

        return new(definition, stored, served);
    }

    private static bool Terminates(CustomResourceDefinition definition) =>
        DefinitionConditions.IsTrue(definition, CustomResourceDefinitionConditionType.Terminating);

    private static bool LooksSame(CustomResourceDefinition a, CustomResourceDefinition b) =>
        a.Metadata.Uid == b.Metadata.Uid && a.Spec == b.Spec && a.Status.AcceptedNames == b.Status.AcceptedNames;

    private static Kind KindOf(
        CustomResourceDefinition definition,
        CustomResourceDefinitionVersion version,
        Dictionary<string, StructuralSchema> schemas,
        IConversion? conversion,
        Kind? stored)
    {
        var (group, names) = (definition.Spec.Group, definition.Status.AcceptedNames);
        var apiVersion = $"{group}/{version.Name}";
        return new Kind
        {
            Group = group,
            Version = version.Name,
            Name = names.Kind,
            Resource = names.Plural,
            Singular = names.Singular ?? "",
            ListName = names.ListKind,
            Namespaced = definition.Spec.Scope == ResourceScope.Namespaced,
            ShortNames = names.ShortNames,
            Categories = names.Categories,
            Deprecated = version.Deprecated ? version.DeprecationWarning ?? Warning(definition, version) : null,
            Schema = CustomSchemas.Of(names.Kind, group, version.Name, schemas[apiVersion].Source),
            Format = new CustomObjectFormat(schemas, apiVersion),
            Stored = stored,
            Conversion = conversion,
        };
    }

    private static string Warning(CustomResourceDefinition definition, CustomResourceDefinitionVersion version)
    {
        var (group, kind) = (definition.Spec.Group, definition.Spec.Names.Kind);
        var newest = definition.Spec.Versions
            .Where(other => other is { Served: true, Deprecated: false } && VersionOrder.Instance.Compare(other.Name, version.Name) < 0)
            .OrderBy(other => other.Name, VersionOrder.Instance).FirstOrDefault();
        var instead = newest is null ? "" : $"; use {group}/{newest.Name} {kind}";
        return $"{group}/{version.Name} {kind} is deprecated{instead}";
    }
}

using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>Definitions of custom resources.</summary>
internal static class CustomResourceDefinitionValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath StoredVersions = FieldPath.Of("status", "storedVersions");

    public static Findings<FieldError> Validate(CustomResourceDefinition item) =>
    [
        .. FieldRules.If(
            item.Metadata.Name != $"{item.Spec.Names.Plural}.{item.Spec.Group}",
            () => FieldError.Invalid(FieldPath.Of("metadata", "name"), item.Metadata.Name, "must be spec.names.plural+\".\"+spec.group")),
        .. OfSpec(item.Spec),
        .. OfStatus(item.Status),
        .. OfStoredVersions(item),
        .. OfApproval(item, null),
        .. FieldRules.If(
            item.Spec.PreserveUnknownFields,
            () => FieldError.Invalid(
                Spec.Child("preserveUnknownFields"),
                true,
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")),
    ];

    public static Findings<FieldError> ValidateUpdate(CustomResourceDefinition item, CustomResourceDefinition old)
    {
        var errors = OfSpec(item.Spec);
        if (DefinitionConditions.IsTrue(old, CustomResourceDefinitionConditionType.Established))
        {
            // What is stored is stored by these.
            errors.AddRange(FieldRules.Unchanged(Spec.Child("scope"), item.Spec.Scope, old.Spec.Scope));
            errors.AddRange(FieldRules.Unchanged(Spec.Child("names", "kind"), item.Spec.Names.Kind, old.Spec.Names.Kind));
        }

        errors.AddRange(FieldRules.Unchanged(Spec.Child("group"), item.Spec.Group, old.Spec.Group));
        errors.AddRange(FieldRules.Unchanged(Spec.Child("names", "plural"), item.Spec.Names.Plural, old.Spec.Names.Plural));
        errors.AddRange(OfStatus(item.Status));
        errors.AddRange(OfStoredVersions(item));
        errors.AddRange(OfApproval(item, old));
        errors.AddRange(FieldRules.If(
            item.Spec.PreserveUnknownFields,
            () => FieldError.Invalid(
                Spec.Child("preserveUnknownFields"),
                true,
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")));
        return errors;
    }

    public static Findings<FieldError> OfStatus(CustomResourceDefinitionStatus status) =>
        DefinitionNameValidation.Validate(FieldPath.Of("status", "acceptedNames"), status.AcceptedNames);

    private static Findings<FieldError> OfSpec(CustomResourceDefinitionSpec spec)
    {
        var errors = OfGroup(spec.Group);
        errors.AddRange(FieldRules.OneOf(Spec.Child("scope"), spec.Scope, ResourceScope.Cluster, ResourceScope.Namespaced));
        errors.AddRange(VersionValidation.Validate(Spec, spec.Versions));
        var names = Spec.Child("names");
        errors.AddRange(FieldRules.Required(names.Child("plural"), spec.Names.Plural));
        errors.AddRange(FieldRules.Required(names.Child("singular"), spec.Names.Singular));
        errors.AddRange(FieldRules.Required(names.Child("kind"), spec.Names.Kind));
        errors.AddRange(FieldRules.Required(names.Child("listKind"), spec.Names.ListKind));
        errors.AddRange(DefinitionNameValidation.Validate(names, spec.Names));
        errors.AddRange(VersionValidation.ValidateShared(Spec, spec.Versions));
        errors.AddRange(ConversionValidation.Validate(Spec.Child("conversion"), spec.Conversion));
        return errors;
    }

    private static Findings<FieldError> OfGroup(string group)
    {
        var path = Spec.Child("group");
        return group.Length == 0 ? [FieldError.Required(path)]
            : Names.Subdomain(group) is { Count: > 0 } wrong ? [FieldError.Invalid(path, group, string.Join(",", wrong))]
            : FieldRules.If(!group.Contains('.'), () => FieldError.Invalid(path, group, "should be a domain with at least one dot"));
    }

    private static Findings<FieldError> OfStoredVersions(CustomResourceDefinition item)
    {
        var stored = item.Status.StoredVersions;
        if (stored.IsEmpty)
        {
            return [FieldError.Invalid(StoredVersions, stored, "must have at least one stored version")];
        }

        var errors = Findings<FieldError>.None;
        foreach (var version in item.Spec.Versions)
        {
            if (version.Storage && !stored.Contains(version.Name))
            {
                errors.Add(FieldError.Invalid(StoredVersions, stored, $"must have the storage version {version.Name}"));
            }
        }

        for (var i = 0; i < stored.Count; i++)
        {
            var name = stored[i];
            if (item.Spec.Versions.All(version => version.Name != name))
            {
                errors.Add(FieldError.Invalid(
                    StoredVersions.Index(i),
                    name,
                    $"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions"));
            }
        }

        return errors;
    }

    /// <summary>Groups of Kubernetes' own are for those whose API it has looked at.</summary>
    private static Findings<FieldError> OfApproval(CustomResourceDefinition item, CustomResourceDefinition? old)
    {
        if (!ApiApproval.IsProtected(item.Spec.Group))
        {
            return [];
        }

        var (state, reason) = ApiApproval.Of(item.Metadata.Annotations);
        if (old is not null && ApiApproval.Of(old.Metadata.Annotations).State == state)
        {
            return [];
        }

        var path = FieldPath.Of("metadata", "annotations").Key(ApiApproval.Annotation);
        return state switch
        {
            ApiApprovalState.Missing => [FieldError.Required(path, reason)],
            ApiApprovalState.Invalid => [FieldError.Invalid(path, item.Metadata.Annotations.Find(ApiApproval.Annotation), reason)],
            _ => [],
        };
    }
}

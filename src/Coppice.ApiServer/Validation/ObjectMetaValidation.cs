using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Validation;

/// <summary>The metadata of objects of every kind.</summary>
public static class ObjectMetaValidation
{
    private const string Orphan = "orphan";

    private const string Foreground = "foregroundDeletion";

    private static readonly FieldPath Path = FieldPath.Of("metadata");

    /// <summary>Everything that is wrong with the metadata of a new object, after a name was made for it.</summary>
    /// <param name="rule">The form that names of the kind take.</param>
    public static Findings<FieldError> Validate(ObjectMeta metadata, Kind kind, Func<string, Findings<string>> rule) =>
    [
        .. NameOf(metadata, rule),
        .. Namespace(metadata, kind),
        .. FieldRules.NotNegative(Path.Child("generation"), metadata.Generation),
        .. Common(Path, metadata, HasPlainFinalizers(kind)),
    ];

    /// <summary>Everything that is wrong with the metadata of an object that replaces another.</summary>
    public static Findings<FieldError> ValidateUpdate(ObjectMeta metadata, ObjectMeta old, Kind kind) =>
    [
        .. NewFinalizers(metadata, old),
        .. FieldRules.Unchanged(Path.Child("name"), metadata.Name, old.Name),
        .. FieldRules.Unchanged(Path.Child("namespace"), kind.Namespaced ? metadata.Namespace : null, kind.Namespaced ? old.Namespace : null),
        .. FieldRules.Unchanged(Path.Child("uid"), metadata.Uid, old.Uid),
        .. FieldRules.Unchanged(Path.Child("creationTimestamp"), metadata.CreationTimestamp, old.CreationTimestamp),
        .. FieldRules.Unchanged(Path.Child("deletionTimestamp"), metadata.DeletionTimestamp, old.DeletionTimestamp),
        .. FieldRules.Unchanged(Path.Child("deletionGracePeriodSeconds"), metadata.DeletionGracePeriodSeconds, old.DeletionGracePeriodSeconds),
        .. Common(Path, metadata, HasPlainFinalizers(kind)),
    ];

    private static Findings<FieldError> NameOf(ObjectMeta metadata, Func<string, Findings<string>> rule)
    {
        var errors = Findings<FieldError>.None;
        if (metadata.GenerateName is { } prefix)
        {
            foreach (var message in rule(Completed(prefix)))
            {
                errors.Add(FieldError.Invalid(Path.Child("generateName"), prefix, message));
            }
        }

        errors.AddRange(metadata.Name is { } name
            ? FieldRules.Named(Path.Child("name"), name, rule)
            : [FieldError.Required(Path.Child("name"), "name or generateName is required")]);
        return errors;
    }

    /// <summary>A prefix may end where a name may not: something will follow.</summary>
    private static string Completed(string prefix) => prefix.Length > 1 && prefix.EndsWith('-') ? prefix[..^2] + "a" : prefix;

    private static Findings<FieldError> Namespace(ObjectMeta metadata, Kind kind)
    {
        var path = Path.Child("namespace");
        if (kind.Namespaced)
        {
            return FieldRules.RequiredName(path, metadata.Namespace, Names.Label);
        }

        return metadata.Namespace is null ? [] : [FieldError.Forbidden(path, "not allowed on this type")];
    }

    /// <summary>Everything that is wrong with the metadata of an object inside of another, whatever it is called.</summary>
    public static Findings<FieldError> ValidateEmbedded(FieldPath path, ObjectMeta metadata) =>
    [
        .. FieldRules.NotNegative(path.Child("generation"), metadata.Generation),
        .. Common(path, metadata, hasPlainFinalizers: true),
    ];

    /// <summary>Definitions and what is made of them are not Kubernetes' core, which asks more of a finalizer's name.</summary>
    private static bool HasPlainFinalizers(Kind kind) => kind.IsCustom || kind.Group == "apiextensions.k8s.io";

    private static Findings<FieldError> Common(FieldPath path, ObjectMeta metadata, bool hasPlainFinalizers) =>
    [
        .. LabelValidation.Labels(path.Child("labels"), metadata.Labels),
        .. LabelValidation.Annotations(path.Child("annotations"), metadata.Annotations),
        .. Owners(path.Child("ownerReferences"), metadata.OwnerReferences),
        .. Finalizers(path.Child("finalizers"), metadata.Finalizers, hasPlainFinalizers),
    ];

    private static Findings<FieldError> Owners(FieldPath path, ValueList<OwnerReference> owners)
    {
        if (owners.IsEmpty)
        {
            return [];
        }

        var errors = FieldRules.Each(path, owners, Owner);
        var controllers = owners.Where(o => o.Controller == true).ToList();
        if (controllers.Count > 1)
        {
            errors.Add(FieldError.Invalid(
                path,
                owners,
                $"Only one reference can have Controller set to true. Found \"true\" in references for {controllers[0].Name} and {controllers[1].Name}"));
        }

        return errors;
    }

    private static Findings<FieldError> Owner(FieldPath path, OwnerReference owner)
    {
        var errors = Findings<FieldError>.None;
        const string Empty = "must not be empty";
        var version = owner.ApiVersion[(owner.ApiVersion.IndexOf('/') + 1)..];
        if (version.Length == 0)
        {
            errors.Add(FieldError.Invalid(path.Child("apiVersion"), owner.ApiVersion, "version must not be empty"));
        }

        foreach (var (field, value) in new[] { ("kind", owner.Kind), ("name", owner.Name), ("uid", owner.Uid) })
        {
            if (value.Length == 0)
            {
                errors.Add(FieldError.Invalid(path.Child(field), value, Empty));
            }
        }

        if (owner is { ApiVersion: "v1", Kind: "Event" })
        {
            errors.Add(FieldError.Invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner"));
        }

        return errors;
    }

    private static Findings<FieldError> Finalizers(FieldPath path, ValueList<string> finalizers, bool arePlain)
    {
        if (finalizers.IsEmpty)
        {
            return [];
        }

        var errors = FieldRules.Each(path, finalizers, (at, name) => arePlain ? FieldRules.Named(path, name, Names.Qualified) : Finalizer(at, name));
        if (finalizers.Contains(Orphan) && finalizers.Contains(Foreground))
        {
            errors.Add(FieldError.Invalid(path, finalizers, $"{Orphan} and {Foreground} cannot be both set"));
        }

        return errors;
    }

    /// <summary>Also of the finalizers in a namespace's desired state.</summary>
    internal static Findings<FieldError> Finalizer(FieldPath path, string name)
    {
        var errors = FieldRules.Named(path, name, Names.Qualified);
        return errors.Count == 0 && !name.Contains('/') && name is not (Orphan or Foreground or "kubernetes")
            ? [FieldError.Invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified")]
            : errors;
    }

    private static Findings<FieldError> NewFinalizers(ObjectMeta metadata, ObjectMeta old)
    {
        var errors = Findings<FieldError>.None;
        var added = metadata.Finalizers.Except(old.Finalizers).ToList();
        if (old.DeletionTimestamp is not null && added.Count > 0)
        {
            var list = string.Join(", ", added.Select(QuotedText.Of));
            errors.Add(FieldError.Forbidden(
                Path.Child("finalizers"),
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{list}}}"));
        }

        return errors;
    }
}

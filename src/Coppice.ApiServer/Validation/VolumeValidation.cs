using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>The volumes of a pod.</summary>
internal static class VolumeValidation
{
    private const int LargestMode = 0x1FF;

    private const long ShortestToken = 600;

    private const long LongestToken = 1L << 32;

    // The fields that say where a volume comes from; one of them is to be set.
    private static readonly (string Name, Func<Volume, object?> Get)[] Sources =
    [
        .. from property in typeof(Volume).GetProperties()
           let name = RecordSchemas.JsonName(property)
           where RecordSchemas.Of<Volume>().Find(name) is { Value.Shape: ValueShape.Object }
           select (name, property.GetMethod!.CreateDelegate<Func<Volume, object?>>()),
    ];

    public static Findings<FieldError> Validate(FieldPath path, ValueList<Volume> volumes) =>
    [
        .. FieldRules.Each(path, volumes, Volume),
        .. FieldRules.DistinctNames(path, volumes, v => v.Name, (at, name) => FieldError.Duplicate(at.Child("name"), name)),
    ];

    /// <summary>The field that says where a volume comes from; null for none.</summary>
    public static string? SourceOf(Volume volume) => Sources.FirstOrDefault(source => source.Get(volume) is not null).Name;

    private static Findings<FieldError> Volume(FieldPath path, Volume volume) =>
    [
        .. FieldRules.RequiredName(path.Child("name"), volume.Name, Names.Label),
        .. OneSource(path, volume),
        .. Source(path, volume),
    ];

    /// <summary>Whether a volume has a source, and which more than one.</summary>
    private static Findings<FieldError> OneSource(FieldPath path, Volume volume)
    {
        var errors = Findings<FieldError>.None;
        var found = false;
        foreach (var (name, get) in Sources)
        {
            if (get(volume) is null)
            {
                continue;
            }

            if (found)
            {
                errors.Add(FieldError.Forbidden(path.Child(name), "may not specify more than 1 volume type"));
            }

            found = true;
        }

        return found ? errors : [FieldError.Required(path, "must specify a volume type")];
    }

    private static Findings<FieldError> Source(FieldPath path, Volume volume) =>
    [
        .. volume.EmptyDir?.SizeLimit is { IsNegative: true }
            ? [FieldError.Forbidden(path.Child("emptyDir", "sizeLimit"), "SizeLimit field must be a valid resource quantity")]
            : Findings<FieldError>.None,
        .. volume.HostPath is { } host ? VolumeSourceValidation.HostPath(path.Child("hostPath"), host) : [],
        .. volume.Secret is { } secret
            ? [.. FieldRules.Required(path.Child("secret", "secretName"), secret.SecretName), .. Files(path.Child("secret"), secret.DefaultMode, secret.Items)]
            : Findings<FieldError>.None,
        .. volume.ConfigMap is { } map
            ? [.. FieldRules.Required(path.Child("configMap", "name"), map.Name), .. Files(path.Child("configMap"), map.DefaultMode, map.Items)]
            : Findings<FieldError>.None,
        .. volume.PersistentVolumeClaim is { } claim ? FieldRules.Required(path.Child("persistentVolumeClaim", "claimName"), claim.ClaimName) : [],
        .. volume.DownwardAPI is { } downward
            ? [.. Mode(path.Child("downwardAPI", "defaultMode"), downward.DefaultMode), .. FieldRules.Each(path.Child("downwardAPI", "items"), downward.Items, DownwardFile)]
            : Findings<FieldError>.None,
        .. volume.Projected is { } projected && !ReferenceEquals(projected, TokenAccess.Source) ? Projected(path.Child("projected"), projected) : [],
        .. Remote(path, volume),
        .. volume.Csi is { } csi ? FieldRules.Required(path.Child("csi", "driver"), csi.Driver) : [],
        .. volume.Image is { } image ? FieldRules.Required(path.Child("image", "reference"), image.Reference) : [],
        .. volume.Ephemeral is { VolumeClaimTemplate: null }
            ? [FieldError.Required(path.Child("ephemeral", "volumeClaimTemplate"))]
            : Findings<FieldError>.None,
    ];

    private static Findings<FieldError> Remote(FieldPath path, Volume volume) =>
    [
        .. volume.Nfs is { } nfs ? VolumeSourceValidation.Nfs(path.Child("nfs"), nfs) : [],
        .. volume.GcePersistentDisk is { } google ? VolumeSourceValidation.GoogleDisk(path.Child("gcePersistentDisk"), google) : [],
        .. volume.AwsElasticBlockStore is { } amazon ? VolumeSourceValidation.AmazonDisk(path.Child("awsElasticBlockStore"), amazon) : [],
        .. volume.AzureDisk is { } azure ? VolumeSourceValidation.AzureDisk(path.Child("azureDisk"), azure) : [],
        .. volume.Fc is { } fc ? VolumeSourceValidation.FibreChannel(path.Child("fc"), fc) : [],
        .. volume.Flocker is { } flocker ? VolumeSourceValidation.Flocker(path.Child("flocker"), flocker) : [],
        .. volume.Quobyte is { } quobyte ? VolumeSourceValidation.Quobyte(path.Child("quobyte"), quobyte) : [],
    ];

    private static Findings<FieldError> Files(FieldPath path, int? mode, ValueList<KeyToPath> items) =>
    [
        .. Mode(path.Child("defaultMode"), mode),
        .. FieldRules.Each(path.Child("items"), items, File),
    ];

    private static Findings<FieldError> File(FieldPath path, KeyToPath item) =>
    [
        .. FieldRules.Required(path.Child("key"), item.Key),
        .. FilePath(path.Child("path"), item.Path),
        .. Mode(path.Child("mode"), item.Mode),
    ];

    private static Findings<FieldError> DownwardFile(FieldPath path, DownwardAPIVolumeFile item) =>
    [
        .. FilePath(path.Child("path"), item.Path),
        .. item switch
        {
            { FieldRef: not null, ResourceFieldRef: not null } =>
                [FieldError.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously")],
            { FieldRef: { } field } => EnvironmentValidation.FileField(path.Child("fieldRef"), field),
            { ResourceFieldRef: { } resource } => string.IsNullOrEmpty(resource.ContainerName)
                ? [FieldError.Required(path.Child("resourceFieldRef", "containerName"))]
                : EnvironmentValidation.Resource(path.Child("resourceFieldRef"), resource),
            _ => [FieldError.Required(path, "one of fieldRef and resourceFieldRef is required")],
        },
        .. Mode(path.Child("mode"), item.Mode),
    ];

    private static Findings<FieldError> Projected(FieldPath path, ProjectedVolumeSource projected) =>
    [
        .. Mode(path.Child("defaultMode"), projected.DefaultMode),
        .. FieldRules.Each(path.Child("sources"), projected.Sources, Projection),
        .. Paths(projected.Sources)
            .GroupBy(p => p.Path, StringComparer.Ordinal)
            .SelectMany(same => same.Skip(1))
            .Select(p => FieldError.Invalid(path, p.Shown, "conflicting duplicate paths")),
    ];

    /// <summary>Every file that the sources name, with what a message about it shows: two of one path cannot both be there.</summary>
    private static IEnumerable<(string Path, string Shown)> Paths(ValueList<VolumeProjection> sources) => sources
        .SelectMany(source => (IEnumerable<(string Path, string Shown)>)
        [
            .. (source.Secret?.Items ?? default).Select(i => (i.Path, source.Secret!.Name ?? "")),
            .. (source.ConfigMap?.Items ?? default).Select(i => (i.Path, source.ConfigMap!.Name ?? "")),
            .. (source.DownwardAPI?.Items ?? default).Select(i => (i.Path, i.Path)),
            .. source.ClusterTrustBundle is { } bundle ? [(bundle.Path, bundle.Path)] : Array.Empty<(string, string)>(),
        ])
        .Where(p => p.Path.Length > 0);

    private static Findings<FieldError> Projection(FieldPath path, VolumeProjection source) =>
    [
        .. source.Secret is { } secret
            ? [.. FieldRules.Required(path.Child("secret", "name"), secret.Name), .. FieldRules.Each(path.Child("secret", "items"), secret.Items, File)]
            : Findings<FieldError>.None,
        .. source.ConfigMap is { } map
            ? [.. FieldRules.Required(path.Child("configMap", "name"), map.Name), .. FieldRules.Each(path.Child("configMap", "items"), map.Items, File)]
            : Findings<FieldError>.None,
        .. source.DownwardAPI is { } downward ? FieldRules.Each(path.Child("downwardAPI", "items"), downward.Items, DownwardFile) : [],
        .. source.ServiceAccountToken is { } token ? Token(path.Child("serviceAccountToken"), token) : [],
        .. source == new VolumeProjection() ? [FieldError.Required(path, "must specify a volume type")] : Findings<FieldError>.None,
        .. FieldRules.If(
            new object?[] { source.Secret, source.ConfigMap, source.DownwardAPI, source.ServiceAccountToken, source.ClusterTrustBundle }.Count(s => s is not null) > 1,
            () => FieldError.Forbidden(path, "may not specify more than 1 volume type per source")),
    ];

    private static Findings<FieldError> Token(FieldPath path, ServiceAccountTokenProjection token)
    {
        var seconds = path.Child("expirationSeconds");
        return
        [
            .. token.ExpirationSeconds switch
            {
                < ShortestToken => [FieldError.Invalid(seconds, token.ExpirationSeconds, "may not specify a duration less than 10 minutes")],
                > LongestToken => [FieldError.Invalid(seconds, token.ExpirationSeconds, "may not specify a duration larger than 2^32 seconds")],
                _ => Findings<FieldError>.None,
            },
            .. FilePath(path.Child("path"), token.Path),
        ];
    }

    private static Findings<FieldError> FilePath(FieldPath path, string value)
    {
        if (value.Length == 0)
        {
            return [FieldError.Required(path)];
        }

        var errors = MountValidation.InnerPath(path, value);
        return value.StartsWith("..", StringComparison.Ordinal) && !value.StartsWith("../", StringComparison.Ordinal)
            ? [.. errors, FieldError.Invalid(path, value, "must not start with '..'")]
            : errors;
    }

    private static Findings<FieldError> Mode(FieldPath path, int? mode)
    {
        var errors = Findings<FieldError>.None;
        if (mode is < 0 or > LargestMode)
        {
            errors.Add(FieldError.Invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive"));
        }

        return errors;
    }
}

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>What is allowed in a pod and hardly ever meant, or of the past.</summary>
internal static class PodWarnings
{
    private const string Seccomp = "seccomp.security.alpha.kubernetes.io/pod";
    private const string ContainerSeccomp = "container.seccomp.security.alpha.kubernetes.io/";

    private static readonly (string Key, string Instead)[] OldAnnotations =
    [
        ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
        ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
        ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ];

    private static readonly (string Name, Func<Volume, object?> Get, string Since)[] OldVolumes =
    [
        ("photonPersistentDisk", volume => volume.PhotonPersistentDisk, "deprecated in v1.11, non-functional in v1.16+"),
        ("gitRepo", volume => volume.GitRepo, "deprecated in v1.11, and disabled by default in v1.33+"),
        ("scaleIO", volume => volume.ScaleIO, "deprecated in v1.16, non-functional in v1.22+"),
        ("flocker", volume => volume.Flocker, "deprecated in v1.22, non-functional in v1.25+"),
        ("storageOS", volume => volume.Storageos, "deprecated in v1.22, non-functional in v1.25+"),
        ("quobyte", volume => volume.Quobyte, "deprecated in v1.22, non-functional in v1.25+"),
        ("glusterfs", volume => volume.Glusterfs, "deprecated in v1.25, non-functional in v1.26+"),
        ("cephfs", volume => volume.Cephfs, "deprecated in v1.28, non-functional in v1.31+"),
        ("rbd", volume => volume.Rbd, "deprecated in v1.28, non-functional in v1.31+"),
    ];

    public static IEnumerable<string> Of(Pod item) => Of(FieldPath.Of("metadata"), FieldPath.Of("spec"), item.Metadata, item.Spec);

    /// <param name="path">Of the template.</param>
    public static IEnumerable<string> Of(FieldPath path, PodTemplateSpec pods) => Of(path.Child("metadata"), path.Child("spec"), pods.Metadata, pods.Spec);

    /// <summary>Of who makes pods that are named after it.</summary>
    public static IEnumerable<string> OfMaker(string? name) => OfName(name, "in Pod names and hostnames");

    /// <param name="where">The name is used there.</param>
    public static IEnumerable<string> OfName(string? name, string where) => name is not null && Names.Label(name) is { Count: > 0 } wrong
        ? [$"metadata.name: this is used {where}, which can result in surprising behavior; a DNS label is recommended: [{string.Join(' ', wrong)}]"]
        : [];

    private static IEnumerable<string> Of(FieldPath metadata, FieldPath path, ObjectMeta meta, PodSpec spec) =>
    [
        .. NodeLabelWarnings.Of(path, spec),
        .. Annotations(metadata.Child("annotations"), meta, spec),
        .. spec.Volumes.Index().SelectMany(one => OldVolumes.Where(old => old.Get(one.Item) is not null).Select(old => $"{path.Child("volumes").Index(one.Index).Child(old.Name)}: {old.Since}")),
        .. FieldRules.Repeated(spec.HostAliases, alias => alias.Ip).Select(r => $"{path.Child("hostAliases").Index(r.Index).Child("ip")}: duplicate ip {QuotedText.Of(r.Key)}"),
        .. Secrets(path.Child("imagePullSecrets"), spec.ImagePullSecrets),
        .. Fractions(path.Child("overhead"), spec.Overhead),
        .. Containers(path, spec).SelectMany(one => Container(one.Path, one.Container)),
        .. PortWarnings.Of(Containers(path, spec)),
        .. spec.TerminationGracePeriodSeconds < 0
            ? [$"{path.Child("terminationGracePeriodSeconds")}: must be >= 0; negative values are invalid and will be treated as 1"]
            : Findings<string>.None,
        .. NodeLabelWarnings.Nobody(path, spec),
    ];

    private static IEnumerable<(FieldPath Path, Container Container)> Containers(FieldPath path, PodSpec spec) =>
    [
        .. spec.InitContainers.Index().Select(one => (path.Child("initContainers").Index(one.Index), one.Item)),
        .. spec.Containers.Index().Select(one => (path.Child("containers").Index(one.Index), one.Item)),
    ];

    private static IEnumerable<string> Annotations(FieldPath path, ObjectMeta meta, PodSpec spec)
    {
        if (meta.Annotations.IsEmpty)
        {
            return [];
        }

        var seccomp = spec.InitContainers.Concat(spec.Containers)
            .Where(container => container.SecurityContext?.SeccompProfile is null)
            .Select(container => ContainerSeccomp + container.Name)
            .Prepend(spec.SecurityContext?.SeccompProfile is null ? Seccomp : "")
            .Select(key => (Key: key, Instead: "non-functional in v1.27+; use the \"seccompProfile\" field instead"));
        return OldAnnotations.Concat(seccomp).Where(one => meta.Annotations.ContainsKey(one.Key)).Select(one => $"{path.Key(one.Key)}: {one.Instead}");
    }

    private static IEnumerable<string> Secrets(FieldPath path, ValueList<LocalObjectReference> secrets) =>
    [
        .. FieldRules.Repeated(secrets, one => one.Name ?? "").Select(r => $"{path.Index(r.Index).Child("name")}: duplicate name {QuotedText.Of(r.Key)}"),
        .. secrets.Index().Where(one => string.IsNullOrEmpty(one.Item.Name)).Select(one => $"{path.Index(one.Index).Child("name")}: invalid empty name \"\""),
    ];

    private static IEnumerable<string> Container(FieldPath path, Container container) =>
    [
        .. Fractions(path.Child("resources", "limits"), container.Resources.Limits),
        .. Fractions(path.Child("resources", "requests"), container.Resources.Requests),
        .. FieldRules.Repeated(container.Env, one => one.Name).Where(r => Hides(container.Env[r.Index])).Select(
            r => $"{path.Child("env").Index(r.Index)}: hides previous definition of {QuotedText.Of(r.Key)}, which may be dropped when using apply"),
    ];

    /// <summary>It does not make use of the value that the name had before.</summary>
    private static bool Hides(EnvVar again) =>
        again.ValueFrom is not null || again.Value == $"$({again.Name})" || again.Value?.Contains($"$({again.Name})", StringComparison.Ordinal) != true;

    private static IEnumerable<string> Fractions(FieldPath path, ValueMap<Quantity> amounts) => new[] { "memory", "ephemeral-storage" }
        .Where(name => amounts.TryGetValue(name, out var amount) && amount.MilliValue % 1000 != 0)
        .Select(name => $"{path.Key(name)}: fractional byte value {QuotedText.Of(amounts.Find(name).ToString())} is invalid, must be an integer");
}

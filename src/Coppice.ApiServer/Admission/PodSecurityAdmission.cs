using Coppice.ApiServer.Admission.PodSecurity;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Store;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// What Kubernetes' PodSecurity does: pods keep to the standard that their namespace's labels name, and who writes what will make others
/// is warned. A namespace that becomes stricter tells which of its pods would be refused now.
/// </summary>
internal sealed class PodSecurityAdmission(ObjectStorage storage) : IValidatingAdmission
{
    private const string NotePrefix = "pod-security.kubernetes.io/";

    private const string SeccompNote = "seccomp.security.alpha.kubernetes.io/pod";

    private const string ContainerSeccompNote = "container.seccomp.security.alpha.kubernetes.io/";

    // A namespace is labeled while somebody waits.
    private const int PodsLimit = 3000;

    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    // What is done with a pod that changes nothing in what it may do.
    private static readonly string[] HarmlessDoors = ["attach", "binding", "eviction", "exec", "log", "portforward", "proxy", "status"];

    public string Name => "PodSecurity";

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update;

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        switch (item)
        {
            case Namespace space when request.Subresource.Length == 0:
                await LookAtNamespaceAsync(request, space, old as Namespace, stop);
                break;
            case Pod pod when !HarmlessDoors.Contains(request.Subresource) && (old is not Pod before || IsSignificant(pod, before)):
                await LookAtPodAsync(request, pod.Metadata, pod.Spec, mayRefuse: true, stop);
                break;
            case { } maker when request.Subresource.Length == 0 && PodTemplates.Of(maker) is { } template:
                await LookAtPodAsync(request, template.Metadata, template.Spec, mayRefuse: false, stop);
                break;
        }
    }

    private async ValueTask LookAtNamespaceAsync(WriteRequest request, Namespace space, Namespace? old, CancellationToken stop)
    {
        var policy = PodSecurityPolicy.Of(space.Metadata.Labels, out var errors);
        var before = PodSecurityPolicy.Of(old?.Metadata.Labels ?? default, out var oldErrors);
        if (errors.Count > 0 && (old is null || !errors.SequenceEqual(oldErrors)))
        {
            throw ApiErrors.Invalid(request.Kind, space.Metadata.Name ?? "", errors);
        }

        var isStricter = policy.Enforce.Minor != before.Enforce.Minor || policy.Enforce.Level > before.Enforce.Level;
        if (old is null || policy.Enforce == before.Enforce || policy.Enforce.Level == SecurityLevel.Privileged || !isStricter)
        {
            return;
        }

        foreach (var warning in await WarningsOfPodsAsync(space.Metadata.Name ?? "", policy.Enforce, stop))
        {
            request.Notes?.Warn(warning);
        }
    }

    private async ValueTask LookAtPodAsync(WriteRequest request, ObjectMeta metadata, PodSpec spec, bool mayRefuse, CancellationToken stop)
    {
        if (await storage.FindAsync(Namespaces, new("", request.Key.Namespace), stop) is not { Item: Namespace space })
        {
            return;
        }

        var policy = PodSecurityPolicy.Of(space.Metadata.Labels, out var errors);
        if (errors.Count == 0 && (mayRefuse ? policy.AllowsAll : policy.TellsNothing))
        {
            return;
        }

        var pod = new CheckedPod(metadata, spec);
        var notes = request.Notes;
        if (errors.Count > 0)
        {
            notes?.Annotate($"{NotePrefix}error", $"Failed to parse policy: {FieldError.Join(errors)}");
        }

        if (PodSecurityStandards.Look(policy.Audit, pod) is { Count: > 0 } noted)
        {
            notes?.Annotate($"{NotePrefix}audit-violations", $"would violate PodSecurity \"{policy.Audit}\": {string.Join(", ", noted)}");
        }

        if (mayRefuse)
        {
            notes?.Annotate($"{NotePrefix}enforce-policy", policy.Enforce.ToString());
            if (PodSecurityStandards.Look(policy.Enforce, pod) is { Count: > 0 } violations)
            {
                throw ApiErrors.Forbidden(
                    request.Resource, metadata.Name ?? "", $"violates PodSecurity \"{policy.Enforce}\": {string.Join(", ", violations)}");
            }
        }

        if (PodSecurityStandards.Look(policy.Warn, pod) is { Count: > 0 } warned)
        {
            notes?.Warn($"would violate PodSecurity \"{policy.Warn}\": {string.Join(", ", warned)}");
        }
    }

    private async ValueTask<IReadOnlyList<string>> WarningsOfPodsAsync(string space, SecurityStandard standard, CancellationToken stop)
    {
        var range = await storage.RangeAsync(new RangeQuery(ObjectStorage.Prefix(Pods, space)), stop);
        var wrong = range.Entries.Take(PodsLimit)
            .Select(entry => (Pod)ObjectStorage.FormOf(Pods, entry).Item)
            .Select(pod => (pod.Metadata.Name, Why: string.Join(", ", PodSecurityStandards.Look(standard, new(pod.Metadata, pod.Spec)).Select(v => v.Reason))))
            .Where(pod => pod.Why.Length > 0)
            .GroupBy(pod => pod.Why, pod => pod.Name!, StringComparer.Ordinal)
            .Select(same => $"{same.Min(StringComparer.Ordinal)}{Others(same.Count() - 1)}: {same.Key}")
            .Order(StringComparer.Ordinal)
            .ToList();
        return
        [
            .. range.Entries.Count > PodsLimit
                ? [$"new PodSecurity enforce level only checked against the first {PodsLimit} of {range.Entries.Count} existing pods"]
                : Array.Empty<string>(),
            .. wrong.Count > 0
                ? [$"existing pods in namespace {QuotedText.Of(space)} violate the new PodSecurity enforce level \"{standard}\""]
                : Array.Empty<string>(),
            .. wrong,
        ];
    }

    private static string Others(int count) => count switch
    {
        0 => "",
        1 => " (and 1 other pod)",
        _ => $" (and {count} other pods)",
    };

    /// <summary>Of what may change in a pod that is there, little changes what it may do: images, and containers that are added.</summary>
    private static bool IsSignificant(Pod pod, Pod old)
    {
        var (notes, oldNotes) = (pod.Metadata.Annotations, old.Metadata.Annotations);
        return notes.Find(SeccompNote) != oldNotes.Find(SeccompNote)
            || HaveChanged([.. pod.Spec.Containers], [.. old.Spec.Containers])
            || HaveChanged([.. pod.Spec.InitContainers], [.. old.Spec.InitContainers])
            || pod.Spec.EphemeralContainers.Any(container => old.Spec.EphemeralContainers.FirstOrDefault(c => c.Name == container.Name) is not { } before
                || HasChanged(container.Name, container.Image, before.Image));

        bool HaveChanged(IReadOnlyList<Container> now, IReadOnlyList<Container> before) =>
            now.Count != before.Count || now.Zip(before).Any(pair => HasChanged(pair.First.Name, pair.First.Image, pair.Second.Image));

        bool HasChanged(string name, string? image, string? oldImage) =>
            image != oldImage || notes.Find(ContainerSeccompNote + name) != oldNotes.Find(ContainerSeccompNote + name);
    }
}

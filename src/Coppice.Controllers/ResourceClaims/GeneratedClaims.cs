using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.ResourceClaims;

/// <summary>An entry of a pod that needs a claim of the pod's own.</summary>
/// <param name="Entry">Its name in the pod.</param>
/// <param name="Template">What the claim is made from.</param>
/// <param name="Made">A claim that was made for it, and that the pod's status does not tell of yet.</param>
internal sealed record AwaitedClaim(string Entry, ObjectKey Template, ResourceClaim? Made);

/// <summary>Which claims a pod's templates still need, and what they look like.</summary>
internal static class GeneratedClaims
{
    // With a hyphen and five random characters a name of 63 characters, as everything named after a pod can have.
    private const int BaseLengthMax = 57;

    public static bool Has(Pod pod) => pod.Spec.ResourceClaims.Any(entry => entry.ResourceClaimTemplateName is not null);

    /// <param name="find">The claims that are there.</param>
    /// <param name="owned">Those that the pod owns.</param>
    public static IEnumerable<AwaitedClaim> Plan(Pod pod, Func<ObjectKey, ResourceClaim?> find, IReadOnlyList<ResourceClaim> owned)
    {
        foreach (var entry in pod.Spec.ResourceClaims)
        {
            if (entry.ResourceClaimTemplateName is { } template && Needs(pod, DeviceClaims.NameOf(pod, entry), find))
            {
                yield return new(
                    entry.Name,
                    new(pod.Metadata.Namespace ?? "", template),
                    owned.Where(claim => claim.Metadata.Annotations.Find(DeviceClaims.EntryAnnotation) == entry.Name)
                        .MinBy(claim => claim.Metadata.Name, StringComparer.Ordinal));
            }
        }
    }

    /// <summary>It goes with the pod.</summary>
    public static ResourceClaim Make(Pod pod, string entry, ResourceClaimTemplate template) => new()
    {
        Metadata = new()
        {
            Namespace = pod.Metadata.Namespace,
            GenerateName = BaseName(pod.Metadata.Name ?? "", entry),
            Labels = template.Spec.Metadata.Labels,
            Annotations = template.Spec.Metadata.Annotations.With(DeviceClaims.EntryAnnotation, entry),
            OwnerReferences = [ControllerRef.To(pod)],
        },
        Spec = template.Spec.Spec,
    };

    /// <summary>Both names are shortened alike where they are too long together: each still tells something.</summary>
    internal static string BaseName(string pod, string entry)
    {
        var whole = $"{pod}-{entry}-";
        return whole.Length <= BaseLengthMax ? whole : $"{Share(pod)}-{Share(entry)}";

        string Share(string name) => name[..(name.Length * BaseLengthMax / whole.Length)];
    }

    /// <summary>None was needed, or it is there: unless it is gone again, or another's by now.</summary>
    private static bool Needs(Pod pod, DeviceClaimName name, Func<ObjectKey, ResourceClaim?> find) => name switch
    {
        { IsAwaited: true } => true,
        { Key: { } key } => find(key) is not { } claim || DeviceClaims.Problem(pod, claim) is not null,
        _ => false,
    };
}

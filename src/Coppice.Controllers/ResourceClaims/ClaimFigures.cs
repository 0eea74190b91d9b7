using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Objects;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.ResourceClaims;

/// <summary>How many claims of devices there are and were made, under the names that Kubernetes' controller has. For any thread.</summary>
internal sealed class ClaimFigures(CacheSet caches)
{
    private readonly ObjectCache<ResourceClaim> _claims = caches.Of<ResourceClaim>();
    private readonly Counts<(string Status, string AdminAccess)> _made = new();

    /// <summary>A claim was to be made from a template.</summary>
    public void Made(ResourceClaim claim, bool isMade) => _made.Add((isMade ? "success" : "failure", AdminAccessOf(claim)));

    public void WriteTo(MetricsText text)
    {
        var made = text.Counter("resourceclaim_controller_creates_total", "[ALPHA] Number of ResourceClaims creation requests, categorized by creation status and admin access");
        foreach (var ((status, adminAccess), count) in _made.All)
        {
            made.Sample(count, null, ("status", status), ("admin_access", adminAccess));
        }

        var claims = text.Gauge(
            "resourceclaim_controller_resource_claims",
            "[ALPHA] Number of ResourceClaims, categorized by allocation status, admin access, and source. Source can be 'resource_claim_template' (created from a template), 'extended_resource' (extended resources), or empty (manually created by a user).");
        foreach (var ((allocated, adminAccess, source), count) in _claims.Items.CountBy(LabelsOf).OrderBy(one => $"{one.Key}", StringComparer.Ordinal))
        {
            claims.Sample(count, null, ("allocated", allocated), ("admin_access", adminAccess), ("source", source));
        }
    }

    private static (string Allocated, string AdminAccess, string Source) LabelsOf(ResourceClaim claim) => (
        claim.Status.Allocation is null ? "false" : "true",
        AdminAccessOf(claim),
        claim.Metadata.Annotations.ContainsKey(DeviceClaims.EntryAnnotation) ? "resource_claim_template"
            : claim.Metadata.Annotations.Find(DeviceClaims.ExtendedAnnotation) == "true" ? "extended_resource"
            : "");

    private static string AdminAccessOf(ResourceClaim claim) => claim.Spec.Devices.Requests.Any(one => one.Exactly?.AdminAccess == true) ? "true" : "false";
}

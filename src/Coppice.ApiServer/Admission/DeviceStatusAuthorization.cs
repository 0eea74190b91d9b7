using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Validation;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// Who may write to the status of claims may not yet write all of it: who gives devices to claims and claims to pods needs
/// resourceclaims/binding in the whole cluster, and who reports of a driver's devices resourceclaims/driver under that driver's name. A
/// driver on the node where the devices are is told from others by its verb.
/// </summary>
internal sealed class DeviceStatusAuthorization(Authorizer authorizer) : IValidatingAdmission
{
    private static readonly FieldPath Status = FieldPath.Of("status");

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Update;

    public IReadOnlyList<Type>? Records => [typeof(ResourceClaim)];

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (request.Subresource != "status" || (item, old) is not (ResourceClaim claim, ResourceClaim before))
        {
            return;
        }

        var verb = request.IsPatch ? "patch" : "update";
        List<FieldError> errors = [];
        if ((claim.Status.Allocation, claim.Status.ReservedFor) != (before.Status.Allocation, before.Status.ReservedFor)
            && await ProblemAsync(request.User, AccessRequest.To(verb, request.Resource, subresource: "binding"), stop) is { } why)
        {
            errors.Add(FieldError.Forbidden(
                Status, $"changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", verb=\"{verb}\" permission: {why}"));
        }

        string[] verbs = [.. IsOnNode(request.User, claim) ? [$"associated-node:{verb}"] : Array.Empty<string>(), $"arbitrary-node:{verb}"];
        foreach (var driver in ChangedDrivers(claim.Status, before.Status))
        {
            if (await ProblemAsync(request, verbs, driver, stop) is { } reason)
            {
                errors.Add(FieldError.Forbidden(
                    Status.Child("devices"), $"changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[{string.Join(' ', verbs)}]\" permission: {reason}"));
            }
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(request.Kind, claim.Metadata.Name ?? "", errors);
        }
    }

    /// <summary>One of the verbs must be allowed; if none is, the first says why.</summary>
    private async ValueTask<string?> ProblemAsync(WriteRequest request, string[] verbs, string driver, CancellationToken stop)
    {
        string? first = null;
        foreach (var verb in verbs)
        {
            if (await ProblemAsync(request.User, AccessRequest.To(verb, request.Resource, request.Key.Namespace, driver, "driver"), stop) is not { } why)
            {
                return null;
            }

            first ??= why;
        }

        return first;
    }

    private async ValueTask<string?> ProblemAsync(UserInfo user, AccessRequest wanted, CancellationToken stop)
    {
        var decision = await authorizer.DecideAsync(user, wanted, stop);
        return decision.Allowed
            ? null
            : ApiErrors.Forbidden(user.Name, wanted.Verb, wanted.Resource!.Value, wanted.Subresource, (wanted.Namespace, wanted.Name), decision.Reason).Message;
    }

    /// <summary>What drivers said of devices that the claim no longer has went with these, and is nobody's change.</summary>
    private static IEnumerable<string> ChangedDrivers(ResourceClaimStatus status, ResourceClaimStatus before)
    {
        var had = status.Allocation is null ? [] : before.Devices.ToDictionary(Identity);
        var has = status.Devices.ToDictionary(Identity);
        return had.Keys.Union(has.Keys).Where(one => had.GetValueOrDefault(one) != has.GetValueOrDefault(one)).Select(one => one.Driver).Distinct().Order(StringComparer.Ordinal);

        static (string Driver, string, string, string?) Identity(AllocatedDeviceStatus device) => (device.Driver, device.Pool, device.Device, device.ShareID);
    }

    /// <summary>A service account whose token says that it is used on the one node where the devices are.</summary>
    private static bool IsOnNode(UserInfo user, ResourceClaim claim) =>
        user.Name.StartsWith(Users.AccountPrefix, StringComparison.Ordinal)
        && user.Extra.TryGetValue(VerifiedToken.NodeName, out var nodes) && nodes is [var node] && Names.Subdomain(node).Count == 0
        && NodeOf(claim.Status.Allocation?.NodeSelector) == node;

    private static string? NodeOf(NodeSelector? selector) =>
        selector?.NodeSelectorTerms is [{ MatchExpressions.IsEmpty: true, MatchFields: [{ Key: NodeSelectors.NameField, Operator: NodeSelectorOperator.In, Values: [var name] }] }] ? name : null;
}

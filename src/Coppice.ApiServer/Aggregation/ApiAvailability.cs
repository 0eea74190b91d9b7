using Coppice.Objects;
using Coppice.Objects.Apiregistration;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.ApiServer.Aggregation;

/// <summary>Whether somebody who serves a part of the API can be asked, and why not, in Kubernetes' words.</summary>
internal sealed record ApiAvailability(bool IsAvailable, string Reason, string Message)
{
    public static readonly ApiAvailability Passed = new(true, "Passed", "all checks passed");

    public static ApiAvailability FailedCheck(string why) => new(false, "FailedDiscoveryCheck", why);

    /// <summary>What its service says of it; null if that leaves the question open.</summary>
    /// <param name="slices">Those of the service.</param>
    public static ApiAvailability? Of(ServiceReference reference, Service? service, IEnumerable<EndpointSlice> slices)
    {
        var about = $"service/{reference.Name} in \"{reference.Namespace}\"";
        if (service is null)
        {
            return new(false, "ServiceNotFound", $"{about} is not present");
        }

        if (service.Spec.Type != ServiceType.ClusterIP)
        {
            return null;
        }

        if (service.Spec.Ports.FirstOrDefault(one => one.Port == reference.Port) is not { } port)
        {
            return new(false, "ServicePortError", $"{about} is not listening on port {reference.Port}");
        }

        var all = slices.ToList();
        return all.Count == 0 ? new(false, "EndpointsNotFound", $"cannot find endpointslices for {about}")
            : all.Any(slice => IsReady(slice, port.Name ?? "")) ? null
            : new(false, "MissingEndpoints", $"endpointslices for {about} have no addresses with port name \"{port.Name}\"");
    }

    /// <summary>The condition that says so; since when, only if it was otherwise before.</summary>
    public APIServiceStatus Noted(APIServiceStatus before, DateTimeOffset now)
    {
        var status = IsAvailable ? ConditionStatus.True : ConditionStatus.False;
        var known = before.Conditions.FirstOrDefault(condition => condition.Type == APIServiceConditionType.Available);
        var condition = new APIServiceCondition
        {
            Type = APIServiceConditionType.Available,
            Status = status,
            LastTransitionTime = known?.Status == status ? known.LastTransitionTime : now,
            Reason = Reason,
            Message = Message,
        };
        return before with { Conditions = [.. before.Conditions.Where(one => one.Type != APIServiceConditionType.Available), condition] };
    }

    private static bool IsReady(EndpointSlice slice, string port) =>
        slice.Ports.Any(one => (one.Name ?? "") == port) && slice.Endpoints.Any(one => one.Conditions?.Ready ?? true);
}

using Coppice.Objects;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>Whether somebody of Kubernetes has approved an API in a group of Kubernetes' own.</summary>
internal enum ApiApprovalState
{
    Missing,
    Invalid,
    Approved,
    Bypassed,
}

/// <summary>The annotation that says who has approved an API.</summary>
internal static class ApiApproval
{
    public const string Annotation = "api-approved.kubernetes.io";

    private static readonly string[] Protected = ["k8s.io", "kubernetes.io"];

    public static bool IsProtected(string group) =>
        Protected.Any(own => group == own || group.EndsWith($".{own}", StringComparison.Ordinal));

    /// <returns>The state, and why, in Kubernetes' words.</returns>
    public static (ApiApprovalState State, string Reason) Of(ValueMap<string> annotations)
    {
        var value = annotations.Find(Annotation);
        return value switch
        {
            null or "" => (ApiApprovalState.Missing, $"protected groups must have approval annotation \"{Annotation}\", see https://github.com/kubernetes/enhancements/pull/1111"),
            _ when value.StartsWith("unapproved", StringComparison.Ordinal) => (ApiApprovalState.Bypassed, $"not approved: \"{value}\""),
            _ when Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Host.Length > 0 && address.Scheme.Length > 0 =>
                (ApiApprovalState.Approved, $"approved in {value}"),
            _ => (
                ApiApprovalState.Invalid,
                $"protected groups must have approval annotation \"{Annotation}\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111"),
        };
    }
}

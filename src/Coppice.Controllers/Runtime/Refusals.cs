using Coppice.Client;

namespace Coppice.Controllers.Runtime;

/// <summary>Refusals that mean something particular to a controller.</summary>
internal static class Refusals
{
    /// <summary>The namespace is going: nothing can be made in it, and nothing needs to be said about that.</summary>
    public static bool IsNamespaceTerminating(this ApiException e) =>
        e.Status.Details?.Causes.Any(c => c.Reason == "NamespaceTerminating") == true;

    /// <summary>A quota of the namespace is too small, or demands that more is said. Only the message tells, as everybody reads it.</summary>
    public static bool IsForQuota(this ApiException e) =>
        e.Status.Reason == "Forbidden"
        && (e.Message.Contains("exceeded quota: ", StringComparison.Ordinal) || e.Message.Contains("failed quota: ", StringComparison.Ordinal));
}

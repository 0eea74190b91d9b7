using Coppice.Client;

namespace Coppice.Controllers.Runtime;

/// <summary>Refusals that mean something particular to a controller.</summary>
internal static class Refusals
{
    /// <summary>The namespace is going: nothing can be made in it, and nothing needs to be said about that.</summary>
    public static bool IsNamespaceTerminating(this ApiException e) =>
        e.Status.Details?.Causes.Any(c => c.Reason == "NamespaceTerminating") == true;
}

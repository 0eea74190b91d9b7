using System.Security.Cryptography.X509Certificates;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;

namespace Coppice.Client;

/// <summary>
/// Who somebody is and what they may do, for servers beside the API server: their users are the cluster's, and its API decides.
/// </summary>
public interface IAccessControl
{
    /// <summary>Whose credentials these are; null for nobody's, and for none.</summary>
    /// <param name="certificate">The client's; null for none.</param>
    /// <param name="authorization">The Authorization header, or null.</param>
    ValueTask<UserInfo?> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop);

    ValueTask<bool> AllowsAsync(UserInfo user, ResourceAttributes wanted, CancellationToken stop);
}

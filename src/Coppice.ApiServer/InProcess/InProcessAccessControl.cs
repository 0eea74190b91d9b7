using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;

namespace Coppice.ApiServer.InProcess;

/// <summary>Token reviews and access reviews without HTTP, for servers of the same process.</summary>
internal sealed class InProcessAccessControl(Authenticator authenticator, Authorizer authorizer) : IAccessControl
{
    public async ValueTask<UserInfo?> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop) =>
        (await authenticator.IdentifyAsync(certificate, authorization, stop)).User is { IsAnonymous: false } user ? user : null;

    public async ValueTask<bool> AllowsAsync(UserInfo user, ResourceAttributes wanted, CancellationToken stop) =>
        (await authorizer.DecideAsync(user, AccessRequest.Of(wanted), stop)).Allowed;
}

using System.Net;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;

namespace Coppice.ApiServer.InProcess;

/// <summary>Token reviews and access reviews without HTTP, for servers of the same process.</summary>
internal sealed class InProcessAccessControl(Authenticator authenticator, Authorizer authorizer) : IAccessControl
{
    public async ValueTask<UserInfo?> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop)
    {
        try
        {
            var (user, _) = await authenticator.IdentifyAsync(certificate, authorization, stop);
            return user.IsAnonymous ? null : user;
        }
        catch (ApiError refused) when (refused.Code == (int)HttpStatusCode.Unauthorized)
        {
            return null;
        }
    }

    public async ValueTask<bool> AllowsAsync(UserInfo user, ResourceAttributes wanted, CancellationToken stop) =>
        (await authorizer.DecideAsync(user, AccessRequest.Of(wanted), stop)).Allowed;
}

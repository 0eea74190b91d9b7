using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Cel.Libraries;
using Coppice.Client;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Admission.Evaluation;

/// <summary>Who may do what, as expressions ask it: of whoever sent the request, or of a service account.</summary>
internal sealed class ExpressionAuthorizer(Authorizer authorizer, UserInfo user) : IExpressionAuthorizer
{
    public AuthorizationAnswer Decide(AuthorizationQuestion question)
    {
        var request = question.Path is { } path
            ? new AccessRequest(question.Verb, null) { Path = path }
            : AccessRequest.To(question.Verb, new GroupResource(question.Group, question.Resource), question.Namespace, question.Name, question.Subresource) with
            {
                FieldSelector = question.FieldSelector ?? "",
            };

        // Roles are in memory, so that nobody waits; what would have to be read first is not allowed.
        var decision = authorizer.DecideAsync(question.ServiceAccount is { } account ? AccountOf(account) : user, request, CancellationToken.None);
        return decision.IsCompletedSuccessfully
            ? new(decision.Result.Allowed, decision.Result.Reason)
            : new(false, "", "the decision cannot be made at once");
    }

    private static UserInfo AccountOf(string account) => Users.Account(account[..account.IndexOf('/')], account[(account.IndexOf('/') + 1)..]);
}

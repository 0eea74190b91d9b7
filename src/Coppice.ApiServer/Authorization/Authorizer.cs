using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Authorization;

/// <summary>
/// Who may do what: the masters everything, the agents of nodes what their pods need, and everybody what roles and bindings give them
/// (role-based access control). These are looked at as they are now, and put in order once a change.
/// </summary>
/// <param name="nodeRules">What all nodes may do alike.</param>
public sealed class Authorizer(ObjectStorage storage, ValueList<PolicyRule> nodeRules)
{
    private readonly LiveObjects<Role> _roles = new(storage);
    private readonly LiveObjects<ClusterRole> _clusterRoles = new(storage);
    private readonly LiveObjects<RoleBinding> _roleBindings = new(storage);
    private readonly LiveObjects<ClusterRoleBinding> _clusterRoleBindings = new(storage);

    private readonly NodeAuthorizer _nodes = new(storage, nodeRules);

    private volatile RbacPolicy? _policy;

    /// <exception cref="ApiError">Forbidden.</exception>
    public async ValueTask RequireAsync(UserInfo user, AccessRequest request, CancellationToken stop) =>
        Require(user, request, await DecideAsync(user, request, stop));

    /// <exception cref="ApiError">Forbidden: that is the decision.</exception>
    public static void Require(UserInfo user, AccessRequest request, AccessDecision decision)
    {
        if (!decision.Allowed)
        {
            throw request.Resource is { } resource
                ? ApiErrors.Forbidden(user.Name, request.Verb, resource, request.Subresource, (request.Namespace, request.Name), decision.Reason)
                : ApiErrors.ForbiddenPath(user.Name, request.Verb, request.Path, decision.Reason);
        }
    }

    public ValueTask<AccessDecision> DecideAsync(UserInfo user, AccessRequest request, CancellationToken stop)
    {
        if (user.IsIn(Users.Masters))
        {
            return new(AccessDecision.Allow);
        }

        var policy = PolicyAsync(stop);
        return NodeIdentity.Of(user) is { } node ? DecideAsync(node, policy, user, request, stop)
            : policy.IsCompletedSuccessfully ? new(policy.Result.Decide(user, request))
            : DecideAsync(policy, user, request);
    }

    /// <summary>All that somebody may do in a namespace and beyond, as rules that people can read.</summary>
    public async ValueTask<SubjectRulesReviewStatus> RulesOfAsync(UserInfo user, string space, CancellationToken stop)
    {
        var grants = (await PolicyAsync(stop)).GrantsOf(user, space).ToList();
        var rules = grants.SelectMany(grant => grant.Rules).Distinct(ReferenceEqualityComparer.Instance).Cast<PolicyRule>().ToList();
        List<string> problems = [.. grants.Where(grant => grant.Missing).Select(grant => grant.Problem).Distinct()];
        if (NodeIdentity.Of(user) is not null)
        {
            problems.Add("node authorizer does not support user rule resolution");
        }

        return new SubjectRulesReviewStatus
        {
            ResourceRules = [.. rules.Where(rule => !rule.Resources.IsEmpty).Select(rule => new ResourceRule
            {
                Verbs = rule.Verbs, ApiGroups = rule.ApiGroups, Resources = rule.Resources, ResourceNames = rule.ResourceNames,
            })],
            NonResourceRules = [.. rules.Where(rule => !rule.NonResourceUrls.IsEmpty).Select(rule => new NonResourceRule
            {
                Verbs = rule.Verbs, NonResourceUrls = rule.NonResourceUrls,
            })],
            Incomplete = problems.Count > 0,
            EvaluationError = problems.Count == 0 ? null : Grant.Join(problems),
        };
    }

    /// <summary>The roles and bindings as they are now.</summary>
    internal ValueTask<RbacPolicy> PolicyAsync(CancellationToken stop)
    {
        var (roles, clusterRoles) = (_roles.NowAsync(stop), _clusterRoles.NowAsync(stop));
        var (roleBindings, clusterRoleBindings) = (_roleBindings.NowAsync(stop), _clusterRoleBindings.NowAsync(stop));
        return roles.IsCompletedSuccessfully && clusterRoles.IsCompletedSuccessfully
            && roleBindings.IsCompletedSuccessfully && clusterRoleBindings.IsCompletedSuccessfully
            ? new(Arrange(new(roles.Result, clusterRoles.Result, roleBindings.Result, clusterRoleBindings.Result)))
            : WaitAsync();

        async ValueTask<RbacPolicy> WaitAsync() => Arrange(new(await roles, await clusterRoles, await roleBindings, await clusterRoleBindings));
    }

    /// <summary>One of the two must allow it; if none does, both may have something to say.</summary>
    private async ValueTask<AccessDecision> DecideAsync(
        string node, ValueTask<RbacPolicy> policy, UserInfo user, AccessRequest request, CancellationToken stop)
    {
        var ofNode = node.Length > 0
            ? await _nodes.DecideAsync(node, request, stop)
            : new AccessDecision(false, $"unknown node for user {QuotedText.Of(user.Name)}");
        if (ofNode.Allowed)
        {
            return ofNode;
        }

        var ofRoles = (await policy).Decide(user, request);
        return ofRoles.Allowed ? ofRoles : new(false, string.Join('\n', ((string[])[ofNode.Reason, ofRoles.Reason]).Where(why => why.Length > 0)));
    }

    private static async ValueTask<AccessDecision> DecideAsync(ValueTask<RbacPolicy> policy, UserInfo user, AccessRequest request) =>
        (await policy).Decide(user, request);

    // Two who see a change at once may both do the work, and come to the same.
    private RbacPolicy Arrange(RbacObjects objects)
    {
        var policy = _policy;
        if (policy is null || !policy.IsOf(objects))
        {
            _policy = policy = new RbacPolicy(objects);
        }

        return policy;
    }
}

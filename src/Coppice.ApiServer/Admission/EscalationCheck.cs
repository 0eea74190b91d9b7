using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Validation;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// Nobody gives away more than they have: whoever writes a role needs each of its rights, or the right to escalate it; whoever binds one
/// needs each of the role's rights, or the right to bind it. It changes nothing, and is asked when all who do were: before it is said what
/// is wrong with the role.
/// </summary>
internal sealed class EscalationCheck(Authorizer authorizer) : IMutatingAdmission
{
    private static readonly PolicyRule[] Everything =
    [
        new() { Verbs = [RoleRules.All], ApiGroups = [RoleRules.All], Resources = [RoleRules.All] },
        new() { Verbs = [RoleRules.All], NonResourceUrls = [RoleRules.All] },
    ];

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update;

    public IReadOnlyList<Type>? Records => [typeof(Role), typeof(ClusterRole), typeof(RoleBinding), typeof(ClusterRoleBinding)];

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (request.Resource.Group == RbacValidation.Group && item is not null && !request.User.IsIn(Users.Masters) && (old is null || !IsSame(item, old)))
        {
            await RequireAsync(request, item, old, stop);
        }

        return item;
    }

    private ValueTask RequireAsync(WriteRequest request, KubernetesObject item, KubernetesObject? old, CancellationToken stop) => item switch
    {
        Role role => RequireRulesAsync(request, role.Rules, stop),
        ClusterRole role => RequireRulesAsync(request, role, old as ClusterRole, stop),
        RoleBinding binding => RequireRoleAsync(request, binding.RoleRef, stop),
        ClusterRoleBinding binding => RequireRoleAsync(request, binding.RoleRef, stop),
        _ => ValueTask.CompletedTask,
    };

    /// <summary>Whether they differ in nothing but what the garbage collector changes.</summary>
    private static bool IsSame(KubernetesObject item, KubernetesObject old) => (item with
    {
        Metadata = item.Metadata with
        {
            OwnerReferences = old.Metadata.OwnerReferences,
            Finalizers = old.Metadata.Finalizers,
            ResourceVersion = old.Metadata.ResourceVersion,
            ManagedFields = old.Metadata.ManagedFields,
        },
    }).Equals(old);

    private async ValueTask RequireRulesAsync(WriteRequest request, ClusterRole role, ClusterRole? old, CancellationToken stop)
    {
        if (await MayEscalateAsync(request, stop))
        {
            return;
        }

        await RequireHeldAsync(request, role.Rules, stop);
        if ((role.AggregationRule is not null || old?.AggregationRule is not null) && (await MissingAsync(request, Everything, stop)).Count > 0)
        {
            throw Refuse(request, "must have cluster-admin privileges to use the aggregationRule");
        }
    }

    private async ValueTask RequireRulesAsync(WriteRequest request, ValueList<PolicyRule> rules, CancellationToken stop)
    {
        if (!await MayEscalateAsync(request, stop))
        {
            await RequireHeldAsync(request, rules, stop);
        }
    }

    private async ValueTask RequireRoleAsync(WriteRequest request, RoleRef role, CancellationToken stop)
    {
        if (role.Kind is not ("Role" or "ClusterRole"))
        {
            // It binds nothing, and validation says so.
            return;
        }

        var space = request.Key.Namespace;
        var resource = new GroupResource(role.ApiGroup, role.Kind == "Role" ? "roles" : "clusterroles");
        if (!(await authorizer.DecideAsync(request.User, AccessRequest.To("bind", resource, space, role.Name), stop)).Allowed)
        {
            var rules = (await authorizer.PolicyAsync(stop)).RulesOf(role, space) ?? throw ApiErrors.NotFound(resource, role.Name);
            await RequireHeldAsync(request, rules, stop);
        }
    }

    private async ValueTask RequireHeldAsync(WriteRequest request, ValueList<PolicyRule> rules, CancellationToken stop)
    {
        if (await MissingAsync(request, rules, stop) is not { Count: > 0 } missing)
        {
            return;
        }

        var user = request.User;
        var problems = Problems(await GrantsAsync(request, stop));
        var unresolved = problems.Count == 0 ? "" : $"; resolution errors: [{Grant.Join(problems)}]";
        throw Refuse(
            request,
            $"user {QuotedText.Of(user.Name)} (groups={RuleCoverage.Quoted(user.Groups)}) is attempting to grant RBAC permissions not currently held:\n{RuleCoverage.Describe(missing)}{unresolved}");
    }

    private async ValueTask<bool> MayEscalateAsync(WriteRequest request, CancellationToken stop) => (await authorizer.DecideAsync(
        request.User, AccessRequest.To("escalate", request.Resource, request.Key.Namespace, request.Key.Name), stop)).Allowed;

    private async ValueTask<List<PolicyRule>> MissingAsync(WriteRequest request, IEnumerable<PolicyRule> wanted, CancellationToken stop) =>
        RuleCoverage.Missing([.. (await GrantsAsync(request, stop)).SelectMany(grant => grant.Rules).Distinct()], wanted);

    private async ValueTask<IReadOnlyList<Grant>> GrantsAsync(WriteRequest request, CancellationToken stop) =>
        [.. (await authorizer.PolicyAsync(stop)).GrantsOf(request.User, request.Key.Namespace)];

    private static List<string> Problems(IReadOnlyList<Grant> grants) => [.. grants.Where(grant => grant.Missing).Select(grant => grant.Problem).Distinct()];

    private static ApiError Refuse(WriteRequest request, string why) => ApiErrors.Forbidden(request.Resource, request.Key.Name, why);
}

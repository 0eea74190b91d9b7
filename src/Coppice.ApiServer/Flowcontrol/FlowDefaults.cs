using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Flowcontrol;

/// <summary>
/// The flow schemas and priority levels that every cluster has: four that stay as they are, and what is suggested beside them, which an
/// administrator may take over by setting the annotation autoupdate-spec to "false".
/// </summary>
public static class FlowDefaults
{
    private const string Exempt = "exempt";
    private const string AutoUpdate = "apf.kubernetes.io/autoupdate-spec";
    private const string System = "kube-system";
    private const string Masters = "system:masters";

    private static readonly PolicyRulesWithSubjects Anything = new()
    {
        ResourceRules = [Resources("*", "*", "*", isEverywhere: true)],
        NonResourceRules = [new() { Verbs = ["*"], NonResourceURLs = ["*"] }],
    };

    internal static readonly IReadOnlyList<PriorityLevelConfiguration> MandatoryLevels =
    [
        Level(Exempt, new() { Type = PriorityLevelEnablement.Exempt, Exempt = new() { NominalConcurrencyShares = 0, LendablePercent = 0 } }),
        Level("catch-all", Limited(5, 0, new() { Type = LimitResponseType.Reject })),
    ];

    internal static readonly IReadOnlyList<FlowSchema> MandatorySchemas =
    [
        Schema(Exempt, Exempt, 1, null, Anything with { Subjects = [Group(Masters)] }),
        Schema("catch-all", "catch-all", 10000, FlowDistinguisherMethodType.ByUser, Anything with { Subjects = Everybody }),
    ];

    internal static readonly IReadOnlyList<PriorityLevelConfiguration> SuggestedLevels =
    [
        Level("system", Limited(30, 33, Queues(64, 6))),
        Level("node-high", Limited(40, 25, Queues(64, 6))),
        Level("leader-election", Limited(10, 0, Queues(16, 4))),
        Level("workload-high", Limited(40, 50, Queues(128, 6))),
        Level("workload-low", Limited(100, 90, Queues(128, 6))),
        Level("global-default", Limited(20, 50, Queues(128, 6))),
    ];

    internal static readonly IReadOnlyList<FlowSchema> SuggestedSchemas =
    [
        Schema("system-nodes", "system", 500, FlowDistinguisherMethodType.ByUser, Anything with { Subjects = [Group("system:nodes")] }),
        Schema("system-node-high", "node-high", 400, FlowDistinguisherMethodType.ByUser, new()
        {
            Subjects = [Group("system:nodes")],
            ResourceRules =
            [
                Resources("*", "", ["nodes", "nodes/status"], "*", isEverywhere: true),
                Resources("*", "coordination.k8s.io", ["leases"], "*"),
            ],
        }),
        Schema("probes", Exempt, 2, null, new()
        {
            Subjects = Everybody,
            NonResourceRules = [new() { Verbs = ["get"], NonResourceURLs = ["/healthz", "/readyz", "/livez"] }],
        }),
        Schema("system-leader-election", "leader-election", 100, FlowDistinguisherMethodType.ByUser, new()
        {
            Subjects = [User("system:kube-controller-manager"), User("system:kube-scheduler"), Accounts],
            ResourceRules = [Leases],
        }),
        Schema("workload-leader-election", "leader-election", 200, FlowDistinguisherMethodType.ByUser, new()
        {
            Subjects = [Accounts],
            ResourceRules = [Leases],
        }),
        Schema("endpoint-controller", "workload-high", 150, FlowDistinguisherMethodType.ByUser, new()
        {
            Subjects = [User("system:kube-controller-manager"), Account("endpoint-controller"), Account("endpointslicemirroring-controller")],
            ResourceRules = [Resources(["get", "create", "update"], "", ["endpoints"], "*")],
        }),
        Schema("kube-controller-manager", "workload-high", 800, FlowDistinguisherMethodType.ByNamespace, Anything with { Subjects = [User("system:kube-controller-manager")] }),
        Schema("kube-scheduler", "workload-high", 800, FlowDistinguisherMethodType.ByNamespace, Anything with { Subjects = [User("system:kube-scheduler")] }),
        Schema("kube-system-service-accounts", "workload-high", 900, FlowDistinguisherMethodType.ByNamespace, Anything with { Subjects = [Accounts] }),
        Schema("service-accounts", "workload-low", 9000, FlowDistinguisherMethodType.ByUser, Anything with { Subjects = [Group("system:serviceaccounts")] }),
        Schema("global-default", "global-default", 9900, FlowDistinguisherMethodType.ByUser, Anything with { Subjects = Everybody }),
    ];

    private static ValueList<Subject> Everybody => [Group("system:unauthenticated"), Group("system:authenticated")];

    private static Subject Accounts => Account("*");

    private static ResourcePolicyRule Leases => Resources(["get", "create", "update"], "coordination.k8s.io", ["leases"], "*");

    /// <summary>Whether there is all that every cluster has, whatever an administrator has made of it.</summary>
    internal static bool AreAmong(IEnumerable<FlowSchema> schemas, IEnumerable<PriorityLevelConfiguration> levels) =>
        schemas.Select(one => one.Metadata.Name).ToHashSet().IsSupersetOf(MandatorySchemas.Concat(SuggestedSchemas).Select(one => one.Metadata.Name))
        && levels.Select(one => one.Metadata.Name).ToHashSet().IsSupersetOf(MandatoryLevels.Concat(SuggestedLevels).Select(one => one.Metadata.Name));

    /// <summary>Writes what is missing, and what is otherwise than it should be and no administrator's.</summary>
    public static async Task EnsureAsync(IApiClient api, CancellationToken stop)
    {
        await Task.WhenAll(
        [
            .. MandatoryLevels.Concat(SuggestedLevels).Select(level => EnsureAsync(api, level, old => old with { Spec = level.Spec }, stop)),
            .. MandatorySchemas.Concat(SuggestedSchemas).Select(schema => EnsureAsync(api, schema, old => old with { Spec = schema.Spec }, stop)),
        ]);
    }

    private static async Task EnsureAsync<T>(IApiClient api, T wanted, Func<T, T> mend, CancellationToken stop) where T : KubernetesObject
    {
        if (await api.CreateIfAbsentAsync(wanted, stop) || await api.FindAsync<T>(ObjectKey.Of(wanted), stop) is not { } old)
        {
            return;
        }

        // How much of its part an exempt level lends is the administrator's to say, in any case.
        var mayMend = old.Metadata.Annotations.Find(AutoUpdate) != "false" && old is not PriorityLevelConfiguration { Spec.Type: PriorityLevelEnablement.Exempt };
        if (mayMend && mend(old) is { } mended && !mended.Equals(old))
        {
            await api.UpdateAsync(mended, stop);
        }
    }

    private static PriorityLevelConfiguration Level(string name, PriorityLevelConfigurationSpec spec) => new()
    {
        Metadata = new() { Name = name, Annotations = ValueMap.Of((AutoUpdate, "true")) },
        Spec = spec,
    };

    private static PriorityLevelConfigurationSpec Limited(int shares, int lendable, LimitResponse response) => new()
    {
        Type = PriorityLevelEnablement.Limited,
        Limited = new() { NominalConcurrencyShares = shares, LendablePercent = lendable, LimitResponse = response },
    };

    private static LimitResponse Queues(int queues, int handSize) => new()
    {
        Type = LimitResponseType.Queue,
        Queuing = new() { Queues = queues, HandSize = handSize, QueueLengthLimit = 50 },
    };

    private static FlowSchema Schema(string name, string level, int precedence, string? method, PolicyRulesWithSubjects rule) => new()
    {
        Metadata = new() { Name = name, Annotations = ValueMap.Of((AutoUpdate, "true")) },
        Spec = new()
        {
            PriorityLevelConfiguration = new() { Name = level },
            MatchingPrecedence = precedence,
            DistinguisherMethod = method is null ? null : new() { Type = method },
            Rules = [rule],
        },
    };

    private static Subject Group(string name) => new() { Kind = SubjectKind.Group, Group = new() { Name = name } };

    private static Subject User(string name) => new() { Kind = SubjectKind.User, User = new() { Name = name } };

    private static Subject Account(string name) => new() { Kind = SubjectKind.ServiceAccount, ServiceAccount = new() { Namespace = System, Name = name } };

    private static ResourcePolicyRule Resources(string verb, string group, string resource, bool isEverywhere) =>
        Resources([verb], group, [resource], "*", isEverywhere);

    private static ResourcePolicyRule Resources(string verb, string group, ValueList<string> resources, string space, bool isEverywhere = false) =>
        Resources([verb], group, resources, space, isEverywhere);

    private static ResourcePolicyRule Resources(ValueList<string> verbs, string group, ValueList<string> resources, string space, bool isEverywhere = false) =>
        new() { Verbs = verbs, ApiGroups = [group], Resources = resources, Namespaces = [space], ClusterScope = isEverywhere };
}

using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Registry;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Aggregation;

/// <summary>The versions of groups that this server serves itself, as objects of the API; and how far in front each group stands.</summary>
public static class LocalApis
{
    /// <summary>Kubernetes' mark of those that come and go with what the server serves.</summary>
    public const string Managed = "kube-aggregator.kubernetes.io/automanaged";

    private const int OtherGroup = 1000;
    private const int OtherVersion = 100;
    private const int StableVersion = 15;

    // Itself, it is the one group that nobody registers.
    private const string Own = "apiregistration.k8s.io";

    // Kubernetes' numbers.
    private static readonly Dictionary<string, int> Groups = new(StringComparer.Ordinal)
    {
        [""] = 18000, [Own] = 17900, ["apps"] = 17800, ["events.k8s.io"] = 17750, ["authentication.k8s.io"] = 17700, ["authorization.k8s.io"] = 17600,
        ["autoscaling"] = 17500, ["batch"] = 17400, ["certificates.k8s.io"] = 17300, ["networking.k8s.io"] = 17200, ["policy"] = 17100,
        ["rbac.authorization.k8s.io"] = 17000, ["storage.k8s.io"] = 16800, ["apiextensions.k8s.io"] = 16700, ["admissionregistration.k8s.io"] = 16700,
        ["scheduling.k8s.io"] = 16600, ["coordination.k8s.io"] = 16500, ["node.k8s.io"] = 16300, ["discovery.k8s.io"] = 16200,
        ["flowcontrol.apiserver.k8s.io"] = 16100, ["resource.k8s.io"] = 16200,
    };

    public static int PriorityOf(string group) => Groups.GetValueOrDefault(group, OtherGroup);

    internal static IEnumerable<APIService> Of(ServedKinds kinds) => Of(kinds.All);

    /// <summary>The names of those that are not among these; of the kinds that every cluster has, as others come while the server is well.</summary>
    public static IReadOnlyList<string> Missing(KindRegistry kinds, IReadOnlyList<APIService> among) =>
        [.. Of(kinds.Current.All.Where(served => !served.Kind.IsCustom)).Select(one => one.Metadata.Name!).Except(among.Select(one => one.Metadata.Name!)).Order(StringComparer.Ordinal)];

    public static bool IsManaged(APIService item) => item.Metadata.Labels.Find(Managed) is "onstart" or "true";

    private static IEnumerable<APIService> Of(IEnumerable<ServedKind> kinds) =>
        ServedGroups.Of(kinds).SelectMany(served => served.Versions).Where(version => version.Group != Own).Select(Of);

    private static APIService Of(ServedVersion served)
    {
        var isBuiltIn = Groups.ContainsKey(served.Group);
        return new APIService
        {
            Metadata = new ObjectMeta
            {
                Name = $"{served.Version}.{served.Group}",
                Labels = ValueMap.Of((Managed, isBuiltIn ? "onstart" : "true")),
            },
            Spec = new APIServiceSpec
            {
                Group = served.Group.Length == 0 ? null : served.Group,
                Version = served.Version,
                GroupPriorityMinimum = PriorityOf(served.Group),
                VersionPriority = (isBuiltIn, served.Group, served.Version) switch
                {
                    (true, "", _) => 1,
                    (true, "autoscaling", "v2") => 2 * StableVersion,
                    (true, "flowcontrol.apiserver.k8s.io", "v1") => 21,
                    (true, _, _) => StableVersion,
                    _ => OtherVersion,
                },
            },
        };
    }
}

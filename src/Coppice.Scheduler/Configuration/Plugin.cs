namespace Coppice.Scheduler.Configuration;

/// <summary>A plugin of Kubernetes' scheduler: what of ours goes by that name.</summary>
/// <param name="Weight">How much its score counts if nothing is said of it; 0 if it has none.</param>
internal sealed record Plugin(string Name, Func<PluginArguments, IEnumerable<IFilter>> Filters, Func<PluginArguments, IScore>? Score = null, int Weight = 0)
{
    public const string Gates = "SchedulingGates";
    public const string Sort = "PrioritySort";
    public const string Preemption = "DefaultPreemption";
    public const string Binder = "DefaultBinder";
    public const string VolumeBinding = "VolumeBinding";
    public const string NodeAffinity = "NodeAffinity";
    public const string ResourcesFit = "NodeResourcesFit";
    public const string BalancedAllocation = "NodeResourcesBalancedAllocation";
    public const string DynamicResources = "DynamicResources";
    public const string TopologySpread = "PodTopologySpread";
    public const string PodAffinity = "InterPodAffinity";

    /// <summary>
    /// Those that Kubernetes has on by default, in the order of its filters: cheap ones first; the first that objects speaks for the node.
    /// What is the pod's own matter, and no node's, comes before all of them.
    /// </summary>
    public static readonly IReadOnlyList<Plugin> All =
    [
        new(Gates, _ => []),
        new(Sort, _ => []),
        new("NodeUnschedulable", _ => [new UnschedulableFilter()]),
        new("NodeName", _ => [new NodeNameFilter()]),
        new("TaintToleration", _ => [new TaintFilter()], _ => new TaintScore(), 3),
        new(NodeAffinity, arguments => [new NodeAffinityFilter(arguments.AddedAffinity)], arguments => new NodeAffinityScore(arguments.AddedAffinity), 2),
        new("NodePorts", _ => [new HostPortFilter()]),
        new(ResourcesFit, arguments => [new ResourcesFilter(arguments.IgnoredResources, arguments.IgnoredResourceGroups)], arguments => arguments.Allocation, 1),
        new("VolumeRestrictions", _ => [new DiskSharingFilter(), new ClaimSharingFilter()]),
        new("NodeVolumeLimits", _ => [new VolumeLimitsFilter()]),
        new(VolumeBinding, _ => [new ClaimsFilter(), new VolumeBindingFilter()]),
        new("VolumeZone", _ => [new VolumeZoneFilter()]),
        new(TopologySpread, arguments => [new TopologySpreadFilter(arguments.Spread)], arguments => new SpreadScore(arguments.Spread), 2),
        new(PodAffinity, _ => [new PodAffinityFilter()], arguments => arguments.PodAffinity, 2),
        new(DynamicResources, _ => [new DeviceClaimsFilter(), new DevicesFilter()]),
        new(Preemption, _ => []),
        new(BalancedAllocation, _ => [], arguments => new BalanceScore(arguments.Balanced), 1),
        new("ImageLocality", _ => [], _ => new ImageLocalityScore(), 1),
        new(Binder, _ => []),
    ];

    /// <summary>The profile in which some of them are on.</summary>
    public static SchedulerProfile Profile(string name, PluginSetsForm sets, PluginArguments arguments) => new()
    {
        Name = name,
        Filters = [.. All.Where(one => IsOn(one.Name, sets.Filter, sets)).SelectMany(one => one.Filters(arguments)).OrderBy(filter => filter is not (ClaimsFilter or DeviceClaimsFilter))],
        Scores = [.. All.Where(one => one.Score is not null && IsOn(one.Name, sets.Score, sets)).Select(one => new WeightedScore(one.Score!(arguments), WeightOf(one, sets)))],
        Preemption = IsOn(Preemption, sets.PostFilter, sets) ? arguments.Preemption : null,
        BindTimeout = arguments.BindTimeout,
        DeviceTimeout = arguments.DeviceTimeout,
    };

    /// <summary>What is said of the one point counts before what is said of all.</summary>
    public static bool IsOn(string plugin, PluginSetForm point, PluginSetsForm sets) => point.Says(plugin) ?? sets.MultiPoint.Says(plugin) ?? true;

    /// <summary>Who is switched on by name has the weight that is said there, which is 1 if nothing is.</summary>
    private static int WeightOf(Plugin plugin, PluginSetsForm sets) =>
        (sets.Score.Enabled.FirstOrDefault(one => one.Name == plugin.Name) ?? sets.MultiPoint.Enabled.FirstOrDefault(one => one.Name == plugin.Name)) is { } said
            ? said.Weight is null or 0 ? 1 : said.Weight.Value
            : plugin.Weight;
}

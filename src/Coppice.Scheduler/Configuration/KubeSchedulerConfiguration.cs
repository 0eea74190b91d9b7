using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Scheduler.Configuration;

/// <summary>The file that Kubernetes' scheduler is told by how to work, kubescheduler.config.k8s.io/v1: what of it means something here.</summary>
internal sealed record KubeSchedulerConfiguration
{
    public const string Version = "kubescheduler.config.k8s.io/v1";

    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    /// <summary>Nothing of it is used: one loop decides.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Nothing of it is used: there is one scheduler, in the process of the API.</summary>
    public JsonElement? LeaderElection { get; init; }

    /// <summary>As <see cref="LeaderElection"/>.</summary>
    public JsonElement? ClientConnection { get; init; }

    /// <summary>Nothing of it is used.</summary>
    public bool? EnableProfiling { get; init; }

    /// <summary>Nothing of it is used.</summary>
    public bool? EnableContentionProfiling { get; init; }

    /// <summary>As <see cref="LeaderElection"/>.</summary>
    public bool? DelayCacheUntilActive { get; init; }

    /// <summary>0 for a share that falls as nodes get more.</summary>
    public int? PercentageOfNodesToScore { get; init; }

    public long? PodInitialBackoffSeconds { get; init; }

    public long? PodMaxBackoffSeconds { get; init; }

    public IReadOnlyList<ProfileForm> Profiles { get => field ?? []; init; }

    public IReadOnlyList<JsonElement> Extenders { get => field ?? []; init; }
}

/// <summary>One profile.</summary>
internal sealed record ProfileForm
{
    public string? SchedulerName { get; init; }

    public int? PercentageOfNodesToScore { get; init; }

    public PluginSetsForm Plugins { get => field ?? new(); init; }

    public IReadOnlyList<PluginConfigForm> PluginConfig { get => field ?? []; init; }
}

/// <summary>The plugins of a profile, by the point where they work.</summary>
internal sealed record PluginSetsForm
{
    public PluginSetForm PreEnqueue { get => field ?? new(); init; }

    public PluginSetForm QueueSort { get => field ?? new(); init; }

    public PluginSetForm PreFilter { get => field ?? new(); init; }

    public PluginSetForm Filter { get => field ?? new(); init; }

    public PluginSetForm PostFilter { get => field ?? new(); init; }

    public PluginSetForm PreScore { get => field ?? new(); init; }

    public PluginSetForm Score { get => field ?? new(); init; }

    public PluginSetForm Reserve { get => field ?? new(); init; }

    public PluginSetForm Permit { get => field ?? new(); init; }

    public PluginSetForm PreBind { get => field ?? new(); init; }

    public PluginSetForm Bind { get => field ?? new(); init; }

    public PluginSetForm PostBind { get => field ?? new(); init; }

    public PluginSetForm MultiPoint { get => field ?? new(); init; }

    /// <summary>Each with its name.</summary>
    [JsonIgnore]
    public IEnumerable<(string Point, PluginSetForm Set)> All =>
    [
        ("preEnqueue", PreEnqueue), ("queueSort", QueueSort), ("preFilter", PreFilter), ("filter", Filter), ("postFilter", PostFilter), ("preScore", PreScore),
        ("score", Score), ("reserve", Reserve), ("permit", Permit), ("preBind", PreBind), ("bind", Bind), ("postBind", PostBind), ("multiPoint", MultiPoint),
    ];
}

/// <summary>What is on and off at one point.</summary>
internal sealed record PluginSetForm
{
    public IReadOnlyList<PluginForm> Enabled { get => field ?? []; init; }

    /// <summary>"*" is all of them.</summary>
    public IReadOnlyList<PluginForm> Disabled { get => field ?? []; init; }

    /// <returns>True and false for what is said of a plugin, null for nothing.</returns>
    public bool? Says(string plugin) => Enabled.Any(one => one.Name == plugin) ? true : Disabled.Any(one => one.Name == plugin || one.Name == "*") ? false : null;
}

/// <summary>One plugin.</summary>
internal sealed record PluginForm
{
    public string? Name { get; init; }

    /// <summary>How much its score counts; null or 0 for 1.</summary>
    public int? Weight { get; init; }
}

/// <summary>The arguments of one plugin.</summary>
internal sealed record PluginConfigForm
{
    public string? Name { get; init; }

    public JsonElement? Args { get; init; }
}

/// <summary>Reads the file, without what is of the API's own types.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KubeSchedulerConfiguration))]
[JsonSerializable(typeof(DefaultPreemptionForm))]
[JsonSerializable(typeof(InterPodAffinityForm))]
[JsonSerializable(typeof(NodeAffinityForm))]
[JsonSerializable(typeof(BalancedAllocationForm))]
[JsonSerializable(typeof(ResourcesFitForm))]
[JsonSerializable(typeof(TopologySpreadForm))]
[JsonSerializable(typeof(VolumeBindingForm))]
[JsonSerializable(typeof(DynamicResourcesForm))]
internal sealed partial class SchedulerJsonContext : JsonSerializerContext;

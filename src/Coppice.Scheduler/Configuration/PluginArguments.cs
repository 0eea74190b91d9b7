using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler.Configuration;

/// <summary>What plugins are told beside being on: Kubernetes' defaults, unless a profile says otherwise.</summary>
internal sealed record PluginArguments
{
    public CandidateNodes Preemption { get; init; } = new();

    public PodAffinityScore PodAffinity { get; init; } = new();

    /// <summary>What all pods need and prefer of nodes; null for nothing.</summary>
    public NodeAffinity? AddedAffinity { get; init; }

    public ValueList<ResourceShare> Balanced { get; init; } = ResourceShare.Usual;

    public AllocationScore Allocation { get; init; } = AllocationScore.Default;

    /// <summary>Extended resources that are not looked at, by name.</summary>
    public ValueList<string> IgnoredResources { get; init; }

    /// <summary>The same by what is before the slash.</summary>
    public ValueList<string> IgnoredResourceGroups { get; init; }

    public SpreadDefaults Spread { get; init; } = SpreadDefaults.System;

    /// <summary>How long a pod waits for its claims to be bound on its node before it is tried anew.</summary>
    public TimeSpan BindTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a pod waits for its devices to be made ready before its claims get others.</summary>
    public TimeSpan DeviceTimeout { get; init; } = TimeSpan.FromMinutes(10);
}

internal sealed record DefaultPreemptionForm
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public int? MinCandidateNodesPercentage { get; init; }

    public int? MinCandidateNodesAbsolute { get; init; }
}

internal sealed record InterPodAffinityForm
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public int? HardPodAffinityWeight { get; init; }

    public bool IgnorePreferredTermsOfExistingPods { get; init; }
}

internal sealed record NodeAffinityForm
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    /// <summary>A <see cref="NodeAffinity"/>.</summary>
    public JsonElement? AddedAffinity { get; init; }
}

internal sealed record ResourceForm
{
    public string? Name { get; init; }

    public int? Weight { get; init; }
}

internal sealed record BalancedAllocationForm
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public IReadOnlyList<ResourceForm> Resources { get => field ?? []; init; }
}

internal sealed record ResourcesFitForm
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public IReadOnlyList<string> IgnoredResources { get => field ?? []; init; }

    public IReadOnlyList<string> IgnoredResourceGroups { get => field ?? []; init; }

    public ScoringStrategyForm? ScoringStrategy { get; init; }
}

internal sealed record ScoringStrategyForm
{
    public string? Type { get; init; }

    public IReadOnlyList<ResourceForm> Resources { get => field ?? []; init; }

    public CapacityRatioForm? RequestedToCapacityRatio { get; init; }
}

internal sealed record CapacityRatioForm
{
    public IReadOnlyList<CurvePointForm> Shape { get => field ?? []; init; }
}

internal sealed record CurvePointForm
{
    public int Utilization { get; init; }

    public int Score { get; init; }
}

internal sealed record TopologySpreadForm
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? DefaultingType { get; init; }

    /// <summary>Each a <see cref="TopologySpreadConstraint"/>.</summary>
    public IReadOnlyList<JsonElement> DefaultConstraints { get => field ?? []; init; }
}

internal sealed record VolumeBindingForm
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    /// <summary>How long a pod waits for its claims to be bound.</summary>
    public long? BindTimeoutSeconds { get; init; }
}

internal sealed record DynamicResourcesForm
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    /// <summary>As Go writes times. Looking for devices ends by itself here, soon.</summary>
    public string? FilterTimeout { get; init; }

    /// <summary>How long a pod waits for its devices to be made ready.</summary>
    public string? BindingTimeout { get; init; }
}

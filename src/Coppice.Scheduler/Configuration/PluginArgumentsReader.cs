using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Coppice.Objects;
using Coppice.Objects.Core;
using static Coppice.Scheduler.Configuration.SchedulerConfiguration;

namespace Coppice.Scheduler.Configuration;

/// <summary>Reads what a profile tells its plugins.</summary>
internal static class PluginArgumentsReader
{
    private const string LeastAllocated = nameof(AllocationStrategy.LeastAllocated);

    private static readonly string[] Strategies = Enum.GetNames<AllocationStrategy>();

    /// <param name="place">Of the list.</param>
    /// <exception cref="FormatException">It cannot be used; the message says where and why.</exception>
    public static PluginArguments Read(IReadOnlyList<PluginConfigForm> plugins, string place)
    {
        var arguments = new PluginArguments();
        foreach (var (index, one) in plugins.Index())
        {
            var at = Place(place, index);
            if (plugins.Take(index).Any(before => before.Name == one.Name))
            {
                throw new FormatException($"{at}: Duplicate value: \"{one.Name}\"");
            }

            if (one.Args is not { ValueKind: JsonValueKind.Object } args)
            {
                throw new FormatException($"{at}.args: Required value");
            }

            if (args.TryGetProperty("kind", out var kind) && kind.GetString() != $"{one.Name}Args")
            {
                throw new FormatException($"{at}.args: Invalid value: \"{kind}\": has to match plugin args");
            }

            arguments = Read(arguments, one.Name, args, $"{at}.args");
        }

        return arguments;
    }

    private static PluginArguments Read(PluginArguments arguments, string? plugin, JsonElement args, string at)
    {
        var forms = SchedulerJsonContext.Default;
        return plugin switch
        {
            Plugin.Preemption => arguments with { Preemption = PreemptionOf(Form(forms.DefaultPreemptionForm), at) },
            Plugin.PodAffinity => arguments with { PodAffinity = PodAffinityOf(Form(forms.InterPodAffinityForm), at) },
            Plugin.NodeAffinity => arguments with { AddedAffinity = AffinityOf(Form(forms.NodeAffinityForm), $"{at}.addedAffinity") },
            Plugin.BalancedAllocation => arguments with { Balanced = ResourcesOf(Form(forms.BalancedAllocationForm).Resources, $"{at}.resources", weightMax: 1) },
            Plugin.ResourcesFit => WithResources(arguments, Form(forms.ResourcesFitForm), at),
            Plugin.TopologySpread => arguments with { Spread = SpreadOf(Form(forms.TopologySpreadForm), at) },
            Plugin.DynamicResources => WithDevices(arguments, Form(forms.DynamicResourcesForm), at),
            Plugin.VolumeBinding => Checked(Form(forms.VolumeBindingForm)),
            _ => throw new FormatException($"{at[..^".args".Length]}.name: Invalid value: \"{plugin}\": this plugin takes no arguments here; take them out"),
        };

        T Form<T>(JsonTypeInfo<T> type) => SchedulerConfiguration.Read(args, type, at);

        PluginArguments Checked(VolumeBindingForm form)
        {
            Require(!(form.BindTimeoutSeconds < 0), $"{at}.bindTimeoutSeconds", $"{form.BindTimeoutSeconds}", "invalid BindTimeoutSeconds, should not be a negative value");
            return form.BindTimeoutSeconds is { } seconds ? arguments with { BindTimeout = TimeSpan.FromSeconds(seconds) } : arguments;
        }
    }

    private static PluginArguments WithDevices(PluginArguments arguments, DynamicResourcesForm form, string at)
    {
        Require(form.FilterTimeout is not { } filter || TimeOf(filter) >= TimeSpan.Zero, $"{at}.filterTimeout", $"\"{form.FilterTimeout}\"", "must be zero or positive");
        var timeout = form.BindingTimeout is { } binding ? TimeOf(binding) : arguments.DeviceTimeout;
        Require(timeout >= TimeSpan.FromSeconds(1), $"{at}.bindingTimeout", $"\"{form.BindingTimeout}\"", "must be at least 1 second");
        return arguments with { DeviceTimeout = timeout!.Value };

        static TimeSpan? TimeOf(string text) => GoDuration.Parse(text);
    }

    private static CandidateNodes PreemptionOf(DefaultPreemptionForm form, string at)
    {
        var candidates = new CandidateNodes();
        candidates = new(form.MinCandidateNodesPercentage ?? candidates.Percent, form.MinCandidateNodesAbsolute ?? candidates.Least);
        Require(candidates.Percent is >= 0 and <= 100, $"{at}.minCandidateNodesPercentage", $"{candidates.Percent}", "not in valid range [0, 100]");
        Require(candidates.Least >= 0, $"{at}.minCandidateNodesAbsolute", $"{candidates.Least}", "not in valid range [0, inf)");
        Require(candidates is not { Percent: 0, Least: 0 }, $"{at}.minCandidateNodesPercentage", "0", "cannot be zero at the same time as minCandidateNodesAbsolute");
        return candidates;
    }

    private static PodAffinityScore PodAffinityOf(InterPodAffinityForm form, string at)
    {
        var weight = form.HardPodAffinityWeight ?? new PodAffinityScore().RequiredWeight;
        Require(weight is >= 0 and <= 100, $"{at}.hardPodAffinityWeight", $"{weight}", "not in valid range [0, 100]");
        return new(weight, form.IgnorePreferredTermsOfExistingPods);
    }

    private static NodeAffinity? AffinityOf(NodeAffinityForm form, string at)
    {
        if (form.AddedAffinity is not { ValueKind: JsonValueKind.Object } added)
        {
            return null;
        }

        var affinity = SchedulerConfiguration.Read(added, ApiJson.TypeInfo<NodeAffinity>(), at);
        if (affinity.RequiredDuringSchedulingIgnoredDuringExecution is { } required)
        {
            CheckTerms([.. required.NodeSelectorTerms], $"{at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", index => Place("", index));
        }

        CheckTerms(
            [.. affinity.PreferredDuringSchedulingIgnoredDuringExecution.Select(term => term.Preference)],
            $"{at}.preferredDuringSchedulingIgnoredDuringExecution",
            index => $"{Place("", index)}.preference");
        return affinity;
    }

    private static void CheckTerms(NodeSelectorTerm[] terms, string at, Func<int, string> placeOf)
    {
        foreach (var (index, term) in terms.Index())
        {
            foreach (var (number, one) in term.MatchExpressions.Concat(term.MatchFields).Index())
            {
                var where = $"{at}{placeOf(index)}.{(number < term.MatchExpressions.Count ? Place("matchExpressions", number) : Place("matchFields", number - term.MatchExpressions.Count))}";
                Require(
                    one.Operator is NodeSelectorOperator.In or NodeSelectorOperator.NotIn or NodeSelectorOperator.Exists or NodeSelectorOperator.DoesNotExist or NodeSelectorOperator.Gt or NodeSelectorOperator.Lt,
                    $"{where}.operator", $"\"{one.Operator}\"", "not a valid selector operator");
                Require(
                    !(one.Operator is NodeSelectorOperator.In or NodeSelectorOperator.NotIn && one.Values.IsEmpty),
                    $"{where}.values", "[]", "for 'in', 'notin' operators, values set can't be empty");
            }
        }
    }

    /// <param name="weightMax">Of one resource.</param>
    private static ValueList<ResourceShare> ResourcesOf(IReadOnlyList<ResourceForm> resources, string at, int weightMax)
    {
        foreach (var (index, one) in resources.Index())
        {
            if (string.IsNullOrEmpty(one.Name))
            {
                throw new FormatException($"{Place(at, index)}.name: Required value");
            }

            Require(
                one.Weight is null || (one.Weight > 0 && one.Weight <= weightMax), $"{Place(at, index)}.weight", $"{one.Weight}",
                weightMax == 1 ? "must be 1" : $"resource weight of {one.Name} not in valid range (0, {weightMax}]");
            if (resources.Take(index).Any(before => before.Name == one.Name))
            {
                throw new FormatException($"{Place(at, index)}.name: Duplicate value: \"{one.Name}\"");
            }
        }

        return resources.Count == 0 ? ResourceShare.Usual : [.. resources.Select(one => new ResourceShare(one.Name!, one.Weight ?? 1))];
    }

    private static PluginArguments WithResources(PluginArguments arguments, ResourcesFitForm form, string at)
    {
        foreach (var (index, group) in form.IgnoredResourceGroups.Index())
        {
            Require(!group.Contains('/'), Place($"{at}.ignoredResourceGroups", index), $"\"{group}\"", "resource group name can't contain '/'");
        }

        return arguments with
        {
            IgnoredResources = [.. form.IgnoredResources],
            IgnoredResourceGroups = [.. form.IgnoredResourceGroups],
            Allocation = form.ScoringStrategy is { } strategy ? AllocationOf(strategy, $"{at}.scoringStrategy") : arguments.Allocation,
        };
    }

    private static AllocationScore AllocationOf(ScoringStrategyForm form, string at)
    {
        var type = form.Type ?? LeastAllocated;
        if (!Strategies.Contains(type))
        {
            throw new FormatException($"{at}.type: Unsupported value: \"{type}\": supported values: {string.Join(", ", Strategies.Select(one => $"\"{one}\""))}");
        }

        var strategy = Enum.Parse<AllocationStrategy>(type);
        var ratio = form.RequestedToCapacityRatio;
        if (strategy == AllocationStrategy.RequestedToCapacityRatio ? ratio is null : ratio is not null)
        {
            throw new FormatException(ratio is null
                ? $"{at}.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio"
                : $"{at}.requestedToCapacityRatio: Forbidden: must be nil when type is not RequestedToCapacityRatio");
        }

        return new(strategy, ResourcesOf(form.Resources, $"{at}.resources", weightMax: 100), ratio is null ? [] : CurveOf(ratio.Shape, $"{at}.requestedToCapacityRatio.shape"));
    }

    private static ValueList<CurvePoint> CurveOf(IReadOnlyList<CurvePointForm> shape, string at)
    {
        if (shape.Count == 0)
        {
            throw new FormatException($"{at}: Required value: at least one point must be specified");
        }

        foreach (var (index, point) in shape.Index())
        {
            var place = Place(at, index);
            Require(point.Utilization is >= 0 and <= 100, $"{place}.utilization", $"{point.Utilization}", "not in valid range [0, 100]");
            Require(point.Score is >= 0 and <= 10, $"{place}.score", $"{point.Score}", "not in valid range [0, 10]");
            Require(index == 0 || shape[index - 1].Utilization < point.Utilization, $"{place}.utilization", $"{point.Utilization}", "values must be sorted in increasing order");
        }

        return [.. shape.Select(point => new CurvePoint(point.Utilization, point.Score))];
    }

    private static SpreadDefaults SpreadOf(TopologySpreadForm form, string at)
    {
        var type = form.DefaultingType ?? "System";
        if (type is not ("System" or "List"))
        {
            throw new FormatException($"{at}.defaultingType: Unsupported value: \"{type}\": supported values: \"List\", \"System\"");
        }

        Require(type == "List" || form.DefaultConstraints.Count == 0, $"{at}.defaultingType", $"\"{type}\"", "when .defaultConstraints are not empty");
        var constraints = new List<TopologySpreadConstraint>();
        foreach (var (index, element) in form.DefaultConstraints.Index())
        {
            var place = Place($"{at}.defaultConstraints", index);
            var one = SchedulerConfiguration.Read(element, ApiJson.TypeInfo<TopologySpreadConstraint>(), place);
            Require(one.MaxSkew > 0, $"{place}.maxSkew", $"{one.MaxSkew}", "not in valid range (0, inf)");
            Check(one, place);
            if (constraints.Exists(before => (before.TopologyKey, before.WhenUnsatisfiable) == (one.TopologyKey, one.WhenUnsatisfiable)))
            {
                throw new FormatException($"{place}: Duplicate value: \"{{{one.TopologyKey}, {one.WhenUnsatisfiable}}}\"");
            }

            constraints.Add(one);
        }

        return type == "System" ? SpreadDefaults.System : new(constraints, NeedsLabels: true);
    }

    private static void Check(TopologySpreadConstraint one, string place)
    {
        if ((one.TopologyKey.Length == 0 ? "topologyKey" : one.WhenUnsatisfiable.Length == 0 ? "whenUnsatisfiable" : null) is { } missing)
        {
            throw new FormatException($"{place}.{missing}: Required value: can not be empty");
        }

        if (one.WhenUnsatisfiable is not (UnsatisfiableConstraintAction.DoNotSchedule or UnsatisfiableConstraintAction.ScheduleAnyway))
        {
            throw new FormatException($"{place}.whenUnsatisfiable: Unsupported value: \"{one.WhenUnsatisfiable}\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"");
        }

        if (one.LabelSelector is not null)
        {
            throw new FormatException($"{place}.labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod");
        }
    }
}

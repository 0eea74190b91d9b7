using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Scheduler.Configuration;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class SchedulerConfigurationTests
{
    [Fact]
    public void An_empty_configuration_is_the_usual_one()
    {
        var options = Read("");
        var profile = Assert.Single(options.Profiles);
        Assert.Equal("default-scheduler", profile.Name);
        Assert.Equal(SchedulerProfile.Default.Filters.Select(one => one.GetType()), profile.Filters.Select(one => one.GetType()));
        Assert.Equal(SchedulerProfile.Default.Scores.Select(one => (one.Score.GetType(), one.Weight)), profile.Scores.Select(one => (one.Score.GetType(), one.Weight)));
        Assert.Equal((1, 10), (options.FirstPause.TotalSeconds, options.LongestPause.TotalSeconds));
        Assert.Null(profile.NodesPercent);
    }

    [Fact]
    public void What_is_of_no_use_here_is_passed_over() => Read("""
        "parallelism": 16, "leaderElection": { "leaderElect": true }, "clientConnection": { "kubeconfig": "/etc/x" }, "enableProfiling": true,
        "podInitialBackoffSeconds": 2, "podMaxBackoffSeconds": 2
        """);

    [Fact]
    public void A_pod_is_scheduled_as_the_profile_says_that_it_names()
    {
        var options = Read("""
            "percentageOfNodesToScore": 30,
            "profiles": [
                { "schedulerName": "default-scheduler" },
                { "schedulerName": "packing", "percentageOfNodesToScore": 0, "pluginConfig": [{ "name": "NodeResourcesFit", "args": {
                    "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "NodeResourcesFitArgs",
                    "scoringStrategy": { "type": "MostAllocated", "resources": [{ "name": "cpu", "weight": 5 }] } } }] }
            ]
            """);
        Assert.Equal([30, null], options.Profiles.Select(profile => profile.NodesPercent));
        Node[] nodes = [Node("empty"), Node("used")];
        Assert.Equal(["empty", "used"], options.Profiles.Select(profile => NodeIn(profile, Pod("new", "1", "1Gi"), nodes, Pod("old", "1", "1Gi", on: "used"))));
    }

    [Fact]
    public void Plugins_are_switched_on_and_off_at_one_point_or_at_all()
    {
        var profile = Profile("""
            "plugins": {
                "multiPoint": { "disabled": [{ "name": "TaintToleration" }], "enabled": [{ "name": "ImageLocality", "weight": 7 }] },
                "score": { "disabled": [{ "name": "*" }], "enabled": [{ "name": "ImageLocality" }, { "name": "NodeAffinity", "weight": 4 }] },
                "filter": { "disabled": [{ "name": "NodePorts" }] },
                "postFilter": { "disabled": [{ "name": "*" }] }
            }
            """);
        Assert.Equal([("NodeAffinityScore", 4), ("ImageLocalityScore", 1)], profile.Scores.Select(one => (one.Score.GetType().Name, one.Weight)));
        Assert.DoesNotContain(profile.Filters, one => one is TaintFilter or HostPortFilter);
        Assert.Equal(SchedulerProfile.Default.Filters.Count - 2, profile.Filters.Count);
        Assert.Null(profile.Preemption);
        Assert.Equal("a", NodeIn(profile, Pod("new"), [Node("a").Tainted("gpu", TaintEffect.NoSchedule)]));
    }

    [Fact]
    public void What_is_added_to_the_affinity_of_all_pods_keeps_them_off_and_draws_them()
    {
        var profile = Profile("""
            "pluginConfig": [{ "name": "NodeAffinity", "args": { "addedAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{ "matchExpressions": [{ "key": "pool", "operator": "In", "values": ["x"] }] }] },
                "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 1, "preference": { "matchExpressions": [{ "key": "fast", "operator": "Exists" }] } }] } } }]
            """);
        Assert.Equal("c", NodeIn(profile, Pod("new"), [Node("a", labels: ("fast", "")), Node("b", labels: ("pool", "x")), Node("c", labels: [("pool", "x"), ("fast", "")])]));
        Assert.Null(NodeIn(profile, Pod("new"), [Node("a")]));
    }

    [Fact]
    public void Other_arguments_reach_those_that_they_are_for()
    {
        var profile = Profile("""
            "pluginConfig": [
                { "name": "InterPodAffinity", "args": { "hardPodAffinityWeight": 9, "ignorePreferredTermsOfExistingPods": true } },
                { "name": "DefaultPreemption", "args": { "minCandidateNodesPercentage": 50, "minCandidateNodesAbsolute": 2 } },
                { "name": "NodeResourcesBalancedAllocation", "args": { "resources": [{ "name": "example.com/gpu", "weight": 1 }] } },
                { "name": "VolumeBinding", "args": { "bindTimeoutSeconds": 5 } },
                { "name": "DynamicResources", "args": { "filterTimeout": "10s", "bindingTimeout": "1m30s" } },
                { "name": "NodeResourcesFit", "args": { "ignoredResources": ["example.com/one"], "ignoredResourceGroups": ["example.org"],
                    "scoringStrategy": { "type": "RequestedToCapacityRatio", "requestedToCapacityRatio": { "shape": [{ "utilization": 0, "score": 0 }, { "utilization": 100, "score": 10 }] } } } },
                { "name": "PodTopologySpread", "args": { "defaultingType": "List", "defaultConstraints": [{ "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule" }] } }
            ]
            """);
        Assert.Equal(new PodAffinityScore(9, true), profile.Scores.Select(one => one.Score).OfType<PodAffinityScore>().Single());
        Assert.Equal(new CandidateNodes(50, 2), profile.Preemption);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)), (profile.BindTimeout, SchedulerProfile.Default.BindTimeout));
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(10)), (profile.DeviceTimeout, SchedulerProfile.Default.DeviceTimeout));
        Assert.Equal("example.com/gpu", Assert.Single(profile.Scores.Select(one => one.Score).OfType<BalanceScore>().Single().Resources).Name);
        Assert.Equal(AllocationStrategy.RequestedToCapacityRatio, profile.Scores.Select(one => one.Score).OfType<AllocationScore>().Single().Strategy);

        var wanting = Pod("new").With(spec => spec with
        {
            Containers = [spec.Containers[0] with { Resources = new() { Requests = ValueMap.Of(("example.com/one", Quantity.FromUnits(1)), ("example.org/two", Quantity.FromUnits(1))) } }],
        });
        Assert.Equal("a", NodeIn(profile, wanting, [Node("a")]));
        Assert.Null(NodeIn(SchedulerProfile.Default, wanting, [Node("a")]));

        // The default constraint is for pods that somebody says belong together.
        var state = new ClusterState();
        state.Workloads.Learn(new Client.ObjectChange<Service>(null, new() { Metadata = new() { Namespace = "default", Name = "web" }, Spec = new() { Selector = ValueMap.Of(("app", "web")) } }));
        Node[] nodes = [Node("a", labels: ("zone", "1")), Node("b")];
        Assert.Equal("a", NodeIn(profile, Pod("first", labels: ("app", "web")), nodes, state));
        Assert.Equal("a", NodeIn(profile, Pod("second", labels: ("app", "web")), nodes, state, Pod("first", on: "a", labels: ("app", "web"))));
        Assert.Null(NodeIn(profile, Pod("second", labels: ("app", "web")), [.. nodes, Node("c", "0", labels: ("zone", "2"), pods: 0)], state, Pod("first", on: "a", labels: ("app", "web"))));
    }

    [Theory]
    [InlineData("""{ "apiVersion": "v1", "kind": "KubeSchedulerConfiguration" }""", "is no KubeSchedulerConfiguration of kubescheduler.config.k8s.io/v1")]
    [InlineData("""{ "kind": "KubeSchedulerConfiguration", "apiVersion": "kubescheduler.config.k8s.io/v1", "profile": [] }""", "unknown field \"profile\"")]
    public void Another_kind_of_file_is_refused(string file, string message) => Assert.Equal(message, Error(file));

    [Theory]
    [InlineData("\"parallelism\": 0", "parallelism: Invalid value: 0: should be an integer value greater than zero")]
    [InlineData("\"percentageOfNodesToScore\": 101", "percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]")]
    [InlineData("\"podInitialBackoffSeconds\": 0", "podInitialBackoffSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData("\"podInitialBackoffSeconds\": 20", "podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds")]
    [InlineData("\"extenders\": [{}]", "extenders: Forbidden: this scheduler asks no extenders; take them out, and let pods that need them name another scheduler")]
    [InlineData("\"profiles\": [{}, {\"schedulerName\": \"b\"}]", "profiles[0].schedulerName: Required value")]
    [InlineData("\"profiles\": [{\"schedulerName\": \"b\"}, {\"schedulerName\": \"b\"}]", "profiles[1].schedulerName: Duplicate value: \"b\"")]
    [InlineData("\"profiles\": [{\"percentageOfNodesToScore\": -1}]", "profiles[0].percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]")]
    [InlineData("\"profiles\": [{\"plugins\": {\"scores\": {}}}]", "unknown field \"profiles[0].plugins.scores\"")]
    public void What_is_wrong_is_said_with_its_place(string fields, string message) => Assert.Equal(message, Error(File(fields)));

    [Theory]
    [InlineData("\"plugins\": {\"filter\": {\"enabled\": [{}]}}", "profiles[0].plugins.filter.enabled[0].name: Required value")]
    [InlineData("\"plugins\": {\"filter\": {\"enabled\": [{\"name\": \"Mine\"}]}}", "profiles[0].plugins.filter.enabled[0].name: Unsupported value: \"Mine\": supported values: \"SchedulingGates\", ")]
    [InlineData("\"plugins\": {\"score\": {\"enabled\": [{\"name\": \"NodeAffinity\", \"weight\": -1}]}}", "profiles[0].plugins.score.enabled[0].weight: Invalid value: -1: must not be negative")]
    [InlineData("\"plugins\": {\"score\": {\"disabled\": [{\"name\": \"NodeAffinity\"}, {\"name\": \"NodeAffinity\"}]}}", "profiles[0].plugins.score.disabled[1].name: Invalid value: \"NodeAffinity\": is there twice")]
    [InlineData("\"plugins\": {\"multiPoint\": {\"disabled\": [{\"name\": \"*\"}]}}", "profiles[0].plugins: SchedulingGates cannot be off here: name it in preEnqueue.enabled, or in multiPoint.enabled")]
    [InlineData("\"pluginConfig\": [{\"name\": \"NodeName\", \"args\": {}}]", "profiles[0].pluginConfig[0].name: Invalid value: \"NodeName\": this plugin takes no arguments here; take them out")]
    [InlineData("\"pluginConfig\": [{\"name\": \"NodeAffinity\"}]", "profiles[0].pluginConfig[0].args: Required value")]
    [InlineData("\"pluginConfig\": [{\"name\": \"NodeAffinity\", \"args\": {\"kind\": \"Other\"}}]", "profiles[0].pluginConfig[0].args: Invalid value: \"Other\": has to match plugin args")]
    [InlineData("\"pluginConfig\": [{\"name\": \"NodeAffinity\", \"args\": {\"addedAffinity\": {\"required\": 1}}}]", "unknown field \"profiles[0].pluginConfig[0].args.addedAffinity.required\"")]
    [InlineData("\"pluginConfig\": [{\"name\": \"NodeAffinity\", \"args\": {}}, {\"name\": \"NodeAffinity\", \"args\": {}}]", "profiles[0].pluginConfig[1]: Duplicate value: \"NodeAffinity\"")]
    public void What_is_wrong_in_a_profile_is_said_with_its_place(string fields, string message) =>
        Assert.StartsWith(message, Error(File($"\"profiles\": [{{ {fields} }}]")), StringComparison.Ordinal);

    [Theory]
    [InlineData("NodeAffinity", "\"addedAffinity\": {\"requiredDuringSchedulingIgnoredDuringExecution\": {\"nodeSelectorTerms\": [{\"matchExpressions\": [{\"key\": \"a\", \"operator\": \"Is\"}]}]}}", "addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: \"Is\": not a valid selector operator")]
    [InlineData("InterPodAffinity", "\"hardPodAffinityWeight\": 101", "hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]")]
    [InlineData("DefaultPreemption", "\"minCandidateNodesPercentage\": 101", "minCandidateNodesPercentage: Invalid value: 101: not in valid range [0, 100]")]
    [InlineData("DefaultPreemption", "\"minCandidateNodesPercentage\": 0, \"minCandidateNodesAbsolute\": 0", "minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute")]
    [InlineData("DynamicResources", "\"bindingTimeout\": \"500ms\"", "bindingTimeout: Invalid value: \"500ms\": must be at least 1 second")]
    [InlineData("DynamicResources", "\"filterTimeout\": \"-1s\"", "filterTimeout: Invalid value: \"-1s\": must be zero or positive")]
    [InlineData("NodeResourcesBalancedAllocation", "\"resources\": [{\"name\": \"cpu\", \"weight\": 2}]", "resources[0].weight: Invalid value: 2: must be 1")]
    [InlineData("NodeResourcesFit", "\"scoringStrategy\": {\"type\": \"Best\"}", "scoringStrategy.type: Unsupported value: \"Best\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\"")]
    [InlineData("NodeResourcesFit", "\"scoringStrategy\": {\"type\": \"RequestedToCapacityRatio\"}", "scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio")]
    [InlineData("NodeResourcesFit", "\"scoringStrategy\": {\"type\": \"RequestedToCapacityRatio\", \"requestedToCapacityRatio\": {\"shape\": [{\"utilization\": 5, \"score\": 1}, {\"utilization\": 5, \"score\": 2}]}}", "scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 5: values must be sorted in increasing order")]
    [InlineData("NodeResourcesFit", "\"scoringStrategy\": {\"resources\": [{\"name\": \"cpu\", \"weight\": 101}]}", "scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]")]
    [InlineData("NodeResourcesFit", "\"ignoredResourceGroups\": [\"a/b\"]", "ignoredResourceGroups[0]: Invalid value: \"a/b\": resource group name can't contain '/'")]
    [InlineData("PodTopologySpread", "\"defaultConstraints\": [{\"maxSkew\": 1}]", "defaultingType: Invalid value: \"System\": when .defaultConstraints are not empty")]
    [InlineData("PodTopologySpread", "\"defaultingType\": \"List\", \"defaultConstraints\": [{\"maxSkew\": 1, \"topologyKey\": \"zone\", \"whenUnsatisfiable\": \"Never\"}]", "defaultConstraints[0].whenUnsatisfiable: Unsupported value: \"Never\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"")]
    [InlineData("PodTopologySpread", "\"defaultingType\": \"List\", \"defaultConstraints\": [{\"maxSkew\": 1, \"topologyKey\": \"zone\", \"whenUnsatisfiable\": \"DoNotSchedule\", \"labelSelector\": {}}]", "defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod")]
    public void What_is_wrong_in_arguments_is_said_with_its_place(string plugin, string fields, string message) => Assert.Equal(
        $"profiles[0].pluginConfig[0].args.{message}",
        Error(File($$"""  "profiles": [{ "pluginConfig": [{ "name": "{{plugin}}", "args": { {{fields}} } }] }]  """)));

    [Fact]
    public void A_value_of_another_type_is_refused_with_its_place() =>
        Assert.Contains("$.percentageOfNodesToScore", Error(File("\"percentageOfNodesToScore\": \"all\"")), StringComparison.Ordinal);

    private static string File(string fields) =>
        $$"""{ "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"{{(fields.Length == 0 ? "" : ",")}} {{fields}} }""";

    private static SchedulerOptions Read(string fields) => ReadFile(File(fields));

    private static SchedulerProfile Profile(string fields) => Assert.Single(Read($"\"profiles\": [{{ {fields} }}]").Profiles);

    private static string Error(string file) => Assert.Throws<FormatException>(() => ReadFile(file)).Message;

    private static SchedulerOptions ReadFile(string file)
    {
        using var document = JsonDocument.Parse(file);
        return SchedulerConfiguration.Read(document.RootElement);
    }

    private static string? NodeIn(SchedulerProfile profile, Pod pod, Node[] nodes, params Pod[] placed) => NodeIn(profile, pod, nodes, new ClusterState(), placed);

    private static string? NodeIn(SchedulerProfile profile, Pod pod, Node[] nodes, ClusterState state, params Pod[] placed)
    {
        Array.ForEach(nodes, state.SetNode);
        Array.ForEach(placed, state.Assign);
        return NodeOf(SchedulingPlanner.Plan(new PodInfo(pod), state.Snapshot(0), new(), profile));
    }
}

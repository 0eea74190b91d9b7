using System.Text;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Xunit;

namespace Coppice.ApiServer.Tests.Kinds;

public sealed class PrepareTests
{
    private static readonly LabelSelector Web = new() { MatchLabels = ValueMap.Of(("app", "web")) };

    [Fact]
    public void A_new_object_has_no_status_and_the_first_generation()
    {
        var deployment = Create(new Deployment { Status = new() { ReadyReplicas = 7 } });
        var pod = Create(new Pod { Status = new() { Phase = "Running", PodIP = "10.0.0.1" } });

        Assert.Equal((1, new DeploymentStatus()), (deployment.Metadata.Generation, deployment.Status));
        Assert.Equal((1, "Pending", "BestEffort", null), (pod.Metadata.Generation, pod.Status.Phase, pod.Status.QosClass, pod.Status.PodIP));
    }

    [Fact]
    public void A_gated_pod_says_why_it_is_not_scheduled()
    {
        var condition = Assert.Single(Create(new Pod { Spec = new() { SchedulingGates = [new() { Name = "a" }] } }).Status.Conditions);

        Assert.Equal(("PodScheduled", "False", "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates"), (condition.Type, condition.Status, condition.Reason, condition.Message));
    }

    [Theory]
    [InlineData("", "", "BestEffort")]
    [InlineData("", "cpu=1", "Burstable")]
    [InlineData("cpu=1,memory=1Gi", "cpu=1,memory=1Gi", "Guaranteed")]
    [InlineData("cpu=1,memory=1Gi", "cpu=1,memory=512Mi", "Burstable")]
    [InlineData("cpu=1", "cpu=1", "Burstable")]
    [InlineData("cpu=1,memory=1Gi", "cpu=0,memory=1Gi", "Burstable")]
    public void The_class_of_service_follows_from_requests_and_limits(string limits, string requests, string expected)
    {
        var pod = new Pod { Spec = new() { Containers = [new() { Resources = new() { Limits = Amounts(limits), Requests = Amounts(requests) } }] } };

        Assert.Equal(expected, Create(pod).Status.QosClass);
    }

    [Fact]
    public void The_generation_grows_with_the_desired_state_alone()
    {
        var old = new ReplicaSet { Metadata = new() { Generation = 4 }, Spec = new() { Replicas = 1 }, Status = new() { Replicas = 1 } };

        var labelled = Update(old with { Metadata = new() { Labels = ValueMap.Of(("a", "b")) }, Status = new() { Replicas = 9 } }, old);
        var scaled = Update(old with { Spec = new() { Replicas = 2 } }, old);

        Assert.Equal((4L, 1), (labelled.Metadata.Generation, labelled.Status.Replicas));
        Assert.Equal(5, scaled.Metadata.Generation);
    }

    [Fact]
    public void A_deployments_annotations_count_as_desired_state()
    {
        var old = new Deployment { Metadata = new() { Generation = 1 } };

        Assert.Equal(2, Update(old with { Metadata = new() { Annotations = ValueMap.Of(("a", "b")) } }, old).Metadata.Generation);
    }

    [Fact]
    public void A_daemon_sets_template_is_counted_in_its_annotation()
    {
        const string Note = "deprecated.daemonset.template.generation";
        var old = Create(new DaemonSet());

        var changed = Update(old with { Spec = old.Spec with { Template = new() { Spec = new() { NodeName = "x" } } } }, old);

        Assert.Equal(("1", "2"), (old.Metadata.Annotations[Note], changed.Metadata.Annotations[Note]));
        Assert.Equal("7", Create(new DaemonSet { Metadata = new() { Annotations = ValueMap.Of((Note, "7")) } }).Metadata.Annotations[Note]);
    }

    [Fact]
    public void What_goes_by_the_pods_own_labels_is_written_into_its_selectors()
    {
        var term = new PodAffinityTerm { LabelSelector = Web, TopologyKey = "zone", MatchLabelKeys = ["rev", "none"], MismatchLabelKeys = ["team"] };
        var made = Create(new Pod
        {
            Metadata = new() { Labels = ValueMap.Of(("rev", "7"), ("team", "blue")) },
            Spec = new()
            {
                Affinity = new()
                {
                    PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term, term with { LabelSelector = null }] },
                    PodAntiAffinity = new() { PreferredDuringSchedulingIgnoredDuringExecution = [new() { Weight = 1, PodAffinityTerm = term }] },
                },
                TopologySpreadConstraints = [new() { LabelSelector = Web, MatchLabelKeys = ["rev"] }, new() { LabelSelector = Web }],
            },
        }).Spec;

        var both = "app in [web], rev In [7], team NotIn [blue]";
        Assert.Equal([both, "nobody"], made.Affinity!.PodAffinity!.RequiredDuringSchedulingIgnoredDuringExecution.Select(t => Show(t.LabelSelector)));
        Assert.Equal([both], made.Affinity.PodAntiAffinity!.PreferredDuringSchedulingIgnoredDuringExecution.Select(t => Show(t.PodAffinityTerm.LabelSelector)));
        Assert.Equal(["app in [web], rev In [7]", "app in [web]"], made.TopologySpreadConstraints.Select(c => Show(c.LabelSelector)));

        static string Show(LabelSelector? selector) => selector is null ? "nobody" : string.Join(", ",
            [.. selector.MatchLabels.Select(one => $"{one.Key} in [{one.Value}]"), .. selector.MatchExpressions.Select(one => $"{one.Key} {one.Operator} {one.Values}")]);
    }

    [Fact]
    public void An_update_of_the_status_leaves_the_rest()
    {
        var old = new Pod { Metadata = new() { Generation = 2 }, Spec = new() { NodeName = "one" }, Status = new() { QosClass = "Burstable" } };

        var item = (Pod)Served.Strategy<Pod>().PrepareForStatusUpdate(new Pod { Spec = new() { NodeName = "two" }, Status = new() { Phase = "Running" } }, old);

        Assert.Equal(("one", "Running", "Burstable", 2L), (item.Spec.NodeName, item.Status.Phase, item.Status.QosClass, item.Metadata.Generation));
    }

    [Fact]
    public void A_service_keeps_its_address_and_ports_and_drops_what_its_new_type_does_not_use()
    {
        var old = Service("NodePort", "10.96.0.7", 30080);

        var kept = Update(Service("NodePort", null, 0), old);
        var inside = Update(Retyped(old, "ClusterIP"), old);
        var named = Update(Retyped(old, "ExternalName"), old);

        Assert.Equal(("10.96.0.7", 30080), (kept.Spec.ClusterIP, kept.Spec.Ports[0].NodePort));
        Assert.Equal(("10.96.0.7", 0, null), (inside.Spec.ClusterIP, inside.Spec.Ports[0].NodePort, inside.Spec.ExternalTrafficPolicy));
        Assert.Equal((null, true, null), (named.Spec.ClusterIP, named.Spec.ClusterIPs.IsEmpty, named.Spec.InternalTrafficPolicy));
    }

    [Theory]
    [InlineData("10.96.0.8")]
    [InlineData("None")]
    public void Who_changes_a_services_first_address_alone_changes_all_of_them(string address)
    {
        var old = Service("ClusterIP", "10.96.0.7", 0);
        var changed = Update(old with { Spec = old.Spec with { ClusterIP = address } }, old);
        Assert.Equal((ValueList<string>)[address], changed.Spec.ClusterIPs);
        Assert.StartsWith("spec.clusterIPs[0]: Invalid value: ", Assert.Single(Served.Strategy<Service>().ValidateUpdate(changed, old)).ToString());
    }

    [Theory]
    [InlineData("""{"spec":{"ports":[{"port":80}]}}""")]
    [InlineData("""{"spec":{"externalIPs":["192.0.2.1"]}}""", "spec.externalIPs is deprecated")]
    [InlineData(
        """{"spec":{"clusterIP":"None","loadBalancerIP":"192.0.2.1","sessionAffinity":"ClientIP"}}""",
        "spec.loadBalancerIP is ignored for headless services", "spec.SessionAffinity is ignored for headless services")]
    [InlineData("""{"spec":{"externalName":"a.example"}}""", "spec.externalName is ignored when spec.type is not \"ExternalName\"")]
    [InlineData("""{"spec":{"trafficDistribution":"PreferClose"}}""", "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"")]
    [InlineData(
        """{"metadata":{"annotations":{"service.kubernetes.io/topology-aware-hints":"Auto"}}}""",
        "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead")]
    public void Who_makes_a_service_is_told_what_has_no_effect_or_is_of_the_past(string manifest, params string[] warnings) =>
        Assert.Equal(warnings, Served.Strategy<Service>().Warnings(Default(ApiJson.Read<Service>(Encoding.UTF8.GetBytes(manifest)))));

    [Fact]
    public void A_namespace_is_held_by_its_finalizer_until_it_is_let_go_of_by_its_own_door()
    {
        var created = Create(new Namespace());

        Assert.Equal((ValueList<string>)["kubernetes"], created.Spec.Finalizers);
        Assert.Equal((ValueList<string>)["kubernetes"], Update(new Namespace(), created).Spec.Finalizers);
    }

    [Fact]
    public void An_event_is_the_same_after_a_journey_through_its_other_form()
    {
        var item = new Event
        {
            ApiVersion = "v1",
            Kind = "Event",
            Metadata = new() { Name = "e" },
            InvolvedObject = new() { Kind = "Pod", Name = "p" },
            Reason = "Started",
            Message = "m",
            Source = new() { Component = "kubelet" },
            FirstTimestamp = DateTimeOffset.UnixEpoch,
            LastTimestamp = DateTimeOffset.UnixEpoch,
            Count = 3,
            Type = "Normal",
            EventTime = DateTimeOffset.UnixEpoch,
            Series = new() { Count = 2, LastObservedTime = DateTimeOffset.UnixEpoch },
            Action = "a",
            ReportingComponent = "c",
            ReportingInstance = "i",
        };

        Assert.Equal(item, EventConversion.ToCore(EventConversion.ToEvents(item)));
    }

    private static Service Service(string type, string? address, int nodePort) => Default(new Service
    {
        Spec = new() { Type = type, ClusterIP = address, Ports = [new() { Port = 80, NodePort = nodePort }] },
    });

    /// <summary>As a client sends it that only changes the type: with all that the old type was given.</summary>
    private static Service Retyped(Service old, string type) => Default(old with { Spec = old.Spec with { Type = type } });

    private static T Default<T>(T item) where T : KubernetesObject => (T)Served.Strategy<T>().Default(item);

    private static T Create<T>(T item) where T : KubernetesObject => (T)Served.Strategy<T>().PrepareForCreate(item);

    private static T Update<T>(T item, T old) where T : KubernetesObject => (T)Served.Strategy<T>().PrepareForUpdate(item, old);

    private static ValueMap<Quantity> Amounts(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(a => a.Split('='))
        .Select(a => KeyValuePair.Create(a[0], Quantity.Parse(a[1])))
        .ToValueMap();
}

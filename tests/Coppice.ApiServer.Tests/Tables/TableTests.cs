using System.Text.Json;

using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Meta;
using Xunit;
namespace Coppice.ApiServer.Tests.Tables;

public sealed class TableTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly ObjectMeta Web = new() { Name = "web", Namespace = "default", CreationTimestamp = Now - TimeSpan.FromSeconds(90) };

    private static readonly PodTemplateSpec Template = new()
    {
        Metadata = new() { Labels = ValueMap.Of(("app", "web")) },
        Spec = new() { Containers = [new() { Name = "a", Image = "nginx:1.25" }, new() { Name = "b", Image = "redis" }] },
    };

    [Fact]
    public void Every_kind_has_a_cell_for_each_column()
    {
        foreach (var kind in BuiltInKinds.All)
        {
            var item = kind.Format.Read("{}"u8);
            Assert.Equal(Served.Of(kind).Table.Columns.Count, Served.Cells(item, Now).Count);
        }
    }

    [Fact]
    public void A_deployment_shows_its_replicas()
    {
        var deployment = new Deployment
        {
            Metadata = Web,
            Spec = new()
            {
                Replicas = 3,
                Template = Template,
                Selector = new() { MatchLabels = ValueMap.Of(("app", "web")), MatchExpressions = [new() { Key = "tier", Operator = "In", Values = ["b", "a"] }] },
            },
            Status = new() { ReadyReplicas = 2, UpdatedReplicas = 3, AvailableReplicas = 1 },
        };

        AssertCells(["web", "2/3", 3L, 1L, "90s", "a,b", "nginx:1.25,redis", "app=web,tier in (a,b)"], deployment);
    }

    [Fact]
    public void A_replica_set_and_a_controller_show_what_they_want_and_have()
    {
        var set = new ReplicaSet
        {
            Metadata = Web,
            Spec = new() { Replicas = 3, Template = Template, Selector = new() { MatchLabels = ValueMap.Of(("app", "web")) } },
            Status = new() { Replicas = 2, ReadyReplicas = 1 },
        };
        var controller = new ReplicationController { Metadata = Web, Spec = new() { Replicas = 1 } };

        AssertCells(["web", 3L, 2L, 1L, "90s", "a,b", "nginx:1.25,redis", "app=web"], set);
        AssertCells(["web", 1L, 0L, 0L, "90s", "", "", "<none>"], controller);
    }

    [Theory]
    [InlineData("ClusterIP", "", "", 0, "<none>", "5001/TCP")]
    [InlineData("ClusterIP", "192.0.2.7", "", 0, "192.0.2.7", "5001/TCP")]
    [InlineData("NodePort", "", "", 32000, "<none>", "5001:32000/TCP")]
    [InlineData("LoadBalancer", "", "", 32000, "<pending>", "5001:32000/TCP")]
    [InlineData("LoadBalancer", "192.0.2.7", "10.0.0.1", 32000, "10.0.0.1,192.0.2.7", "5001:32000/TCP")]
    public void A_service_shows_who_reaches_it(string type, string external, string balanced, int nodePort, string outside, string ports)
    {
        var service = new Service
        {
            Metadata = Web,
            Spec = new()
            {
                Type = type,
                ClusterIP = "10.96.0.9",
                ExternalIPs = external.Length == 0 ? default : [external],
                Ports = [new() { Port = 5001, Protocol = "TCP", NodePort = nodePort }],
                Selector = ValueMap.Of(("app", "web"), ("tier", "a")),
            },
            Status = new() { LoadBalancer = new() { Ingress = balanced.Length == 0 ? default : [new() { Ip = balanced }] } },
        };

        AssertCells(["web", type, "10.96.0.9", outside, ports, "90s", "app=web,tier=a"], service);
    }

    [Fact]
    public void A_service_of_a_name_has_no_address_and_no_ports()
    {
        var service = new Service { Metadata = Web, Spec = new() { Type = "ExternalName", ExternalName = "db.example.com" } };

        AssertCells(["web", "ExternalName", "<none>", "db.example.com", "<none>", "90s", "<none>"], service);
    }

    [Fact]
    public void Only_the_first_three_endpoints_are_named()
    {
        var endpoints = new Endpoints
        {
            Metadata = Web,
            Subsets = [new() { Addresses = [.. Enumerable.Range(1, 5).Select(i => new EndpointAddress { Ip = $"10.1.0.{i}" })], Ports = [new() { Port = 80 }] }],
        };
        var slice = new EndpointSlice
        {
            Metadata = Web,
            AddressType = "IPv4",
            Ports = [new() { Port = 80 }, new() { Name = "any" }],
            Endpoints = [.. Enumerable.Range(1, 4).Select(i => new Endpoint { Addresses = [$"10.1.0.{i}"] })],
        };

        AssertCells(["web", "10.1.0.1:80,10.1.0.2:80,10.1.0.3:80 + 2 more...", "90s"], endpoints);
        AssertCells(["web", "<none>", "90s"], new Endpoints { Metadata = Web });
        AssertCells(["web", "IPv4", "80,any", "10.1.0.1,10.1.0.2,10.1.0.3 + 1 more...", "90s"], slice);
        AssertCells(["web", "", "<unset>", "<unset>", "90s"], new EndpointSlice { Metadata = Web });
    }

    [Fact]
    public void A_node_shows_its_roles_and_whether_it_takes_pods()
    {
        var node = new Node
        {
            Metadata = Web with { Labels = ValueMap.Of(("node-role.kubernetes.io/control-plane", ""), ("kubernetes.io/role", "apps")) },
            Spec = new() { Unschedulable = true },
            Status = new()
            {
                Conditions = [new() { Type = "Ready", Status = "True" }],
                Addresses = [new() { Type = "InternalIP", Address = "192.0.2.1" }],
                NodeInfo = new() { KubeletVersion = "v1.36.0", OsImage = "Debian GNU/Linux 12", KernelVersion = "6.18", ContainerRuntimeVersion = "containerd://1.6.20" },
            },
        };

        AssertCells(
            ["web", "Ready,SchedulingDisabled", "apps,control-plane", "90s", "v1.36.0", "192.0.2.1", "<none>", "Debian GNU/Linux 12", "6.18", "containerd://1.6.20"],
            node);
        Assert.Equal("Unknown", Served.Cells(new Node(), Now)[1]);
    }

    [Fact]
    public void An_event_tells_when_it_was_last_seen_in_both_its_forms()
    {
        var item = new Event
        {
            Metadata = Web,
            InvolvedObject = new() { Kind = "Pod", Name = "p", FieldPath = "spec.containers{app}" },
            Source = new() { Component = "kubelet", Host = "one" },
            Reason = "BackOff",
            Type = "Warning",
            Message = "Back-off restarting failed container\n",
            Count = 4,
            FirstTimestamp = Now - TimeSpan.FromMinutes(27),
            LastTimestamp = Now - TimeSpan.FromSeconds(5),
        };
        object[] expected = ["5s", "Warning", "BackOff", "pod/p", "spec.containers{app}", "kubelet, one", "Back-off restarting failed container", "27m", 4L, "web"];

        AssertCells(expected, item);
        AssertCells(expected, EventConversion.ToEvents(item));
    }

    [Fact]
    public void A_series_of_events_counts_for_itself()
    {
        var item = new Event
        {
            EventTime = Now - TimeSpan.FromMinutes(5),
            Series = new() { Count = 9, LastObservedTime = Now - TimeSpan.FromSeconds(3) },
            ReportingComponent = "scheduler",
            ReportingInstance = "s-1",
        };

        AssertCells(["3s", "", "", "", "", "scheduler, s-1", "", "5m", 9L, ""], item);
    }

    [Fact]
    public void The_small_kinds_count_what_they_hold()
    {
        AssertCells(["web", 2L, "90s"], new ConfigMap { Metadata = Web, Data = ValueMap.Of(("a", "1")), BinaryData = ValueMap.Of(("b", Base64Data.FromText("2"))) });
        AssertCells(["web", "Opaque", 1L, "90s"], new Secret { Metadata = Web, Type = "Opaque", Data = ValueMap.Of(("a", Base64Data.FromText("1"))) });
        AssertCells(["web", 0L, "90s"], new ServiceAccount { Metadata = Web });
        AssertCells(["web", "Active", "90s"], new Namespace { Metadata = Web, Status = new() { Phase = "Active" } });
        AssertCells(
            ["web", "daemonset.apps/ds", 7L, "90s"],
            new ControllerRevision { Metadata = Web with { OwnerReferences = [new() { ApiVersion = "apps/v1", Kind = "DaemonSet", Name = "ds", Controller = true }] }, Revision = 7 });
        AssertCells(
            ["web", "Bound", "v", "1Gi", "RWO,RWX", "fast", "<unset>", "90s", "Filesystem"],
            new PersistentVolumeClaim
            {
                Metadata = Web,
                Spec = new() { VolumeName = "v", StorageClassName = "fast", VolumeMode = "Filesystem" },
                Status = new() { Phase = "Bound", AccessModes = ["ReadWriteMany", "ReadWriteOnce"], Capacity = ValueMap.Of(("storage", Quantity.Parse("1Gi"))) },
            });
    }

    [Theory]
    [InlineData(IncludeObject.None, "null")]
    [InlineData(IncludeObject.Metadata, """{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"web"}}""")]
    [InlineData(IncludeObject.Object, """{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"web"},"spec":{},"status":{"phase":"Active"}}""")]
    public void A_table_is_written_with_as_much_of_the_object_as_asked(IncludeObject include, string expected)
    {
        var item = new Namespace { ApiVersion = "v1", Kind = "Namespace", Metadata = new() { Name = "web" }, Status = new() { Phase = "Active" } };

        var table = Write(new(Served.Table<Namespace>(), include, Now), item);

        Assert.Equal("Table", table.GetProperty("kind").GetString());
        Assert.Equal("7", table.GetProperty("metadata").GetProperty("resourceVersion").GetString());
        Assert.Equal("""["web","Active","<unknown>"]""", table.GetProperty("rows")[0].GetProperty("cells").GetRawText());
        Assert.Equal(expected, table.GetProperty("rows")[0].GetProperty("object").GetRawText());
    }

    [Fact]
    public void Columns_are_left_out_where_the_client_has_them()
    {
        var table = Write(new(Served.Table<Pod>(), IncludeObject.None, Now, WithColumns: false), new Pod { Status = new() { Phase = "Succeeded" } });

        Assert.Equal(JsonValueKind.Null, table.GetProperty("columnDefinitions").ValueKind);
        Assert.Equal("Succeeded", table.GetProperty("rows")[0].GetProperty("conditions")[0].GetProperty("reason").GetString());
    }

    private static JsonElement Write(TableRequest request, KubernetesObject item)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            TableWriter.Write(writer, request, [item], new() { ResourceVersion = "7" });
        }

        return JsonDocument.Parse(buffer.ToArray()).RootElement;
    }

    private static void AssertCells(object[] expected, KubernetesObject item) => Assert.Equal(expected, Served.Cells(item, Now));
}

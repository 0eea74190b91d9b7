using System.Text;
using System.Text.Json.Nodes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cri;

namespace Coppice.Node.Tests.Runtime;

public sealed class OciSpecTests
{
    private const string Spec = """
        {
          "ociVersion": "1.0.2-dev",
          "process": {"user": {"uid": 1000, "gid": 0, "additionalGids": [7]}, "env": ["PATH=/bin", "GPU=none"], "rlimits": [{"hard": 18446744073709551615}]},
          "mounts": [{"destination": "/proc", "type": "proc"}, {"destination": "/etc/hosts", "source": "/old"}],
          "linux": {"devices": [{"path": "/dev/gpu0", "type": "c", "major": 9, "minor": 9}], "resources": {"devices": [{"allow": false, "access": "rwm"}]}}
        }
        """;

    [Fact]
    public void What_edits_say_is_added_or_takes_the_place_of_what_was_there()
    {
        var edited = Apply(new()
        {
            Environment = [new("GPU", "0"), new("NEW", "a=b")],
            Mounts = [new("/lib/gpu", "/usr/lib/gpu", null, ["rbind", "ro"]), new("tmpfs", "/etc/hosts", "tmpfs", []), new("/a", "/a/", null, ["bind"])],
            Groups = [7, 0, 44],
        });
        Assert.Equal("""["PATH=/bin","GPU=0","NEW=a=b"]""", edited["process"]!["env"]!.ToJsonString());
        Assert.Equal("[7,44]", edited["process"]!["user"]!["additionalGids"]!.ToJsonString());
        Assert.Equal(["/proc", "/a/", "/etc/hosts", "/usr/lib/gpu"], edited["mounts"]!.AsArray().Select(one => (string?)one!["destination"]));
        Assert.Equal("""{"destination":"/etc/hosts","source":"tmpfs","options":[],"type":"tmpfs"}""", edited["mounts"]![2]!.ToJsonString());
        Assert.Equal("18446744073709551615", edited["process"]!["rlimits"]![0]!["hard"]!.ToJsonString());
    }

    [Fact]
    public void A_device_node_is_the_users_unless_it_is_said_whose_and_may_be_used()
    {
        var edited = Apply(new()
        {
            DeviceNodes = [new("/dev/gpu0", "c", 195, 0, "rw"), new("/dev/disk", "b", 8, 1, "", FileMode: 432, User: 0, Group: 6), new("/dev/fifo", "p", 0, 0, "rwm")],
        });
        Assert.Equal(
            """[{"path":"/dev/gpu0","type":"c","major":195,"minor":0,"uid":1000},{"path":"/dev/disk","type":"b","major":8,"minor":1,"fileMode":432,"uid":0,"gid":6},{"path":"/dev/fifo","type":"p","uid":1000}]""",
            edited["linux"]!["devices"]!.ToJsonString());
        Assert.Equal(
            """[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":195,"minor":0,"access":"rw"},{"allow":true,"type":"b","major":8,"minor":1,"access":""}]""",
            edited["linux"]!["resources"]!["devices"]!.ToJsonString());
    }

    [Fact]
    public void Hooks_and_what_the_processor_shares_out_are_handed_on()
    {
        var edited = Apply(new()
        {
            Hooks = [new("createRuntime", "/a", ["a", "-v"], ["X=1"], 5), new("createRuntime", "/b", [], [], null), new("poststop", "/c", [], [], null)],
            IntelRdt = new("gold", "L3:0=f", "", ["MB:0=50"], EnableMonitoring: true, EnableCmt: false, EnableMbm: false),
        });
        Assert.Equal(
            """{"createRuntime":[{"path":"/a","args":["a","-v"],"env":["X=1"],"timeout":5},{"path":"/b"}],"poststop":[{"path":"/c"}]}""",
            edited["hooks"]!.ToJsonString());
        Assert.Equal("""{"closID":"gold","l3CacheSchema":"L3:0=f","schemata":["MB:0=50"],"enableMonitoring":true}""", edited["linux"]!["intelRdt"]!.ToJsonString());
    }

    private static JsonNode Apply(ContainerEdits edits) => JsonNode.Parse(OciSpec.Apply(Encoding.UTF8.GetBytes(Spec), edits))!;
}

using Coppice.Node.Devices.Cdi;
using Coppice.Node.Runtime;
using Coppice.Testing;

namespace Coppice.Node.Tests.Devices;

public sealed class CdiSpecsTests : IDisposable
{
    private const string Gpu = """
        {
          "cdiVersion": "0.7.0",
          "kind": "example.com/gpu",
          "containerEdits": {"env": ["DRIVER=1"], "mounts": [{"hostPath": "/lib/gpu", "containerPath": "/lib/gpu", "options": ["ro", "rbind"]}]},
          "devices": [
            {"name": "0", "containerEdits": {"env": ["GPU=0"], "deviceNodes": [{"path": "/dev/gpu0", "hostPath": "/dev/null"}], "additionalGids": [44]}},
            {"name": "1", "containerEdits": {"deviceNodes": [{"path": "/dev/gpu1", "type": "c", "major": 195, "minor": 1, "permissions": "r"}]}}
          ]
        }
        """;

    private readonly TemporaryDirectory _lower = new();
    private readonly TemporaryDirectory _upper = new();

    private CdiSpecs Specs => new([_lower.Path, _upper.Path, "/nonexistent"]);

    public void Dispose()
    {
        _lower.Dispose();
        _upper.Dispose();
    }

    [Fact]
    public void A_device_brings_what_is_its_own_and_once_what_all_of_its_kind_need()
    {
        Write(_lower, "gpu.json", Gpu);
        var edits = Specs.Resolve(["example.com/gpu=1", "example.com/gpu=0"]);
        Assert.Equal([new("DRIVER", "1"), new("GPU", "0")], edits.Environment);
        Assert.Equal([new("/dev/gpu1", "c", 195, 1, "r"), new("/dev/gpu0", "c", 1, 3, "rwm")], edits.DeviceNodes);
        var mount = Assert.Single(edits.Mounts);
        Assert.Equal(("/lib/gpu", "/lib/gpu", "ro rbind"), (mount.Source, mount.Destination, string.Join(' ', mount.Options)));
        Assert.Equal([44u], edits.Groups);
    }

    [Fact]
    public void A_specification_may_be_YAML_and_the_later_directory_counts()
    {
        Write(_lower, "gpu.json", Gpu);
        Write(_upper, "own.yaml", """
            cdiVersion: "0.6.0"
            kind: example.com/gpu
            devices:
            - name: "0"
              containerEdits:
                env: [GPU=other]
            """);
        Assert.Equal([new("GPU", "other")], Specs.Resolve(["example.com/gpu=0"]).Environment);
    }

    [Theory]
    [InlineData("example.com/gpu=9")]
    [InlineData("other.com/gpu=0")]
    [InlineData("nonsense")]
    public void What_is_nowhere_is_told(string name)
    {
        Write(_lower, "gpu.json", Gpu);
        Write(_lower, "broken.json", "{");
        Assert.Equal(
            $"CDI device injection failed: unresolvable CDI devices {name}",
            Assert.Throws<UnresolvableDevicesException>(() => Specs.Resolve(["example.com/gpu=0", name])).Message);
    }

    [Fact]
    public void All_that_a_container_may_be_given_is_read()
    {
        Write(_lower, "all.yaml", """
            cdiVersion: 1.1.0
            kind: example.com/gpu.all
            annotations: {example.com/note: "1"}
            devices:
            - name: all
              containerEdits:
                deviceNodes:
                - {path: /dev/fifo, type: p, uid: 5, gid: 0, fileMode: 0640, permissions: none}
                mounts:
                - {hostPath: tmpfs, containerPath: /scratch, type: tmpfs, options: [nosuid, size=1m]}
                hooks:
                - {hookName: createRuntime, path: /usr/bin/gpu-hook, args: [gpu-hook, --verbose], env: [A=1], timeout: 5}
                - {hookName: poststop, path: /usr/bin/gpu-free}
                additionalGIDs: [0, 44]
                intelRdt: {closID: gold, schemata: ["L3:0=f"], enableMonitoring: true}
            """);
        var edits = Specs.Resolve(["example.com/gpu.all=all"]);
        Assert.Equal([new("/dev/fifo", "p", 0, 0, "", FileMode: 0x1A0, User: 5, Group: 0)], edits.DeviceNodes);
        Assert.Equal(("tmpfs", "nosuid size=1m"), (edits.Mounts[0].Type, string.Join(' ', edits.Mounts[0].Options)));
        Assert.Equal(
            ["createRuntime /usr/bin/gpu-hook gpu-hook,--verbose A=1 5", "poststop /usr/bin/gpu-free   "],
            edits.Hooks.Select(one => $"{one.Name} {one.Path} {string.Join(',', one.Arguments)} {string.Join(',', one.Environment)} {one.TimeoutSeconds}"));
        Assert.Equal([0u, 44u], edits.Groups);
        Assert.Equal(("gold", "L3:0=f", true), (edits.IntelRdt!.ClosId, edits.IntelRdt.Schemata[0], edits.IntelRdt.EnableMonitoring));
    }

    [Theory]
    [InlineData("/dev/nonexistent", "", "failed to stat CDI host device \"/dev/nonexistent\": no such file or directory")]
    [InlineData("/etc", "", "failed to stat CDI host device \"/etc\": not a device node")]
    [InlineData("/dev/null", "b", "CDI device (\"/dev/x\", \"/dev/null\"), host type mismatch (b, c)")]
    public void A_device_node_that_is_not_here_keeps_the_device_from_being_given(string host, string type, string reason)
    {
        Write(_lower, "node.json", $$$"""{"cdiVersion": "1.0.0", "kind": "example.com/gpu", "devices": [{"name": "0", "containerEdits": {"deviceNodes": [{"path": "/dev/x", "hostPath": "{{{host}}}", "type": "{{{type}}}"}]}}]}""");
        Assert.Equal(
            $"CDI device injection failed: failed to inject devices: {reason}",
            Assert.Throws<UnresolvableDevicesException>(() => Specs.Resolve(["example.com/gpu=0"])).Message);
    }

    [Theory]
    [InlineData("9.9.9", "example.com/gpu", """{"env": ["A=1"]}""")]
    [InlineData("", "example.com/gpu", """{"env": ["A=1"]}""")]
    [InlineData("1.0.0", "gpu", """{"env": ["A=1"]}""")]
    [InlineData("1.0.0", "example.com/gpu", """{}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"env": ["A"]}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"env": "A=1"}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"environment": ["A=1"]}""")]
    [InlineData("0.6.0", "example.com/gpu", """{"additionalGids": [1]}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"additionalGids": [-1]}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"intelRdt": {"schemata": ["L3:0=f"]}}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"intelRdt": {"closID": "a/b"}}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"hooks": [{"hookName": "atNoon", "path": "/bin/x"}]}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"hooks": [{"hookName": "createContainer"}]}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"mounts": [{"containerPath": "/x"}]}""")]
    [InlineData("1.0.0", "example.com/gpu", """{"deviceNodes": [{"path": "/dev/null", "permissions": "rx"}]}""")]
    [InlineData("1.1.0", "example.com/gpu", """{"netDevices": [{"hostInterfaceName": "eth1", "name": "net1"}]}""")]
    public void What_is_not_as_it_must_be_or_cannot_be_given_is_no_device(string version, string kind, string edits)
    {
        Write(_lower, "bad.json", $$"""{"cdiVersion": "{{version}}", "kind": "{{kind}}", "devices": [{"name": "0", "containerEdits": {{edits}}}]}""");
        Assert.Throws<UnresolvableDevicesException>(() => Specs.Resolve([$"{kind}=0"]));
    }

    [Fact]
    public void What_is_told_twice_is_no_device_unless_a_later_directory_decides()
    {
        Write(_lower, "gpu.json", Gpu);
        Write(_lower, "again.json", Gpu);
        Assert.Throws<UnresolvableDevicesException>(() => Specs.Resolve(["example.com/gpu=0"]));

        Write(_upper, "gpu.json", Gpu.Replace("GPU=0", "GPU=upper", StringComparison.Ordinal));
        Assert.Contains(new("GPU", "upper"), Specs.Resolve(["example.com/gpu=0"]).Environment);
    }

    private static void Write(TemporaryDirectory directory, string name, string text) => File.WriteAllText(Path.Combine(directory.Path, name), text);
}

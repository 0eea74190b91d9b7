using Coppice.Node.Devices.Cdi;
using Coppice.Node.Runtime;
using Coppice.Testing;

namespace Coppice.Node.Tests.Devices;

public sealed class CdiSpecsTests : IDisposable
{
    private const string Gpu = """
        {
          "cdiVersion": "0.6.0",
          "kind": "example.com/gpu",
          "containerEdits": {"env": ["DRIVER=1"], "mounts": [{"hostPath": "/lib/gpu", "containerPath": "/lib/gpu", "options": ["ro", "rbind"]}]},
          "devices": [
            {"name": "0", "containerEdits": {"env": ["GPU=0"], "deviceNodes": [{"path": "/dev/gpu0", "hostPath": "/dev/null"}], "additionalGids": [44]}},
            {"name": "1", "containerEdits": {"deviceNodes": [{"path": "/dev/gpu1", "permissions": "r"}]}}
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
        Assert.Equal([new("/dev/gpu1", "/dev/gpu1", "r"), new("/dev/null", "/dev/gpu0", "rwm")], edits.Devices);
        Assert.Equal([new ContainerMount("/lib/gpu", "/lib/gpu", ReadOnly: true)], edits.Mounts);
        Assert.Equal([44], edits.Groups);
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
    public void What_cannot_be_given_or_is_told_twice_is_no_device()
    {
        Write(_lower, "hooks.json", """{"kind": "example.com/hooked", "devices": [{"name": "0", "containerEdits": {"hooks": [{"hookName": "createContainer", "path": "/bin/x"}]}}]}""");
        Assert.Throws<UnresolvableDevicesException>(() => Specs.Resolve(["example.com/hooked=0"]));

        Write(_lower, "gpu.json", Gpu);
        Write(_lower, "again.json", Gpu);
        Assert.Throws<UnresolvableDevicesException>(() => Specs.Resolve(["example.com/gpu=0"]));
    }

    private static void Write(TemporaryDirectory directory, string name, string text) => File.WriteAllText(Path.Combine(directory.Path, name), text);
}

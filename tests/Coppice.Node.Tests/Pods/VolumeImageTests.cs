using Coppice.Node.Runtime.Simulated;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

/// <summary>The images that a pod's volumes are made of.</summary>
public sealed class VolumeImageTests
{
    [Fact]
    public void The_image_of_a_volume_is_pulled_as_its_volume_says_before_a_container_starts()
    {
        using var node = new TestNode().Start();
        node.Images.Publish(new SimulatedImage("files:1", SimulatedProgram.Server));
        Create(node, "files:1", "IfNotPresent");
        Assert.Equal(PodPhase.Running, node.Api.Status("web").Phase);
        Assert.Contains("Normal Pulling: Pulling image \"files:1\"", node.Events.Told);
        Assert.Contains(node.Events.Told, one => one.StartsWith("Normal Pulled: Successfully pulled image \"files:1\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_container_waits_for_the_image_of_a_volume_as_for_its_own()
    {
        using var node = new TestNode().Start();
        Create(node, "files:1", "IfNotPresent");
        Assert.Equal("ErrImagePull", node.Main("web").State.Waiting!.Reason);
        Assert.Contains("Warning Failed: Error: ErrImagePull", node.Events.Told);
        node.Advance(3);
        Assert.Equal("ImagePullBackOff", node.Main("web").State.Waiting!.Reason);

        node.Images.Publish(new SimulatedImage("files:1", SimulatedProgram.Server));
        node.Advance(20);
        Assert.Equal(PodPhase.Running, node.Api.Status("web").Phase);
    }

    [Fact]
    public void What_must_not_be_pulled_and_is_not_there_is_waited_for_until_somebody_brings_it()
    {
        using var node = new TestNode().Start();
        Create(node, "files:1", "Never");
        Assert.Equal("ErrImageNeverPull", node.Main("web").State.Waiting!.Reason);
        Assert.Contains("Warning ErrImageNeverPull: Container image \"files:1\" is not present with pull policy of Never", node.Events.Told);

        node.Images.Publish(new SimulatedImage("files:1", SimulatedProgram.Server), onNode: true);
        node.Advance(11);
        Assert.Equal(PodPhase.Running, node.Api.Status("web").Phase);
    }

    [Fact]
    public void What_a_pod_names_is_of_use_until_the_pod_has_ended()
    {
        using var node = new TestNode().Start();
        node.Images.Publish(new SimulatedImage("files:1", SimulatedProgram.Server));
        node.Create("once", spec => spec with
        {
            RestartPolicy = RestartPolicy.Never,
            Containers = [new Container { Name = "main", Image = "job:1", ImagePullPolicy = "IfNotPresent" }],
            Volumes = [new Volume { Name = "files", Image = new() { Reference = "files:1" } }],
        });
        Assert.Equal(["files:1", "job:1"], node.Agent.NamedImages.Order(StringComparer.Ordinal));

        node.Advance(6);
        Assert.Equal(PodPhase.Succeeded, node.Api.Status("once").Phase);
        Assert.Empty(node.Agent.NamedImages);
    }

    private static void Create(TestNode node, string image, string policy) => node.Create("web", spec => spec with
    {
        Volumes = [new Volume { Name = "v", Image = new ImageVolumeSource { Reference = image, PullPolicy = policy } }],
        Containers = [new Container { Name = "main", Image = "server:1", ImagePullPolicy = "IfNotPresent" }],
    });
}

using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.NodeLifecycle;

/// <summary>Taints that somebody sets by hand, and pods that put up with them for a while.</summary>
public sealed class TaintEvictionTests
{
    private static readonly Taint Undated = new() { Key = "k", Value = "v", Effect = "NoExecute" };

    [Fact]
    public void A_taint_that_does_not_say_since_when_it_is_there_counts_from_when_it_was_seen()
    {
        using var plane = OneNode();
        plane.Create(Patient("a"));
        Taint(plane, Undated);
        plane.Advance(TimeSpan.FromSeconds(18));
        plane.Change<Node>("n1", n => n with { Metadata = n.Metadata with { Labels = ValueMap.Of(("some", "news")) } }, ns: "");
        Assert.False(IsGoing(plane, "a"));
        plane.Advance(TimeSpan.FromSeconds(3));
        Assert.True(IsGoing(plane, "a"));
    }

    [Fact]
    public void A_taint_that_went_and_came_again_counts_anew()
    {
        using var plane = OneNode();
        plane.Create(Patient("a"));
        Taint(plane, Undated);
        plane.Advance(TimeSpan.FromSeconds(15));
        Taint(plane);
        Taint(plane, Undated);
        plane.Advance(TimeSpan.FromSeconds(15));
        Assert.False(IsGoing(plane, "a"));
        plane.Advance(TimeSpan.FromSeconds(6));
        Assert.True(IsGoing(plane, "a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pod_that_comes_after_the_taint_has_the_whole_of_its_time(bool isDated)
    {
        using var plane = OneNode();
        Taint(plane, Undated with { TimeAdded = isDated ? plane.Time.GetUtcNow() : null });
        plane.Advance(TimeSpan.FromMinutes(10));
        plane.Create(Patient("a"));
        plane.Advance(TimeSpan.FromSeconds(15));
        Assert.False(IsGoing(plane, "a"));
        plane.Advance(TimeSpan.FromSeconds(6));
        Assert.True(IsGoing(plane, "a"));
    }

    /// <summary>Puts up with everything for 20 s.</summary>
    private static Pod Patient(string name)
    {
        var pod = Samples.Pod(name);
        return pod with { Spec = pod.Spec with { Tolerations = [new() { Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 20 }] } };
    }

    private static bool IsGoing(ControlPlane plane, string pod) => plane.Api.Get<Pod>(pod).Metadata.DeletionTimestamp is not null;

    private static void Taint(ControlPlane plane, params Taint[] taints) =>
        plane.Change<Node>("n1", n => n with { Spec = n.Spec with { Taints = taints.ToValueList() } }, ns: "");

    private static ControlPlane OneNode()
    {
        var plane = new ControlPlane();
        plane.Create(new Node
        {
            Metadata = new() { Name = "n1" },
            Status = new() { Conditions = [new() { Type = "Ready", Status = "True", LastHeartbeatTime = plane.Time.GetUtcNow() }] },
        });
        return plane;
    }
}

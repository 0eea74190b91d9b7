using Coppice.Controllers.PodCollection;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.PodCollection;

public sealed class PodCollectorTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ControlPlane _plane = new(endedPodsMax: 2);

    public void Dispose() => _plane.Dispose();

    [Fact]
    public void Of_very_many_that_have_ended_the_oldest_go()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            _plane.Create(Samples.Pod(name));
            _plane.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var name in (string[])["c", "b"])
        {
            End(name);
        }

        Assert.Equal(["a", "b", "c"], Names);
        End("a");
        Assert.Equal(["b", "c"], Names);
    }

    [Fact]
    public void Those_that_were_evicted_go_first()
    {
        Pod[] pods = [Ended("old", 2, null), Ended("evicted", 1, "Evicted"), Ended("new", 0, null), Samples.Pod("runs")];
        Assert.Equal(["evicted", "old"], PodCollector.TooMany(pods, 1).Select(pod => pod.Metadata.Name));
        Assert.Empty(PodCollector.TooMany(pods, 3));

        static Pod Ended(string name, int hours, string? reason)
        {
            var pod = Samples.Pod(name);
            return pod with { Metadata = pod.Metadata with { CreationTimestamp = Now.AddHours(-hours) }, Status = new() { Phase = PodPhase.Failed, Reason = reason } };
        }
    }

    [Fact]
    public void A_pod_that_goes_and_never_had_a_node_has_failed_and_its_job_makes_another()
    {
        _plane.Create(new Job
        {
            Metadata = new() { Name = "work", Namespace = "default" },
            Spec = new() { PodReplacementPolicy = PodReplacementPolicy.Failed, Template = new() { Spec = Samples.Template().Spec with { RestartPolicy = "Never" } } },
        });
        var first = Assert.Single(_plane.Api.All<Pod>());
        _plane.Delete<Pod>(first.Metadata.Name!);
        _plane.Advance(TimeSpan.FromSeconds(20));

        Assert.NotEqual(first.Metadata.Name, Assert.Single(_plane.Api.All<Pod>()).Metadata.Name);
        Assert.Equal(1, _plane.Api.Get<Job>("work").Status.Failed);
    }

    [Fact]
    public void A_pod_that_goes_on_a_node_that_is_out_of_service_is_gone()
    {
        var ready = new NodeCondition { Type = "Ready", Status = "False", LastHeartbeatTime = _plane.Time.GetUtcNow(), LastTransitionTime = _plane.Time.GetUtcNow() };
        _plane.Create(new Node { Metadata = new() { Name = "n1" }, Status = new() { Conditions = [ready] } });
        _plane.Create(Samples.Pod("there"));
        _plane.Delete<Pod>("there");
        Assert.Equal(["there"], Names);

        _plane.Change<Node>("n1", node => node with { Spec = node.Spec with { Taints = node.Spec.Taints.Add(new() { Key = "node.kubernetes.io/out-of-service", Effect = "NoExecute" }) } }, "");
        Assert.Empty(Names);
    }

    private IEnumerable<string> Names => _plane.Api.All<Pod>().Select(pod => pod.Metadata.Name!);

    private void End(string name)
    {
        _plane.Api.SetPod(name, pod => pod with { Status = pod.Status with { Phase = PodPhase.Succeeded } });
        _plane.Settle();
    }
}

using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

/// <summary>Kubernetes allows any number of seconds that fits the field: none of them stops a pod's worker or leaves a container running.</summary>
public sealed class LongTimesTests
{
    [Theory]
    [InlineData(100_000)]
    [InlineData(4_294_968)]
    [InlineData(int.MaxValue)]
    [InlineData(922_337_203_686)]
    [InlineData(long.MaxValue)]
    public void A_container_with_a_grace_of_years_is_signalled_at_once_and_killed_when_forced(long seconds)
    {
        using var node = new TestNode().Start();
        foreach (var (name, image) in new[] { ("obeys", "server:1"), ("stubborn", "stubborn:1") })
        {
            node.Create(name, spec => spec with
            {
                TerminationGracePeriodSeconds = seconds,
                Containers = [new Container { Name = "main", Image = image, ImagePullPolicy = "IfNotPresent" }],
            });
            node.Delete(name, seconds);
        }

        node.Advance(60);
        Assert.Null(node.Api.Pod("obeys"));
        Assert.Equal(ContainerRunState.Running, Assert.Single(node.Held.Containers).State);

        node.Delete("stubborn", 1);
        node.Advance(5);
        Assert.Null(node.Api.Pod("stubborn"));
        Assert.Empty(node.Held.Containers);
        Assert.DoesNotContain(node.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void Probes_hooks_and_deadlines_may_be_as_long_as_their_fields_allow()
    {
        using var node = new TestNode().Start();
        var rare = new Probe { HttpGet = new HTTPGetAction { Port = 80 }, PeriodSeconds = int.MaxValue, TimeoutSeconds = int.MaxValue };
        node.Create("web", spec => spec with
        {
            ActiveDeadlineSeconds = int.MaxValue,
            TerminationGracePeriodSeconds = long.MaxValue,
            Containers =
            [
                new Container
                {
                    Name = "main", Image = "server:1", ImagePullPolicy = "IfNotPresent",
                    ReadinessProbe = rare, StartupProbe = rare, LivenessProbe = rare with { InitialDelaySeconds = int.MaxValue },
                    Lifecycle = new Lifecycle { PreStop = new LifecycleHandler { Sleep = new SleepAction { Seconds = long.MaxValue - 1 } } },
                },
            ],
        });
        Assert.True(node.IsReady("web"));
        node.Advance(600);
        Assert.True(node.IsReady("web"));
        Assert.Equal(0, node.Main("web").RestartCount);

        node.Delete("web");
        node.Advance(33);
        Assert.Null(node.Api.Pod("web"));
    }

    [Fact]
    public void A_start_beyond_all_dates_ends_no_worker()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        foreach (var start in new[] { DateTimeOffset.MaxValue, DateTimeOffset.MinValue })
        {
            node.Do(() => node.Api.Change("web", pod => pod with { Spec = pod.Spec with { ActiveDeadlineSeconds = int.MaxValue } }));
            node.Do(() => node.Api.Change("web", pod => pod with { Status = pod.Status with { StartTime = start } }, "status"));
            node.Advance(1);
        }

        node.Delete("web");
        node.Advance(33);
        Assert.Null(node.Api.Pod("web"));
    }
}

using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using FsCheck.Fluent;

namespace Coppice.Controllers.Tests.Deployments;

/// <summary>
/// Rollouts under any size, fence posts and order of events: pods become ready and vanish in random order and numbers, one between
/// any two looks, while the template changes in the middle.
/// </summary>
public sealed class RolloutProperties
{
    [Fact]
    public void A_rollout_keeps_within_its_fence_posts_and_ends()
    {
        var cases = (from replicas in Gen.Choose(1, 12)
                     from surge in Gen.Choose(0, 5)
                     from unavailable in Gen.Choose(surge == 0 ? 1 : 0, 5)
                     from isPercent in Gen.Choose(0, 1)
                     from seed in Gen.Choose(1, 1_000_000)
                     select (replicas, surge, unavailable, isPercent, seed)).ToArbitrary();
        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(60),
            Prop.ForAll(cases, c => RollOut(c.replicas, Post(c.surge, c.isPercent), Post(c.unavailable, c.isPercent), new Random(c.seed))));
    }

    private static IntOrString Post(int number, int isPercent) => isPercent == 1 ? $"{number * 20}%" : number;

    private static void RollOut(int replicas, IntOrString surge, IntOrString unavailable, Random random)
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.Deployment(replicas, "web:0", surge, unavailable));
        plane.RunPods();
        var limits = new Controllers.Deployments.RolloutLimits(plane.Api.Get<Deployment>("web"));

        SetImage(plane, "web:1");
        var isTurned = false;
        for (var step = 0; !IsDone(plane, replicas, isTurned); step++)
        {
            Assert.True(step < 5000, "the rollout never ends");
            AssertWithin(plane, limits);
            if (!isTurned && random.Next(20) == 0)
            {
                isTurned = true;
                SetImage(plane, random.Next(2) == 0 ? "web:0" : "web:2");
                continue;
            }

            Happen(plane, random);
        }
    }

    private static void Happen(ControlPlane plane, Random random)
    {
        var moving = plane.Api.All<Pod>().Where(p => p.Metadata.DeletionTimestamp is not null || p.Status.Phase is null or PodPhase.Pending).ToList();
        if (moving.Count > 0)
        {
            var pod = moving[random.Next(moving.Count)];
            if (pod.Metadata.DeletionTimestamp is not null)
            {
                plane.Api.FinishPod(pod);
            }
            else
            {
                plane.Api.SetPod(pod.Metadata.Name!, p => Samples.Running(p, isReady: true, plane.Time.GetUtcNow()));
            }
        }

        plane.Advance(TimeSpan.FromMilliseconds(random.Next(3000)));
    }

    private static void AssertWithin(ControlPlane plane, Controllers.Deployments.RolloutLimits limits)
    {
        var living = plane.Api.All<Pod>().Where(p => p.Metadata.DeletionTimestamp is null).ToList();
        Assert.True(living.Count <= limits.Desired + limits.MaxSurge, $"{living.Count} pods, allowed {limits.Desired} + {limits.MaxSurge}");
        var serving = living.Count(p => p.Status.Phase == PodPhase.Running);
        Assert.True(serving >= limits.MinAvailable, $"{serving} available, needed {limits.MinAvailable}");
    }

    private static bool IsDone(ControlPlane plane, int replicas, bool isTurned)
    {
        var deployment = plane.Api.Get<Deployment>("web");
        return isTurned && plane.Api.All<Pod>().Count == replicas
            && deployment.Status.AvailableReplicas == replicas && deployment.Status.UpdatedReplicas == replicas
            && deployment.Status.ObservedGeneration == deployment.Metadata.Generation;
    }

    private static void SetImage(ControlPlane plane, string image) =>
        plane.Change<Deployment>("web", d => d with { Spec = d.Spec with { Template = Samples.Template(image) } });
}

using Coppice.Client;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.EndpointSlices;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Controllers.Tests.EndpointSlices;

public sealed class SliceWritesTests
{
    private static readonly Node Here = new() { Metadata = new() { Name = "n1" } };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    /// <summary>What somebody has written himself does not wake him, and all else does: after any changes of anybody there is nothing left to do.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void After_any_changes_slices_and_endpoints_are_as_they_would_be_planned_anew(int seed)
    {
        var random = new Random(seed);
        using var plane = new ControlPlane();
        plane.Create(Here);
        plane.Create(Samples.Service() with { Metadata = Samples.Service().Metadata with { Labels = ValueMap.Of(("team", "a")) } });
        for (var step = 0; step < 120; step++)
        {
            Change(plane, random, step);
            if (random.Next(3) == 0)
            {
                continue;
            }

            plane.Settle();
            var service = plane.Api.Get<Service>("web");
            var query = LabelQuery.Of(service.Spec.Selector);
            var pods = plane.Api.All<Pod>().Where(pod => query.Matches(pod.Metadata.Labels)).ToList();
            var slices = plane.Api.All<EndpointSlice>();
            Assert.True(SlicePlanner.Plan(service, pods, name => name == "n1" ? Here : null, slices).IsEmpty, $"seed {seed}, step {step}");
            var ready = pods.Where(pod => pod.Status.Conditions.Any(one => one.Status == "True")).Select(pod => pod.Metadata.Name).Order();
            Assert.Equal(ready, slices.SelectMany(slice => slice.Endpoints).Where(one => one.Conditions.Ready == true).Select(one => one.TargetRef!.Name).Order());
            var endpoints = plane.Api.Get<Endpoints>("web");
            Assert.Same(endpoints, EndpointsPlanner.Plan(service, pods, endpoints));
            Assert.Equal(ready, endpoints.Subsets.SelectMany(subset => subset.Addresses).Select(one => one.TargetRef!.Name).Order());
        }
    }

    [Fact]
    public void A_slice_that_was_written_here_wakes_nobody_until_somebody_else_has_changed_it()
    {
        using var plane = new ControlPlane();
        using var stop = new CancellationTokenSource();
        var caches = new CacheSet(plane.Api.Door, plane.Clock, NullLoggerFactory.Instance);
        var slices = new SliceWrites(plane.Api.Door, caches, plane.Clock);
        var own = new List<bool>();
        slices.Cache.Subscribe(change => own.Add(slices.IsOwn(change)));
        var running = caches.RunAsync(stop.Token);
        plane.Create(new EndpointSlice { Metadata = new() { Name = "one", Namespace = "default" }, AddressType = "IPv4" });
        Assert.Equal([false], own);

        Write("10.244.0.1");
        Write("10.244.0.2");
        Assert.Equal([false, true, true], own);

        plane.Change<EndpointSlice>("one", slice => slice with { Endpoints = [] });
        plane.Change<EndpointSlice>("one", slice => slice with { Endpoints = [new() { Addresses = ["10.244.0.2"] }], Metadata = slice.Metadata with { Labels = ValueMap.Of(("a", "b")) } });
        Assert.Equal([false, true, true, false, false], own);

        // It is as it was wanted, whoever has put it right.
        plane.Change<EndpointSlice>("one", slice => slice with { Metadata = slice.Metadata with { Labels = default } });
        plane.Delete<EndpointSlice>("one");
        plane.Create(new EndpointSlice { Metadata = new() { Name = "one", Namespace = "default" }, AddressType = "IPv4", Endpoints = [new() { Addresses = ["10.244.0.2"] }] });
        Assert.Equal([false, true, true, false, false, true, false, false], own);
        stop.Cancel();
        plane.Settle();
        Assert.True(running.IsCompleted);

        void Write(string address)
        {
            var slice = plane.Api.Get<EndpointSlice>("one") with { Endpoints = [new() { Addresses = [address] }] };
            var writing = slices.ApplyAsync(new([], [slice], []), default).AsTask();
            plane.Settle();
            Assert.True(writing.IsCompletedSuccessfully);
        }
    }

    private static void Change(ControlPlane plane, Random random, int step)
    {
        var pods = plane.Api.All<Pod>().Where(pod => pod.Metadata.DeletionTimestamp is null).ToList();
        var slices = plane.Api.All<EndpointSlice>();
        var (pod, slice) = (pods.ElementAtOrDefault(random.Next(pods.Count + 1)), slices.ElementAtOrDefault(random.Next(slices.Count + 1)));
        switch (random.Next(9))
        {
            case 0 or 1:
                plane.Api.Create(Samples.Pod($"p{step}", isReady: random.Next(2) == 0, ip: $"10.244.0.{step + 1}"));
                break;
            case 2 or 3 when pod is not null:
                plane.Api.SetPod(pod.Metadata.Name!, p => Samples.Running(p, random.Next(2) == 0, plane.Time.GetUtcNow()));
                break;
            case 4 when pod is not null:
                plane.Api.Update(pod with { Metadata = pod.Metadata with { Labels = random.Next(2) == 0 ? Samples.Web : ValueMap.Of(("app", "other")) } });
                break;
            case 5 when pod is not null:
                plane.Api.FinishPod(pod);
                break;
            case 6 when slice is not null:
                plane.Api.Update(slice with { Endpoints = [.. slice.Endpoints.Skip(1)] });
                break;
            case 7 when slice is not null:
                plane.Api.Update(slice with { Metadata = slice.Metadata with { Labels = slice.Metadata.Labels.With("more", "yes") } });
                break;
            case 8 when slice is not null && random.Next(4) == 0:
                plane.Api.Delete<EndpointSlice>(ObjectKey.Of(slice), null);
                break;
            case 8:
                var service = plane.Api.Get<Service>("web");
                plane.Api.Update(service with { Spec = service.Spec with { Ports = [service.Spec.Ports[0] with { TargetPort = random.Next(2) == 0 ? "http" : 8081 }] } });
                break;
        }
    }
}

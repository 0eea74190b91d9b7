using System.Text;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Node.Devices;
using Coppice.Node.Devices.Cdi;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using Coppice.Testing;
using Coppice.Testing.Devices;
using Microsoft.Extensions.Logging.Abstractions;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Node.Tests.Devices;

/// <summary>What a node and its drivers of devices say to each other, over real sockets.</summary>
public sealed class NodeDevicesTests : IAsyncLifetime
{
    private const string Driver = "gpu.example.com";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new("cdi-");
    private readonly TestApi _api = new(TimeProvider.System, "default");
    private CancellationTokenSource _stop = new();
    private NodeDevices _devices = null!;
    private Task _running = Task.CompletedTask;

    private string Registry => _directory.File("registry");

    private string Specifications => _directory.File("cdi");

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Specifications);
        Start();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("v1.DRAPlugin")]
    [InlineData("v1beta1.DRAPlugin")]
    public async Task A_driver_is_asked_for_what_a_pods_claims_have_and_its_answer_reaches_the_container(string service)
    {
        await using var driver = await StartDriverAsync(service);
        driver.Prepare = _ => ([new("n1", "gpu-0", ["example.com/gpu=0"], "one"), new("n1", "gpu-1", ["example.com/gpu=1"], "two")], "");
        var pod = Pod("web", "claim");
        await _devices.Pods.PrepareAsync(pod, default);
        await _devices.Pods.PrepareAsync(pod, default);
        Assert.Equal(["registered", "prepare claim"], driver.Calls);

        Assert.Equal(["0", "1"], Variables(pod));
        Assert.Equal(["1"], Variables(pod, request: "two"));
        Assert.True(_devices.Pods.EditsOf(pod, new() { Name = "other" }).IsEmpty);

        await _devices.Pods.UnprepareAsync(pod, default);
        await _devices.Pods.UnprepareAsync(pod, default);
        Assert.Equal(["registered", "prepare claim", "unprepare claim"], driver.Calls);
    }

    [Fact]
    public async Task What_drivers_are_asked_and_what_is_in_use_is_told()
    {
        await using var driver = await StartDriverAsync("v1.DRAPlugin");
        Assert.Contains("dra_resource_claims_in_use{driver_name=\"<any>\"} 0\n", Figures());
        var pod = Pod("web", "claim");
        driver.Prepare = _ => ([], "the fan is broken");
        await ProblemAsync(pod);
        driver.Prepare = _ => ([], "");
        await _devices.Pods.PrepareAsync(pod, default);
        Assert.Contains("dra_resource_claims_in_use{driver_name=\"<any>\"} 1\n", Figures());
        Assert.Contains($"dra_resource_claims_in_use{{driver_name=\"{Driver}\"}} 1\n", Figures());
        await _devices.Pods.UnprepareAsync(pod, default);

        var figures = Figures();
        Assert.Contains("dra_resource_claims_in_use{driver_name=\"<any>\"} 0\n", figures);
        Assert.Contains("dra_operations_duration_seconds_count{operation_name=\"PrepareResources\",is_error=\"true\"} 1\n", figures);
        Assert.Contains("dra_operations_duration_seconds_count{operation_name=\"PrepareResources\",is_error=\"false\"} 1\n", figures);
        Assert.Contains("dra_operations_duration_seconds_count{operation_name=\"UnprepareResources\",is_error=\"false\"} 1\n", figures);
        const string Method = "/k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/NodePrepareResources";
        Assert.Contains($"dra_grpc_operations_duration_seconds_count{{driver_name=\"{Driver}\",method_name=\"{Method}\",grpc_status_code=\"OK\"}} 2\n", figures);

        string Figures()
        {
            var text = new MetricsText();
            _devices.WriteTo(text);
            return Encoding.UTF8.GetString(text.ToBytes().Span);
        }
    }

    [Fact]
    public async Task A_shared_claim_is_let_go_of_after_its_last_pod()
    {
        await using var driver = await StartDriverAsync();
        var (first, second) = (Pod("first", "claim"), Pod("second", "claim"));
        await _devices.Pods.PrepareAsync(first, default);
        await _devices.Pods.PrepareAsync(second, default);
        await _devices.Pods.UnprepareAsync(first, default);
        Assert.Equal(["registered", "prepare claim"], driver.Calls);
        await _devices.Pods.UnprepareAsync(second, default);
        Assert.Equal(["registered", "prepare claim", "unprepare claim"], driver.Calls);
    }

    [Fact]
    public async Task What_was_made_ready_is_known_to_the_next_agent()
    {
        await using var driver = await StartDriverAsync();
        driver.Prepare = _ => ([new("n1", "gpu-0", ["example.com/gpu=0"])], "");
        var pod = Pod("web", "claim");
        await _devices.Pods.PrepareAsync(pod, default);
        await StopAsync();
        Start();
        await RegisteredAsync(driver, times: 2);

        Assert.Equal(["0"], Variables(pod));

        // All that is known of what was left over may be its uid.
        await _devices.Pods.UnprepareAsync(new() { Metadata = new() { Name = "web", Uid = pod.Metadata.Uid } }, default);
        Assert.Equal("unprepare claim", driver.Calls[^1]);
        Assert.Single(driver.Calls, "prepare claim");
    }

    [Fact]
    public async Task Failures_are_told_in_Kubernetes_words_and_tried_again()
    {
        var pod = Pod("web", "claim");
        Assert.Equal($"DRA driver {Driver} is not registered", await ProblemAsync(pod));

        // A pod that a driver never heard of needs none to end.
        await _devices.Pods.UnprepareAsync(pod, default);

        await using var driver = await StartDriverAsync();
        driver.Prepare = _ => ([], "the fan is broken");
        Assert.Equal("NodePrepareResources failed for ResourceClaim claim: the fan is broken", await ProblemAsync(pod));
        driver.Prepare = _ => ([], "");
        await _devices.Pods.PrepareAsync(pod, default);

        driver.UnprepareError = "it is in use";
        var failed = await Assert.ThrowsAsync<DevicesNotReadyException>(async () => await _devices.Pods.UnprepareAsync(pod, default));
        Assert.Equal("NodeUnprepareResources failed for ResourceClaim claim: it is in use", failed.Message);
        driver.UnprepareError = "";
        await _devices.Pods.UnprepareAsync(pod, default);

        Assert.Equal("fetch ResourceClaim none: resourceclaims.resource.k8s.io \"none\" not found", await ProblemAsync(PodOf("other", "none")));
        var stranger = PodOf("stranger", "claim");
        Assert.StartsWith("pod stranger (uid-of-stranger) is not allowed to use ResourceClaim claim (", await ProblemAsync(stranger));
    }

    [Fact]
    public async Task Who_is_no_driver_is_told_so()
    {
        await using var other = await FakeDriver.StartAsync("disk.example.com", Registry, _directory.Path, type: "CSIPlugin");
        await Eventually.TrueAsync("the refusal", Patience, () => other.Calls.Any(call => call.StartsWith("refused no handler registered for plugin type: CSIPlugin at socket ", StringComparison.Ordinal)));

        await using var old = await FakeDriver.StartAsync("old.example.com", Registry, _directory.Path, service: "v1alpha3.Node");
        await Eventually.TrueAsync("the refusal", Patience, () => old.Calls.Any(call => call.StartsWith("refused invalid supported gRPC versions", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_cannot_be_told_that_it_is_registered_is_not_and_is_asked_again()
    {
        await StopAsync();
        var time = new ManualTimeProvider();
        Start(time);
        await using var driver = await FakeDriver.StartAsync(Driver, Registry, _directory.Path, isDeaf: true);
        await Eventually.TrueAsync("the attempt", Patience, () => driver.Calls.Contains("unheard"));
        var pod = Pod("web", "claim");
        await GoneAsync(pod);

        driver.IsDeaf = false;
        time.Advance(TimeSpan.FromSeconds(5));
        await RegisteredAsync(driver, times: 1);
        await _devices.Pods.PrepareAsync(pod, default);
        Assert.Equal("prepare claim", driver.Calls[^1]);
    }

    [Fact]
    public async Task What_a_driver_offers_stays_while_it_is_there_and_what_nobody_answers_for_goes()
    {
        await StopAsync();
        await using var driver = await FakeDriver.StartAsync(Driver, Registry, _directory.Path);
        _api.Create(Slice("of-driver", Driver, "n1"));
        _api.Create(Slice("of-nobody", "gone.example.com", "n1"));
        _api.Create(Slice("of-another-node", "gone.example.com", "n2"));
        Start();
        await Eventually.TrueAsync("the slice of nobody gone", Patience, () => _api.All<ResourceSlice>().Count == 2);
        Assert.Equal(["of-another-node", "of-driver"], _api.All<ResourceSlice>().Select(slice => slice.Metadata.Name).Order());
    }

    [Fact]
    public async Task What_a_driver_offered_stays_while_it_is_replaced_and_goes_when_it_does_not_come_back()
    {
        await StopAsync();
        var time = new ManualTimeProvider();
        Start(time);
        var driver = await StartDriverAsync();
        var pod = Pod("web", "claim");
        _api.Create(Slice("of-driver", Driver, "n1"));
        await driver.DisposeAsync();
        await GoneAsync(pod);
        time.Advance(TimeSpan.FromSeconds(29));

        driver = await StartDriverAsync();
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(_api.All<ResourceSlice>());
        await driver.DisposeAsync();
        await GoneAsync(pod);
        Assert.Single(_api.All<ResourceSlice>());
        time.Advance(TimeSpan.FromSeconds(31));
        await Eventually.TrueAsync("the slice gone", Patience, () => _api.All<ResourceSlice>().Count == 0);
    }

    private Task GoneAsync(Pod pod) => Eventually.SeeAsync("the driver gone", Patience, () => ProblemAsync(pod), problem => problem == $"DRA driver {Driver} is not registered");

    private void Start(TimeProvider? time = null)
    {
        _stop = new();
        Directory.CreateDirectory(Registry);
        var layout = new DeviceLayout(Registry, _directory.File("prepared.json"), [Specifications]);
        _devices = new(layout, "n1", _api, time ?? TimeProvider.System, NullLogger.Instance);
        _running = _devices.RunAsync(_stop.Token);
    }

    private async Task StopAsync()
    {
        _stop.Cancel();
        await _running;
        _stop.Dispose();
    }

    private async Task<FakeDriver> StartDriverAsync(string service = "v1.DRAPlugin")
    {
        var driver = await FakeDriver.StartAsync(Driver, Registry, _directory.Path, service);
        await RegisteredAsync(driver, times: 1);
        return driver;
    }

    private static Task RegisteredAsync(FakeDriver driver, int times) =>
        Eventually.TrueAsync("the registration", Patience, () => driver.Calls.Count(call => call == "registered") == times);

    private async Task<string> ProblemAsync(Pod pod) => (await Assert.ThrowsAsync<DevicesNotReadyException>(async () => await _devices.Pods.PrepareAsync(pod, default))).Message;

    [Fact]
    public async Task Devices_that_stand_for_extended_resources_reach_the_containers_that_asked_for_them()
    {
        await using var driver = await StartDriverAsync("v1.DRAPlugin");
        driver.Prepare = _ => ([new("n1", "gpu-0", ["example.com/gpu=0"], "container-0-request-0"), new("n1", "gpu-1", ["example.com/gpu=1"], "container-1-request-0")], "");
        var pod = Pod("web", "web-extended-resources-x") with { Spec = new() };
        Assert.True(_devices.Pods.EditsOf(pod, new() { Name = "main" }).IsEmpty);
        pod = pod with
        {
            Status = pod.Status with
            {
                ExtendedResourceClaimStatus = new()
                {
                    ResourceClaimName = "web-extended-resources-x",
                    RequestMappings =
                    [
                        new() { ContainerName = "main", ResourceName = "example.com/gpu", RequestName = "container-0-request-0" },
                        new() { ContainerName = "helper", ResourceName = "example.com/gpu", RequestName = "container-1-request-0" },
                    ],
                },
            },
        };
        var refused = await Assert.ThrowsAsync<DevicesNotReadyException>(() => _devices.Pods.PrepareAsync(pod, default).AsTask());
        Assert.EndsWith("was not created for pod default/web (pod is not owner)", refused.Message, StringComparison.Ordinal);

        var claim = _api.All<ResourceClaim>().Single();
        await _api.UpdateAsync(
            claim with { Metadata = claim.Metadata with { OwnerReferences = [new() { ApiVersion = "v1", Kind = "Pod", Name = "web", Uid = pod.Metadata.Uid!, Controller = true }] } }, default);
        await _devices.Pods.PrepareAsync(pod, default);
        Assert.Equal(["registered", "prepare web-extended-resources-x"], driver.Calls);
        Assert.Equal(["0"], Variables(pod));
        Assert.True(_devices.Pods.EditsOf(pod, new() { Name = "other" }).IsEmpty);

        await _devices.Pods.UnprepareAsync(pod, default);
        Assert.Equal("unprepare web-extended-resources-x", driver.Calls[^1]);
    }

    private IEnumerable<string> Variables(Pod pod, string? request = null)
    {
        File.WriteAllText(Path.Combine(Specifications, "gpu.json"), """
            {"cdiVersion": "0.6.0", "kind": "example.com/gpu", "devices": [{"name": "0", "containerEdits": {"env": ["GPU0=0"]}}, {"name": "1", "containerEdits": {"env": ["GPU1=1"]}}]}
            """);
        return _devices.Pods.EditsOf(pod, new() { Name = "main", Resources = new() { Claims = [new() { Name = "gpu", Request = request }] } }).Environment.Select(one => one.Value);
    }

    /// <summary>A pod and, unless it is there, its claim, which has a device here and is reserved for the pod.</summary>
    private Pod Pod(string name, string claim)
    {
        var pod = PodOf(name, claim);
        var there = _api.All<ResourceClaim>().FirstOrDefault(one => one.Metadata.Name == claim) ?? _api.Create(new ResourceClaim
        {
            Metadata = new() { Namespace = "default", Name = claim },
            Spec = new() { Devices = new() { Requests = [new() { Name = "one", Exactly = new() { DeviceClassName = "gpus" } }] } },
        });
        var reserved = DeviceClaims.ReservedFor(pod, there with
        {
            Status = there.Status with { Allocation = new() { Devices = new() { Results = [new() { Request = "one", Driver = Driver, Pool = "n1", Device = "gpu-0" }] } } },
        });
        _api.UpdateStatusAsync(reserved, default).AsTask().GetAwaiter().GetResult();
        return pod;
    }

    private static Pod PodOf(string name, string claim) => new()
    {
        Metadata = new() { Namespace = "default", Name = name, Uid = $"uid-of-{name}" },
        Spec = new() { ResourceClaims = [new() { Name = "gpu", ResourceClaimName = claim }] },
    };

    private static ResourceSlice Slice(string name, string driver, string node) => new()
    {
        Metadata = new() { Name = name },
        Spec = new() { Driver = driver, NodeName = node, Pool = new() { Name = node, ResourceSliceCount = 1 }, Devices = [new() { Name = "gpu-0" }] },
    };
}

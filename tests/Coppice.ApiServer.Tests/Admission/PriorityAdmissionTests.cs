using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Scheduling;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class PriorityAdmissionTests
{
    private readonly Task<AdmissionWorld> _world = AdmissionWorld.MakeAsync();

    [Fact]
    public async Task A_pods_priority_is_that_of_its_class()
    {
        var world = await _world;
        await world.CreateAsync(new PriorityClass { Metadata = new() { Name = "high" }, Value = 7, PreemptionPolicy = "Never" });

        var pod = await world.RunAsync(with: spec => spec with { PriorityClassName = "high" });

        Assert.Equal((7, "Never"), (pod.Spec.Priority, pod.Spec.PreemptionPolicy));
    }

    [Fact]
    public async Task Who_names_no_class_is_of_the_default_one_if_there_is_one()
    {
        var world = await _world;
        var before = await world.RunAsync("before");
        await world.CreateAsync(new PriorityClass { Metadata = new() { Name = "usual" }, Value = 5, GlobalDefault = true });

        var after = await world.RunAsync("after");

        Assert.Equal((0, null), (before.Spec.Priority, before.Spec.PriorityClassName));
        Assert.Equal((5, "usual"), (after.Spec.Priority, after.Spec.PriorityClassName));
    }

    [Fact]
    public async Task There_is_one_default_at_most()
    {
        var world = await _world;
        await world.CreateAsync(new PriorityClass { Metadata = new() { Name = "usual" }, Value = 5, GlobalDefault = true });

        var why = await AdmissionWorld.RefusalAsync(() => world.CreateAsync(new PriorityClass { Metadata = new() { Name = "other" }, Value = 6, GlobalDefault = true }));

        Assert.Equal(
            "priorityclasses.scheduling.k8s.io \"other\" is forbidden: PriorityClass usual is already marked as default. Only one default can exist", why);
    }

    [Fact]
    public async Task The_classes_of_the_system_are_there_and_stay()
    {
        var world = await _world;
        var pod = await world.RunAsync(with: spec => spec with { PriorityClassName = "system-node-critical" });
        await world.CreateAsync(SystemPriorities.NodeCritical);

        var why = await AdmissionWorld.RefusalAsync(async () => await world.Api.DeleteAsync<PriorityClass>(new("", "system-node-critical"), null, default));

        Assert.Equal(2_000_001_000, pod.Spec.Priority);
        Assert.Equal(
            "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system priority class and cannot be deleted", why);
    }

    [Theory]
    [InlineData("nowhere", null, null, "no PriorityClass with name nowhere was found")]
    [InlineData(
        "high",
        8,
        null,
        "the integer value of priority (8) must not be provided in pod spec; priority admission controller computed 7 from the given PriorityClass name")]
    [InlineData(
        "high",
        null,
        "Never",
        "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name")]
    public async Task A_pod_does_not_make_up_its_priority(string name, int? priority, string? policy, string why)
    {
        var world = await _world;
        await world.CreateAsync(new PriorityClass { Metadata = new() { Name = "high" }, Value = 7 });

        var refusal = await AdmissionWorld.RefusalAsync(
            () => world.RunAsync(with: spec => spec with { PriorityClassName = name, Priority = priority, PreemptionPolicy = policy }));

        Assert.Equal($"pods \"web\" is forbidden: {why}", refusal);
    }
}

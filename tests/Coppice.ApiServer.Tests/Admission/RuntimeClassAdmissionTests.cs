using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Node;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class RuntimeClassAdmissionTests
{
    private readonly Task<AdmissionWorld> _world = AdmissionWorld.MakeAsync();

    [Fact]
    public async Task A_pod_takes_and_tolerates_what_its_class_says()
    {
        var world = await WithClassAsync();

        var pod = await world.RunAsync(with: spec => spec with { RuntimeClassName = "sandboxed", NodeSelector = ValueMap.Of(("zone", "a")) });

        Assert.Equal(AdmissionWorld.Amounts("cpu=250m"), pod.Spec.Overhead);
        Assert.Equal(ValueMap.Of(("vm", "yes"), ("zone", "a")), pod.Spec.NodeSelector);
        Assert.Contains(pod.Spec.Tolerations, one => one.Key == "vm");
    }

    [Theory]
    [InlineData("other", "", "", "pod rejected: RuntimeClass \"other\" not found")]
    [InlineData("sandboxed", "cpu=1", "", "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    [InlineData(null, "cpu=1", "", "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")]
    [InlineData("sandboxed", "", "no", "conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no")]
    public async Task A_pod_that_contradicts_its_class_is_refused(string? name, string overhead, string label, string why)
    {
        var world = await WithClassAsync();

        var refusal = await AdmissionWorld.RefusalAsync(() => world.RunAsync(with: spec => spec with
        {
            RuntimeClassName = name,
            Overhead = AdmissionWorld.Amounts(overhead),
            NodeSelector = label.Length == 0 ? default : ValueMap.Of(("vm", label)),
        }));

        Assert.Equal($"pods \"web\" is forbidden: {why}", refusal);
    }

    private async Task<AdmissionWorld> WithClassAsync()
    {
        var world = await _world;
        await world.CreateAsync(new RuntimeClass
        {
            Metadata = new() { Name = "sandboxed" },
            Handler = "vm",
            Overhead = new() { PodFixed = AdmissionWorld.Amounts("cpu=250m") },
            Scheduling = new()
            {
                NodeSelector = ValueMap.Of(("vm", "yes")),
                Tolerations = [new Toleration { Key = "vm", Operator = "Exists" }],
            },
        });
        return world;
    }
}

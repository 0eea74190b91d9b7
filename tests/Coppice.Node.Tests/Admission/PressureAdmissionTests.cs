using Coppice.Node.Admission;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Admission;

/// <summary>What a node that is short of something refuses.</summary>
public sealed class PressureAdmissionTests
{
    private const string BestEffort = """{"containers":[{"name":"a"}]}""";
    private const string Burstable = """{"containers":[{"name":"a","resources":{"requests":{"memory":"1Mi"}}}]}""";
    private const string Tolerant = """{"containers":[{"name":"a"}],"tolerations":[{"key":"node.kubernetes.io/memory-pressure","operator":"Exists","effect":"NoSchedule"}]}""";
    private const string Critical = """{"priority":2000000000,"containers":[{"name":"a"}]}""";

    [Theory]
    [InlineData(BestEffort, "", null)]
    [InlineData(BestEffort, NodeConditionType.MemoryPressure, "MemoryPressure")]
    [InlineData(Burstable, NodeConditionType.MemoryPressure, null)]
    [InlineData(Tolerant, NodeConditionType.MemoryPressure, null)]
    [InlineData(Critical, NodeConditionType.MemoryPressure, null)]
    [InlineData(Burstable, NodeConditionType.DiskPressure, "DiskPressure")]
    [InlineData(Tolerant, NodeConditionType.PIDPressure, "PIDPressure")]
    [InlineData(Burstable, "MemoryPressure DiskPressure", "MemoryPressure DiskPressure")]
    [InlineData(Critical, "MemoryPressure DiskPressure", null)]
    public void Is_what_the_kubelet_refuses(string spec, string conditions, string? told)
    {
        var refused = PressureAdmission.Reject(Given.Pod(spec), conditions.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(
            (told is null ? null : "Evicted", told is null ? null : $"Pod was rejected: The node had condition: [{told}]. "),
            (refused?.Reason, refused?.Message));
    }
}

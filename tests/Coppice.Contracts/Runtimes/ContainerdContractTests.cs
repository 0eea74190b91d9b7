namespace Coppice.Contracts.Runtimes;

/// <summary>The contract on real containers.</summary>
public sealed class ContainerdContractTests(ContainerdFixture containerd) : ContainerRuntimeContract(containerd.Running.GetAwaiter().GetResult());

using Coppice.Client;
using Coppice.Objects.Core;
using Coppice.Objects.Node;

namespace Coppice.Node.Tests.Pods;

public sealed class RuntimeClassTests : IDisposable
{
    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_pod_waits_for_the_handler_of_its_class_and_says_so()
    {
        Run();
        Assert.Equal(PodPhase.Pending, _node.Api.Status("web").Phase);
        Assert.Contains("Warning FailedCreatePodSandBox: Failed to create pod sandbox: failed to get sandbox runtime: no runtime for \"vm\" is configured", _node.Events.Told);

        _node.Runtime.Handlers = ["", "vm"];
        _node.Advance(60);

        Assert.Equal(PodPhase.Running, _node.Api.Status("web").Phase);
    }

    [Fact]
    public void A_pod_whose_class_is_gone_says_so()
    {
        Run(() => _node.Api.Api.DeleteAsync<RuntimeClass>(new("", "sandboxed"), null, default).AsTask().GetAwaiter().GetResult());

        Assert.Equal(PodPhase.Pending, _node.Api.Status("web").Phase);
        Assert.Contains("Warning FailedCreatePodSandBox: Failed to create pod sandbox: runtimeclass.node.k8s.io \"sandboxed\" not found", _node.Events.Told);
    }

    private void Run(Action? beforeTheNodeStarts = null)
    {
        _node.Api.Api.Create(new RuntimeClass { Metadata = new() { Name = "sandboxed" }, Handler = "vm" });
        _node.Create("web", spec => spec with
        {
            RuntimeClassName = "sandboxed",
            Containers = [new Container { Name = "main", Image = "server:1", ImagePullPolicy = "IfNotPresent" }],
        });
        beforeTheNodeStarts?.Invoke();
        _node.Start();
        _node.Advance(5);
    }
}

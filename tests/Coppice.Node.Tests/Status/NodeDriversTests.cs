using Coppice.Client;
using Coppice.Node.Status;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Storage;
using Coppice.Testing;

namespace Coppice.Node.Tests.Status;

/// <summary>What a node shows of the drivers of volumes that it has, with the rights that a node has.</summary>
public sealed class NodeDriversTests
{
    private const string Note = "storage.alpha.kubernetes.io/migrated-plugins";

    private readonly TestApi _api = new(new ManualTimeProvider());
    private readonly IApiClient _agent;

    public NodeDriversTests()
    {
        _api.GrantDefaultRoles();
        _agent = _api.As(Users.Of("system:node:n1", Users.Nodes, Users.Authenticated));
    }

    [Fact]
    public async Task A_node_has_no_drivers_and_shows_that()
    {
        var node = await RegisterAsync();
        await new NodeDrivers(_agent, failed => throw failed).ShowAsync(node, default);
        var shown = await FindAsync();
        Assert.Equal(
            "kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file,kubernetes.io/cinder,kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume",
            shown.Metadata.Annotations[Note]);
        Assert.Equal(new() { ApiVersion = "v1", Kind = "Node", Name = "n1", Uid = node.Metadata.Uid! }, Assert.Single(shown.Metadata.OwnerReferences));
        Assert.Empty(shown.Spec.Drivers);

        await new NodeDrivers(_agent, failed => throw failed).ShowAsync(node, default);
        Assert.Equal(shown.Metadata.ResourceVersion, (await FindAsync()).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Drivers_that_registered_stay()
    {
        var node = await RegisterAsync();
        await new NodeDrivers(_agent, failed => throw failed).ShowAsync(node, default);
        var shown = await FindAsync();
        await _api.UpdateAsync(shown with { Metadata = shown.Metadata with { Annotations = default }, Spec = new() { Drivers = [new() { Name = "csi.example.com", NodeID = "n1" }] } }, default);

        await new NodeDrivers(_agent, failed => throw failed).ShowAsync(node, default);
        var after = await FindAsync();
        Assert.Equal("csi.example.com", Assert.Single(after.Spec.Drivers).Name);
        Assert.Equal(shown.Metadata.Annotations, after.Metadata.Annotations);
    }

    [Fact]
    public async Task What_an_earlier_node_of_the_name_showed_is_not_taken_for_its_own()
    {
        var drivers = new NodeDrivers(_agent, failed => throw failed);
        await drivers.ShowAsync(await RegisterAsync(), default);
        await _api.DeleteAsync<Objects.Core.Node>(new("", "n1"), null, default);

        var second = await RegisterAsync();
        await drivers.ShowAsync(second, default);
        Assert.Equal(second.Metadata.Uid, Assert.Single((await FindAsync()).Metadata.OwnerReferences).Uid);
    }

    private async Task<Objects.Core.Node> RegisterAsync() => await _agent.CreateAsync(new Objects.Core.Node { Metadata = new() { Name = "n1" } }, default);

    private async Task<CSINode> FindAsync() => (await _api.FindAsync<CSINode>(new("", "n1"), default))!;
}

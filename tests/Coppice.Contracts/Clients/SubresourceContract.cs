using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Contracts.Clients;

/// <summary>What has a door of its own: status, binding, a namespace's end, tokens.</summary>
public abstract class SubresourceContract<TKind> : ClientContract<TKind>
    where TKind : IClientUnderTest, new()
{
    [Fact]
    public async Task A_status_update_changes_the_status_and_nothing_else()
    {
        var made = await MakePodAsync("p");
        var reported = made with
        {
            Metadata = made.Metadata with { Labels = Named("p", ("sneaked", "in")).Labels },
            Status = made.Status with { Phase = "Running" },
        };
        var updated = await Api.UpdateStatusAsync(reported, Stop);
        Assert.Equal("Running", updated.Status.Phase);
        Assert.Equal(made.Spec, updated.Spec);
        var after = (await Api.FindAsync<Pod>(Key("p"), Stop))!;
        Assert.Equal(("Running", made.Spec), (after.Status.Phase, after.Spec));
    }

    [Fact]
    public async Task A_status_of_an_older_version_is_a_conflict()
    {
        var made = await MakePodAsync("p");
        await Api.UpdateStatusAsync(made with { Status = made.Status with { Phase = "Running" } }, Stop);
        Assert.True((await RefusedAsync(Api.UpdateStatusAsync(made with { Status = made.Status with { Phase = "Failed" } }, Stop))).IsConflict);
    }

    [Fact]
    public async Task An_update_leaves_the_status_alone()
    {
        var made = await MakePodAsync("p");
        var updated = await Api.UpdateAsync(made with { Metadata = made.Metadata with { Labels = Named("p", ("a", "b")).Labels }, Status = new PodStatus { Phase = "Failed" } }, Stop);
        Assert.Equal(made.Status.Phase, updated.Status.Phase);
        Assert.Equal("b", updated.Metadata.Labels["a"]);
    }

    [Fact]
    public async Task A_pod_is_bound_to_a_node_once()
    {
        await MakePodAsync("p");
        var binding = new Binding { Metadata = Named("p"), Target = new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = "n1" } };
        await Api.BindAsync(binding, Stop);
        Assert.Equal("n1", (await Api.FindAsync<Pod>(Key("p"), Stop))!.Spec.NodeName);
        var refused = await RefusedAsync(Api.BindAsync(binding, Stop));
        Assert.True(refused.IsConflict);
        Assert.Contains("pod p is already assigned to node \"n1\"", refused.Message);
        Assert.True((await RefusedAsync(Api.BindAsync(binding with { Metadata = Named("none") }, Stop))).IsNotFound);
    }

    [Fact]
    public async Task A_bound_pod_waits_for_its_node_when_it_is_deleted_and_goes_at_once_without_patience()
    {
        await MakePodAsync("p");
        await Api.BindAsync(new Binding { Metadata = Named("p"), Target = new ObjectReference { Kind = "Node", Name = "n1" } }, Stop);
        await Api.DeleteAsync<Pod>(Key("p"), null, Stop);
        Assert.Equal(30, (await Api.FindAsync<Pod>(Key("p"), Stop))!.Metadata.DeletionGracePeriodSeconds);
        await Api.DeleteAsync<Pod>(Key("p"), new DeleteOptions { GracePeriodSeconds = 0 }, Stop);
        Assert.Null(await Api.FindAsync<Pod>(Key("p"), Stop));
    }

    [Fact]
    public async Task A_namespace_goes_with_its_last_finalizer()
    {
        var key = new ObjectKey("", "leaving");
        await Api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "leaving" } }, Stop);
        await Api.DeleteAsync<Namespace>(key, null, Stop);
        var leaving = (await Api.FindAsync<Namespace>(key, Stop))!;
        Assert.Equal("Terminating", leaving.Status.Phase);
        var refused = await RefusedAsync(Api.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "a", Namespace = "leaving" } }, Stop));
        Assert.Equal((403, "Forbidden"), (refused.Code, refused.Status.Reason));

        await Api.FinalizeAsync(leaving with { Spec = leaving.Spec with { Finalizers = [] } }, Stop);
        Assert.Null(await Api.FindAsync<Namespace>(key, Stop));
    }

    [Fact]
    public async Task An_account_has_tokens_and_one_that_is_not_there_has_none()
    {
        var request = new TokenRequest { Spec = new TokenRequestSpec { ExpirationSeconds = 600 } };
        var answer = await Api.CreateTokenAsync(Key("default"), request, Stop);
        Assert.Equal(3, answer.Status!.Token!.Split('.').Length);
        Assert.True(answer.Status.ExpirationTimestamp > TimeProvider.System.GetUtcNow());
        Assert.True((await RefusedAsync(Api.CreateTokenAsync(Key("none"), request, Stop))).IsNotFound);
    }
}

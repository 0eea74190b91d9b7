using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Contracts.Clients;

/// <summary>One object: made, read, changed, deleted, and every way of refusing that.</summary>
public abstract class ObjectContract<TKind> : ClientContract<TKind>
    where TKind : IClientUnderTest, new()
{
    [Fact]
    public async Task What_was_made_is_read_as_it_was_answered()
    {
        var made = await Api.CreateAsync(new ConfigMap { Metadata = Named("a", ("app", "web")), Data = new Dictionary<string, string> { ["k"] = "v ✓" }.ToValueMap() }, Stop);
        Assert.NotEmpty(made.Metadata.Uid!);
        Assert.NotEmpty(made.Metadata.ResourceVersion!);
        Assert.NotNull(made.Metadata.CreationTimestamp);
        Assert.Equal(("v1", "ConfigMap"), (made.ApiVersion, made.Kind));
        Assert.Equal(made, await Api.FindAsync<ConfigMap>(Key("a"), Stop));
    }

    [Fact]
    public async Task What_is_not_there_is_null() => Assert.Null(await Api.FindAsync<ConfigMap>(Key("none"), Stop));

    [Fact]
    public async Task A_name_that_is_taken_is_refused()
    {
        await MakeAsync("a");
        var refused = await RefusedAsync(MakeAsync("a"));
        Assert.True(refused.IsAlreadyExists);
        Assert.Equal((409, "configmaps \"a\" already exists"), (refused.Code, refused.Message));
        Assert.Equal(("a", "configmaps"), (refused.Status.Details!.Name, refused.Status.Details.Kind));
    }

    [Fact]
    public async Task A_generated_name_is_another_each_time()
    {
        var names = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            var made = await Api.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { GenerateName = "cm-", Namespace = Space } }, Stop);
            Assert.True(names.Add(made.Metadata.Name!));
        }

        Assert.All(names, name => Assert.StartsWith("cm-", name));
    }

    [Fact]
    public async Task What_is_invalid_is_refused_with_its_causes()
    {
        var refused = await RefusedAsync(MakeAsync("Bad_Name"));
        Assert.Equal((422, "Invalid"), (refused.Code, refused.Status.Reason));
        var cause = Assert.Single(refused.Status.Details!.Causes);
        Assert.Equal(("FieldValueInvalid", "metadata.name"), (cause.Reason, cause.Field));
    }

    [Fact]
    public async Task Nothing_is_made_in_a_namespace_that_is_not_there()
    {
        var refused = await RefusedAsync(Api.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "a", Namespace = "nowhere" } }, Stop));
        Assert.True(refused.IsNotFound);
        Assert.Equal("namespaces \"nowhere\" not found", refused.Message);
    }

    [Fact]
    public async Task An_update_of_the_newest_version_makes_a_newer_one()
    {
        var made = await MakeAsync("a");
        var updated = await Api.UpdateAsync(made with { Immutable = true }, Stop);
        Assert.NotEqual(made.Metadata.ResourceVersion, updated.Metadata.ResourceVersion);
        Assert.Equal(made.Metadata.Uid, updated.Metadata.Uid);
        Assert.Equal(updated, await Api.FindAsync<ConfigMap>(Key("a"), Stop));
    }

    [Fact]
    public async Task An_update_that_changes_nothing_makes_no_newer_version()
    {
        var made = await MakeAsync("a");
        Assert.Equal(made.Metadata.ResourceVersion, (await Api.UpdateAsync(made, Stop)).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task An_update_of_an_older_version_is_a_conflict_and_one_of_none_is_not()
    {
        var made = await MakeAsync("a");
        await Api.UpdateAsync(made with { Metadata = made.Metadata with { Labels = Named("a", ("x", "1")).Labels } }, Stop);
        var refused = await RefusedAsync(Api.UpdateAsync(made with { Immutable = true }, Stop));
        Assert.True(refused.IsConflict);
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again",
            refused.Message);

        var updated = await Api.UpdateAsync(made with { Immutable = true, Metadata = made.Metadata with { ResourceVersion = null } }, Stop);
        Assert.True(updated.Immutable);
    }

    [Fact]
    public async Task An_update_of_what_is_not_there_is_refused() =>
        Assert.True((await RefusedAsync(Api.UpdateAsync(new ConfigMap { Metadata = Named("none") }, Stop))).IsNotFound);

    [Fact]
    public async Task A_deletion_is_seen_at_once_and_a_second_one_refused()
    {
        await MakeAsync("a");
        await Api.DeleteAsync<ConfigMap>(Key("a"), null, Stop);
        Assert.Null(await Api.FindAsync<ConfigMap>(Key("a"), Stop));
        var refused = await RefusedAsync(Api.DeleteAsync<ConfigMap>(Key("a"), null, Stop));
        Assert.Equal((404, "NotFound", "configmaps \"a\" not found"), (refused.Code, refused.Status.Reason, refused.Message));
    }

    [Fact]
    public async Task A_deletion_with_a_precondition_is_of_that_object_only()
    {
        var made = await MakeAsync("a");
        var other = new DeleteOptions { Preconditions = new Preconditions { Uid = "other" } };
        Assert.True((await RefusedAsync(Api.DeleteAsync<ConfigMap>(Key("a"), other, Stop))).IsConflict);
        await Api.DeleteAsync<ConfigMap>(Key("a"), new DeleteOptions { Preconditions = new Preconditions { Uid = made.Metadata.Uid } }, Stop);
        Assert.Null(await Api.FindAsync<ConfigMap>(Key("a"), Stop));
    }

    [Fact]
    public async Task A_finalizer_keeps_an_object_until_it_is_taken_away()
    {
        await Api.CreateAsync(new ConfigMap { Metadata = Named("a") with { Finalizers = ["example.com/wait"] } }, Stop);
        await Api.DeleteAsync<ConfigMap>(Key("a"), null, Stop);
        var waiting = (await Api.FindAsync<ConfigMap>(Key("a"), Stop))!;
        Assert.NotNull(waiting.Metadata.DeletionTimestamp);
        await Api.UpdateAsync(waiting with { Metadata = waiting.Metadata with { Finalizers = [] } }, Stop);
        Assert.Null(await Api.FindAsync<ConfigMap>(Key("a"), Stop));
    }

    [Fact]
    public async Task A_call_that_is_given_up_ends()
    {
        using var given = new CancellationTokenSource();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using var watch = Api.Watch<ConfigMap>(ListQuery.All, (await Api.ListAsync<ConfigMap>(ListQuery.All, Stop)).Revision);
            await watch.NextAsync(given.Token);
        });
    }
}

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Contracts.Clients;

/// <summary>Many objects: listed at a revision, and watched from it without a gap.</summary>
public abstract class ListAndWatchContract<TKind> : ClientContract<TKind>
    where TKind : IClientUnderTest, new()
{
    [Fact]
    public async Task A_list_is_of_a_namespace_or_of_all()
    {
        await Api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "other" } }, Stop);
        await MakeAsync("b");
        await MakeAsync("a");
        await Api.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "c", Namespace = "other" } }, Stop);
        Assert.Equal(["a", "b"], await NamesAsync(new ListQuery(Space)));
        Assert.Equal(["a", "b", "c"], await NamesAsync(ListQuery.All));
        Assert.Equal(["c"], await NamesAsync(new ListQuery("other")));
    }

    [Fact]
    public async Task A_lists_items_are_whole_objects()
    {
        var made = await MakeAsync("a", ("app", "web"));
        Assert.Equal(made, Assert.Single((await Api.ListAsync<ConfigMap>(ListQuery.All, Stop)).Items));
    }

    [Theory]
    [InlineData("app=web", null, "a b")]
    [InlineData("app=web,tier!=back", null, "a")]
    [InlineData("app in (web,db)", null, "a b c")]
    [InlineData("!app", null, "d")]
    [InlineData(null, "metadata.name=c", "c")]
    [InlineData("app", "metadata.name!=c", "a b")]
    public async Task A_list_is_of_what_the_selectors_match(string? labels, string? fields, string expected)
    {
        await MakeAsync("a", ("app", "web"));
        await MakeAsync("b", ("app", "web"), ("tier", "back"));
        await MakeAsync("c", ("app", "db"));
        await MakeAsync("d");
        Assert.Equal(expected.Split(' '), await NamesAsync(new ListQuery(Space, fields, labels)));
    }

    [Theory]
    [InlineData("a in (", null)]
    [InlineData(null, "spec.color=red")]
    public async Task A_selector_that_cannot_be_read_is_refused(string? labels, string? fields)
    {
        var refused = await RefusedAsync(Api.ListAsync<ConfigMap>(new ListQuery(Space, fields, labels), Stop));
        Assert.Equal((400, "BadRequest"), (refused.Code, refused.Status.Reason));
    }

    [Fact]
    public async Task A_watch_gives_what_happened_after_the_list_in_order()
    {
        var made = await MakeAsync("a");
        var list = await Api.ListAsync<ConfigMap>(ListQuery.All, Stop);
        await MakeAsync("b");
        await Api.UpdateAsync(made with { Immutable = true }, Stop);
        await Api.DeleteAsync<ConfigMap>(Key("b"), null, Stop);
        await using var watch = Api.Watch<ConfigMap>(ListQuery.All, list.Revision);
        Assert.Equal(["Added b", "Modified a", "Deleted b"], await TakeAsync(watch, 3));
    }

    [Fact]
    public async Task A_watch_waits_for_what_is_to_come()
    {
        await using var watch = Api.Watch<ConfigMap>(new ListQuery(Space), (await Api.ListAsync<ConfigMap>(ListQuery.All, Stop)).Revision);
        var next = TakeAsync(watch, 1);
        var made = await MakeAsync("a");
        Assert.Equal(["Added a"], await next);
        Assert.Equal(made.Metadata.ResourceVersion, watch.Revision);
    }

    [Fact]
    public async Task A_watched_object_is_the_whole_object_and_a_deleted_one_as_it_was_last()
    {
        await using var watch = Api.Watch<ConfigMap>(ListQuery.All, (await Api.ListAsync<ConfigMap>(ListQuery.All, Stop)).Revision);
        var made = await MakeAsync("a", ("app", "web"));
        Assert.Equal(made, (await watch.NextAsync(Stop))[0].Item);
        await Api.DeleteAsync<ConfigMap>(Key("a"), null, Stop);
        var last = (await watch.NextAsync(Stop))[0].Item;
        Assert.Equal(made.Metadata.Labels, last.Metadata.Labels);
        Assert.True(long.Parse(last.Metadata.ResourceVersion!) > long.Parse(made.Metadata.ResourceVersion!));
    }

    [Fact]
    public async Task What_comes_to_match_a_selector_is_added_and_what_ceases_to_is_deleted()
    {
        var query = new ListQuery(Space, LabelSelector: "app=web");
        await using var watch = Api.Watch<ConfigMap>(query, (await Api.ListAsync<ConfigMap>(query, Stop)).Revision);
        var made = await MakeAsync("a");
        var matching = await Api.UpdateAsync(made with { Metadata = made.Metadata with { Labels = Named("a", ("app", "web")).Labels } }, Stop);
        await Api.UpdateAsync(matching with { Metadata = matching.Metadata with { Labels = default } }, Stop);
        Assert.Equal(["Added a", "Deleted a"], await TakeAsync(watch, 2));
    }

    [Fact]
    public async Task A_watch_from_what_was_forgotten_has_expired()
    {
        var list = await Api.ListAsync<ConfigMap>(ListQuery.All, Stop);
        await MakeAsync("a");
        await ForgetAsync();
        await using var watch = Api.Watch<ConfigMap>(ListQuery.All, list.Revision);
        var refused = await RefusedAsync(watch.NextAsync(Stop));
        Assert.True(refused.IsExpired);
        Assert.Equal(410, refused.Code);
    }

    [Fact]
    public async Task A_wait_that_was_given_up_leaves_the_watch_at_its_place()
    {
        await using var watch = Api.Watch<ConfigMap>(ListQuery.All, (await Api.ListAsync<ConfigMap>(ListQuery.All, Stop)).Revision);
        await MakeAsync("a");
        Assert.Equal(["Added a"], await TakeAsync(watch, 1));
        using (var patience = new CancellationTokenSource())
        {
            var wait = watch.NextAsync(patience.Token);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wait);
        }

        await MakeAsync("b");
        Assert.Equal(["Added b"], await TakeAsync(watch, 1));
    }

    private async Task<IEnumerable<string>> NamesAsync(ListQuery query) =>
        (await Api.ListAsync<ConfigMap>(query, Stop)).Items.Select(item => item.Metadata.Name!);
}

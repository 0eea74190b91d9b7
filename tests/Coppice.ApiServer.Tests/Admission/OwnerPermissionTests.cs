using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Rbac;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Admission;

/// <summary>Who may give objects other owners, where that is enforced.</summary>
public sealed class OwnerPermissionTests
{
    private static readonly OwnerReference Owner = new() { ApiVersion = "v1", Kind = "Secret", Name = "owner", Uid = "1" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_may_not_delete_an_object_gives_it_no_owner()
    {
        var (admin, user) = await ApisAsync(isOn: true, Rule("configmaps", "create", "update"));
        var made = await user.CreateAsync(Map("one"), Stop);
        Assert.Equal(
            "configmaps \"one\" is forbidden: cannot set an ownerRef on a resource you can't delete: , <nil>",
            await RefusalAsync(user.UpdateAsync(With(made, Owner), Stop)));
        var owned = await admin.UpdateAsync(With(made, Owner), Stop);
        await user.UpdateAsync(owned with { Data = ValueMap.Of(("a", "b")) }, Stop);
        await user.CreateAsync(With(Map("two"), Owner), Stop);
    }

    [Fact]
    public async Task Who_may_not_set_the_finalizers_of_an_owner_does_not_hold_up_its_deletion()
    {
        var (_, user) = await ApisAsync(isOn: true, Rule("configmaps", "create", "update", "delete"), Rule("nodes/finalizers", "update"));
        Assert.Equal(
            "configmaps \"one\" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>",
            await RefusalAsync(user.CreateAsync(With(Map("one"), Owner with { BlockOwnerDeletion = true }), Stop)));
        Assert.Equal(
            "configmaps \"one\" is forbidden: cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion v9 Kind None: no matches for kind \"None\" in version \"v9\"",
            await RefusalAsync(user.CreateAsync(With(Map("one"), Owner with { ApiVersion = "v9", Kind = "None", BlockOwnerDeletion = true }), Stop)));
        var made = await user.CreateAsync(With(Map("one"), Owner), Stop);
        await RefusalAsync(user.UpdateAsync(With(made, Owner with { BlockOwnerDeletion = true }), Stop));
        await user.UpdateAsync(With(made, Owner with { Kind = "Node", BlockOwnerDeletion = true }), Stop);
    }

    [Fact]
    public async Task It_is_off_unless_somebody_wants_it()
    {
        var (_, user) = await ApisAsync(isOn: false, Rule("configmaps", "create", "update"));
        var made = await user.CreateAsync(Map("one"), Stop);
        await user.UpdateAsync(With(made, Owner with { BlockOwnerDeletion = true }), Stop);
    }

    private static async Task<(IApiClient Admin, IApiClient User)> ApisAsync(bool isOn, params PolicyRule[] rules)
    {
        var verbs = new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1)) { EnforcesOwnerPermissions = isOn };
        var admin = new InProcessClient(verbs, Users.Of("admin", Users.Masters));
        await admin.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, Stop);
        await admin.CreateAsync(new ClusterRole { Metadata = new() { Name = "user" }, Rules = [.. rules] }, Stop);
        await admin.CreateAsync(
            new ClusterRoleBinding
            {
                Metadata = new() { Name = "user" },
                RoleRef = new() { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "user" },
                Subjects = [new() { Kind = "User", Name = "user" }],
            },
            Stop);
        return (admin, new InProcessClient(verbs, Users.Of("user")));
    }

    private static PolicyRule Rule(string resource, params string[] verbs) => new() { ApiGroups = [""], Resources = [resource], Verbs = [.. verbs] };

    private static ConfigMap Map(string name) => new() { Metadata = new() { Name = name, Namespace = "default" } };

    private static ConfigMap With(ConfigMap map, params OwnerReference[] owners) => map with { Metadata = map.Metadata with { OwnerReferences = [.. owners] } };

    private static async Task<string> RefusalAsync<T>(ValueTask<T> write) => (await Assert.ThrowsAnyAsync<ApiException>(async () => await write)).Message;
}

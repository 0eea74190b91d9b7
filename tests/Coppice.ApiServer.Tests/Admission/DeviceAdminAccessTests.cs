using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using Coppice.Store.InMemory;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class DeviceAdminAccessTests
{
    private const string Why = "spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace";

    private readonly InProcessClient _api = new(
        new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1)), "test");

    [Fact]
    public async Task Devices_of_others_are_looked_after_from_marked_namespaces_alone()
    {
        var stop = TestContext.Current.CancellationToken;
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, stop);
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "admins", Labels = ValueMap.Of(("resource.kubernetes.io/admin-access", "true")) } }, stop);

        await _api.CreateAsync(Claim("default", isAdmin: false), stop);
        await _api.CreateAsync(Claim("admins", isAdmin: true), stop);
        Assert.Contains(Why, (await Assert.ThrowsAnyAsync<ApiException>(async () => await _api.CreateAsync(Claim("default", isAdmin: true), stop))).Message);

        var template = new ResourceClaimTemplate { Metadata = new() { Namespace = "default", Name = "t" }, Spec = new() { Spec = Claim("", isAdmin: true).Spec } };
        Assert.Contains(Why, (await Assert.ThrowsAnyAsync<ApiException>(async () => await _api.CreateAsync(template, stop))).Message);
        await _api.CreateAsync(template with { Metadata = template.Metadata with { Namespace = "admins" } }, stop);
    }

    [Fact]
    public async Task Devices_of_others_are_given_for_that_in_marked_namespaces_alone()
    {
        var stop = TestContext.Current.CancellationToken;
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, stop);
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "admins", Labels = ValueMap.Of(("resource.kubernetes.io/admin-access", "true")) } }, stop);
        var user = await _api.CreateAsync(Claim("default", isAdmin: false), stop);
        Assert.Contains(
            "status.allocation.devices.results[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace",
            (await Assert.ThrowsAnyAsync<ApiException>(async () => await _api.UpdateStatusAsync(Given(user), stop))).Message);

        // What was given while the namespace was marked stays.
        var admin = await _api.UpdateStatusAsync(Given(await _api.CreateAsync(Claim("admins", isAdmin: true), stop)), stop);
        await _api.UpdateAsync((await _api.FindAsync<Namespace>(new("", "admins"), stop))! with { Metadata = new() { Name = "admins" } }, stop);
        await _api.UpdateStatusAsync(admin with { Status = admin.Status with { ReservedFor = [new() { Resource = "pods", Name = "p", Uid = "u" }] } }, stop);
    }

    private static ResourceClaim Given(ResourceClaim claim) => claim with
    {
        Status = new() { Allocation = new() { Devices = new() { Results = [new() { Request = "one", Driver = "d", Pool = "p", Device = "x", AdminAccess = true }] } } },
    };

    private static ResourceClaim Claim(string ns, bool isAdmin) => new()
    {
        Metadata = new() { Namespace = ns, Name = isAdmin ? "admin" : "user" },
        Spec = new() { Devices = new() { Requests = [new() { Name = "one", Exactly = new() { DeviceClassName = "gpus", AdminAccess = isAdmin ? true : null } }] } },
    };
}

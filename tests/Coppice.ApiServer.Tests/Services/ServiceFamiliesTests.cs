using System.Net;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Services;

/// <summary>Of which families services have addresses, on clusters of one and of both.</summary>
public sealed class ServiceFamiliesTests
{
    private const string V4 = "10.96.0.0/24";
    private const string V6 = "fd00:96::/120";
    private const string Both = $"{V4},{V6}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    // The cluster's ranges; then of a new service POLICY FAMILIES ADDRESSES, "-" for none ("4" and "6" are families), and what becomes of it.
    [InlineData(V4, "- - -", "SingleStack 4 10.96.0.")]
    [InlineData(V6, "- - -", "SingleStack 6 fd00:96::")]
    [InlineData(Both, "- - -", "SingleStack 4 10.96.0.")]
    [InlineData($"{V6},{V4}", "- - -", "SingleStack 6 fd00:96::")]
    [InlineData(Both, "SingleStack 6 -", "SingleStack 6 fd00:96::")]
    [InlineData(V4, "PreferDualStack - -", "PreferDualStack 4 10.96.0.")]
    [InlineData(Both, "PreferDualStack - -", "PreferDualStack 46 10.96.0.,fd00:96::")]
    [InlineData(Both, "PreferDualStack 6 -", "PreferDualStack 64 fd00:96::,10.96.0.")]
    [InlineData(Both, "RequireDualStack 64 -", "RequireDualStack 64 fd00:96::,10.96.0.")]
    [InlineData(Both, "RequireDualStack - fd00:96::7", "RequireDualStack 64 fd00:96::7,10.96.0.")]
    [InlineData(Both, "- - fd00:96::7", "SingleStack 6 fd00:96::7")]
    [InlineData(Both, "PreferDualStack - 10.96.0.7,fd00:96::7", "PreferDualStack 46 10.96.0.7,fd00:96::7")]
    // Without an address: with pods of its own as others, without any of both families wherever it is.
    [InlineData(Both, "PreferDualStack - None", "PreferDualStack 46 None")]
    [InlineData(V4, "- - None", "SingleStack 4 None")]
    [InlineData(V4, "- - anywhere", "RequireDualStack 46 None")]
    [InlineData(V6, "- - anywhere", "RequireDualStack 64 None")]
    [InlineData(V4, "SingleStack 6 anywhere", "SingleStack 6 None")]
    [InlineData(V4, "RequireDualStack 6 anywhere", "RequireDualStack 64 None")]
    // What cannot be.
    [InlineData(V4, "RequireDualStack - -", "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services")]
    [InlineData(V4, "- 6 -", "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster")]
    [InlineData(V4, "- - fd00:96::7", "spec.clusterIPs[0]: Invalid value: [\"fd00:96::7\"]: IPv6 is not configured on this cluster")]
    [InlineData(Both, "- 46 -", "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified")]
    [InlineData(Both, "- - 10.96.0.7,fd00:96::7", "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified")]
    [InlineData(Both, "PreferDualStack 64 10.96.0.7", "spec.clusterIPs[0]: Invalid value: \"10.96.0.7\": expected an IPv6 value as indicated by `ipFamilies[0]`")]
    [InlineData(Both, "PreferDualStack - 10.96.0.7,fd01::7", "failed to allocate IP fd01::7: the provided IP (fd01::7) is not in the valid range. The range of valid IPs is fd00:96::/120")]
    public async Task A_new_service_has_what_it_asks_for_as_far_as_the_cluster_does(string ranges, string service, string expected)
    {
        var api = await ApiAsync(ranges);
        Assert.Contains(expected, await SaidAsync(() => api.CreateAsync(Make(service), Stop)));
    }

    [Theory]
    // A service, what it is changed to, and what becomes of it. "+" names what it has.
    [InlineData("- - -", "PreferDualStack - -", "PreferDualStack 46 10.96.0.,fd00:96::")]
    [InlineData("- - -", "RequireDualStack + +", "RequireDualStack 46 10.96.0.,fd00:96::")]
    [InlineData("- - -", "RequireDualStack 46 +,fd00:96::7", "RequireDualStack 46 10.96.0.,fd00:96::7")]
    [InlineData("- 6 -", "PreferDualStack - -", "PreferDualStack 64 fd00:96::,10.96.0.")]
    [InlineData("PreferDualStack - -", "SingleStack - -", "SingleStack 4 10.96.0.")]
    [InlineData("PreferDualStack - -", "SingleStack + +", "SingleStack 4 10.96.0.")]
    [InlineData("PreferDualStack - -", "- - -", "PreferDualStack 46 10.96.0.,fd00:96::")]
    [InlineData("RequireDualStack - -", "PreferDualStack + +", "PreferDualStack 46 10.96.0.,fd00:96::")]
    [InlineData("PreferDualStack - None", "SingleStack + None", "SingleStack 4 None")]
    [InlineData("- - None", "PreferDualStack + None", "PreferDualStack 46 None")]
    [InlineData("PreferDualStack - -", "PreferDualStack 4 -", "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be 'SingleStack' to release the secondary IP family")]
    [InlineData("- - -", "- 6 -", "spec.clusterIPs[0]: Invalid value: ")]
    [InlineData("PreferDualStack 46 -", "PreferDualStack 64 -", "spec.clusterIPs[0]: Invalid value: ")]
    [InlineData("- - -", "- - 10.96.0.7", "spec.clusterIPs[0]: Invalid value: [\"10.96.0.7\"]: may not change once set")]
    public async Task A_service_changes_between_one_and_two_families_and_keeps_its_first(string before, string change, string expected)
    {
        var api = await ApiAsync(Both);
        var made = await api.CreateAsync(Make(before), Stop);
        var asked = Make(change, made) with { Metadata = made.Metadata };

        var said = await SaidAsync(() => api.UpdateAsync(asked, Stop));

        Assert.Contains(expected, said);
        var now = (await api.FindAsync<Service>(new("default", "s"), Stop))!;
        Assert.Equal(made.Spec.ClusterIP, now.Spec.ClusterIP);
        Assert.Equal(made.Spec.IpFamilies[0], now.Spec.IpFamilies[0]);
    }

    [Fact]
    public async Task A_second_address_is_free_again_when_it_is_given_up_and_what_is_taken_is_so_in_any_form()
    {
        var api = await ApiAsync(Both);
        var made = await api.CreateAsync(Make("PreferDualStack - 10.96.0.7,fd00:96::7"), Stop);
        var other = Make("- - fd00:96:0::0007") with { Metadata = new() { Namespace = "default", Name = "other" } };
        Assert.Contains("provided IP is already allocated", (await Assert.ThrowsAnyAsync<ApiException>(() => api.CreateAsync(other, Stop).AsTask())).Message);

        await api.UpdateAsync(made with { Spec = made.Spec with { IpFamilyPolicy = "SingleStack" } }, Stop);
        await api.CreateAsync(other, Stop);
    }

    [Fact]
    public async Task Who_prefers_both_keeps_the_one_it_has_when_the_cluster_gets_another_and_is_asked_for_nothing()
    {
        var store = new InMemoryRevisionStore();
        var made = await (await ApiAsync(V4, store)).CreateAsync(Make("PreferDualStack - -"), Stop);
        var api = await ApiAsync(Both, store);

        var now = await api.UpdateAsync(made with { Metadata = made.Metadata with { Labels = ValueMap.Of(("a", "b")) } }, Stop);
        Assert.Equal(made.Spec, now.Spec);
        Assert.Equal(2, (await api.UpdateAsync(now with { Spec = now.Spec with { IpFamilyPolicy = "RequireDualStack" } }, Stop)).Spec.ClusterIPs.Count);
    }

    private static async Task<string> SaidAsync(Func<ValueTask<Service>> act)
    {
        try
        {
            var spec = (await act()).Spec;
            return $"{spec.IpFamilyPolicy} {string.Concat(spec.IpFamilies.Select(one => one[^1]))} {string.Join(',', spec.ClusterIPs.Select(Shown))}";
        }
        catch (ApiException refused)
        {
            return refused.Message;
        }

        // What was chosen is any of the range.
        static string Shown(string address) => address is "10.96.0.7" or "fd00:96::7" or "None" ? address : address[..(address.LastIndexOfAny(['.', ':']) + 1)];
    }

    /// <param name="had">What is meant by a plus.</param>
    private static Service Make(string text, Service? had = null)
    {
        var (policy, families, addresses) = (text.Split(' ')[0], text.Split(' ')[1], text.Split(' ')[2]);
        var given = addresses == "-" ? default : addresses == "anywhere" ? ["None"] : addresses == "+" ? had!.Spec.ClusterIPs : addresses.Split(',').Select(one => one == "+" ? had!.Spec.ClusterIP! : one).ToValueList();
        return new()
        {
            Metadata = new() { Namespace = "default", Name = "s" },
            Spec = new()
            {
                Ports = [new ServicePort { Port = 80 }],
                Selector = addresses == "anywhere" ? default : ValueMap.Of(("app", "web")),
                IpFamilyPolicy = policy == "-" ? null : policy,
                IpFamilies = families == "-" ? default : families == "+" ? had!.Spec.IpFamilies : families.Select(one => $"IPv{one}").ToValueList(),
                ClusterIP = given.IsEmpty ? null : given[0],
                ClusterIPs = given,
            },
        };
    }

    private static async Task<InProcessClient> ApiAsync(string ranges, InMemoryRevisionStore? store = null)
    {
        var options = new ServiceAllocationOptions(ranges.Split(',').Select(one => IPNetwork.Parse(one)).ToValueList(), PortRange.NodePorts);
        var api = new InProcessClient(new ApiVerbs(store ?? new InMemoryRevisionStore(), options, null, TimeProvider.System, new Random(7)), "test");
        if (await api.FindAsync<Namespace>(new("", "default"), Stop) is null)
        {
            await api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, Stop);
        }

        return api;
    }
}

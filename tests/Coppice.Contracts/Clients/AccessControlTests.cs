using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authorization;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;
using Coppice.Testing;

namespace Coppice.Contracts.Clients;

/// <summary>Who somebody is and what they may do is the same in the API server's process and asked of it over HTTPS.</summary>
public sealed class AccessControlTests : IAsyncLifetime
{
    private readonly OverHttp _server = new();
    private readonly InMemoryRevisionStore _store = new();
    private readonly ServiceAccountTokens _tokens = new(TestKeys.Tokens, TimeProvider.System);
    private IApiClient _api = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await _server.OpenAsync(new ApiVerbs(_store, ServiceAllocationOptions.Default, _tokens, TimeProvider.System, new Random(1)), _tokens);
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, Stop);
        await _api.CreateAsync(new ServiceAccount { Metadata = new() { Name = "robot", Namespace = "default" } }, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _store.DisposeAsync();
        _tokens.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_says_who_shows_it_and_one_of_another_authority_nothing(bool inProcess)
    {
        using var certificate = OverHttp.CertificateOf(_server.Authority.IssueClient("jane", "people", "others"));
        var jane = (await Access(inProcess).IdentifyAsync(certificate, null, Stop))!;
        Assert.Equal("jane", jane.Username);
        Assert.Equal(["others", "people", "system:authenticated"], jane.Groups.Order(StringComparer.Ordinal));

        using var foreign = CertificateAuthority.Create(TimeProvider.System);
        using var forged = OverHttp.CertificateOf(foreign.IssueClient("jane", "system:masters"));
        Assert.Null(await Access(inProcess).IdentifyAsync(forged, null, Stop));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_says_whose_it_is_and_none_or_a_forged_one_nothing(bool inProcess)
    {
        var issued = await _api.CreateTokenAsync(new("default", "robot"), new(), Stop);
        var robot = (await Access(inProcess).IdentifyAsync(null, $"Bearer {issued.Status.Token}", Stop))!;
        Assert.Equal("system:serviceaccount:default:robot", robot.Username);
        Assert.Contains("system:serviceaccounts:default", robot.Groups);
        Assert.Null(await Access(inProcess).IdentifyAsync(null, "Bearer forged", Stop));
        Assert.Null(await Access(inProcess).IdentifyAsync(null, "Bearer ", Stop));
        Assert.Null(await Access(inProcess).IdentifyAsync(null, null, Stop));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rights_are_those_of_the_cluster(bool inProcess)
    {
        var wanted = new ResourceAttributes { Verb = "get", Version = "v1", Resource = "nodes", Subresource = "metrics", Name = "n1" };
        Assert.True(await Access(inProcess).AllowsAsync(new() { Username = "jane", Groups = ["system:masters"] }, wanted, Stop));
        Assert.False(await Access(inProcess).AllowsAsync(new() { Username = "jane", Groups = ["system:authenticated"] }, wanted, Stop));
    }

    private IAccessControl Access(bool inProcess) =>
        inProcess ? _server.Access : new ApiAccessControl(_api, _server.Authority.Certificate, TimeProvider.System);
}

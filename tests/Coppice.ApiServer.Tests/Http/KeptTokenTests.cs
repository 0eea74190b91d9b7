using System.Net.Http.Headers;
using System.Text;
using Coppice.ApiServer.Authentication;
using Coppice.Objects.Semantics;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Tokens of service accounts that are kept in secrets: good for ever, but only as long as the secret and the account are there.</summary>
public sealed class KeptTokenTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task Whoever_shows_one_is_its_account_and_the_day_is_noted()
    {
        var (space, token) = await TokenAsync();
        var (user, warnings) = await WhoAmIAsync(token);
        Assert.Equal($"system:serviceaccount:{space[(space.LastIndexOf('/') + 1)..]}:default", (string?)user["username"]);
        Assert.Null(user["extra"]);
        Assert.Empty(warnings);
        var secret = (await api.GetAsync($"{space}/secrets/kept")).Good();
        Assert.Equal(AccountTokens.DayOf(TimeProvider.System.GetUtcNow()), (string?)secret.Body!["metadata"]!["labels"]![AccountTokens.LastUsedLabel]);

        await WhoAmIAsync(token);
        Assert.Equal(secret.Version, (await api.GetAsync($"{space}/secrets/kept")).Version);
    }

    [Fact]
    public async Task It_is_for_this_server_alone()
    {
        var (_, token) = await TokenAsync();
        Assert.True((bool?)(await ReviewAsync(token))["authenticated"]);
        Assert.Equal("invalid bearer token", (string?)(await ReviewAsync(token, """["zz"]"""))["error"]);
    }

    [Fact]
    public async Task It_ends_with_the_secret()
    {
        var (space, token) = await TokenAsync();
        await api.SendAsync("DELETE", $"{space}/secrets/kept");
        await RefusedAsync(token, "Token has been invalidated");
    }

    [Fact]
    public async Task It_is_the_one_that_the_secret_has()
    {
        var (space, token) = await TokenAsync();
        (await api.PatchAsync($"{space}/secrets/kept", """{"data":{"token":"b3RoZXI="}}""")).Good();
        await RefusedAsync(token, "Token does not match server's copy");
    }

    [Fact]
    public async Task It_ends_with_the_account_and_another_of_that_name_is_another()
    {
        var (space, token) = await TokenAsync();
        await api.SendAsync("DELETE", $"{space}/serviceaccounts/default");
        await RefusedAsync(token, "serviceaccounts \"default\" not found");
        (await api.PostAsync($"{space}/serviceaccounts", """{"metadata":{"name":"default"}}""")).Good();
        Assert.Matches("^\\[invalid bearer token, ServiceAccount UID \\(.+\\) does not match claim \\(.+\\)\\]$", (string?)(await ReviewAsync(token))["error"]);
    }

    [Fact]
    public async Task One_that_is_marked_is_not_believed_and_that_it_was_shown_is_noted()
    {
        var (space, token) = await TokenAsync();
        (await api.PatchAsync($"{space}/secrets/kept", $$$$"""{"metadata":{"labels":{"{{{{AccountTokens.InvalidSinceLabel}}}}":"2026-01-01"}}}""")).Good();
        var name = space[(space.LastIndexOf('/') + 1)..];
        await RefusedAsync(
            token,
            $"the token in secret {name}/kept for service account {name}/default has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, " +
            "or remove the 'kubernetes.io/legacy-token-invalid-since' label from the secret to temporarily allow use of this token");
        Assert.NotNull((await api.GetAsync($"{space}/secrets/kept")).Body!["metadata"]!["labels"]![AccountTokens.LastUsedLabel]);
    }

    [Fact]
    public async Task Who_shows_one_that_its_account_names_is_warned()
    {
        var (space, token) = await TokenAsync();
        (await api.PatchAsync($"{space}/serviceaccounts/default", """{"secrets":[{"name":"kept"}]}""")).Good();
        Assert.Equal(
            ["299 - \"Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.\""],
            (await WhoAmIAsync(token)).Warnings);
    }

    [Fact]
    public async Task How_often_they_are_shown_is_counted()
    {
        var (space, token) = await TokenAsync();
        var before = await FiguresAsync();
        await WhoAmIAsync(token);
        (await api.PatchAsync($"{space}/serviceaccounts/default", """{"secrets":[{"name":"kept"}]}""")).Good();
        await WhoAmIAsync(token);
        await WhoAmIAsync(token);
        (await api.PatchAsync($"{space}/secrets/kept", $$$$"""{"metadata":{"labels":{"{{{{AccountTokens.InvalidSinceLabel}}}}":"2026-01-01"}}}""")).Good();
        await ReviewAsync(token);
        await api.SendAsync("DELETE", $"{space}/secrets/kept");
        await ReviewAsync(token);
        Assert.Equal((1, 2, 1, 5), Difference(before, await FiguresAsync()));
    }

    private static (int OfHand, int OfAccounts, int Marked, int Shown) Difference(int[] before, int[] now) =>
        (now[0] - before[0], now[1] - before[1], now[2] - before[2], now[3] - before[3]);

    private async Task<int[]> FiguresAsync()
    {
        var text = await api.Admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        return [.. new[] { "legacy_manual_token_uses", "legacy_auto_token_uses", "invalid_legacy_auto_token_uses", "legacy_tokens" }.Select(name =>
            int.Parse(System.Text.RegularExpressions.Regex.Match(text, $@"(?m)^serviceaccount_{name}_total (\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];
    }

    private async Task RefusedAsync(string token, string why)
    {
        Assert.Equal($"[invalid bearer token, {why}]", (string?)(await ReviewAsync(token))["error"]);
        using var client = Client(token);
        (await ServedApi.SendAsync(client, "GET", "/api")).Refused(401, "Unauthorized");
    }

    private async Task<(string Space, string Token)> TokenAsync()
    {
        var space = await api.NewNamespaceAsync();
        var account = (await api.GetAsync($"{space}/serviceaccounts/default")).Good().Body!["metadata"]!;
        var token = api.Tokens.SignKept(new TokenSubject((string)account["namespace"]!, "default", (string)account["uid"]!), "kept");
        (await api.PostAsync(
            $"{space}/secrets",
            $$$"""{"metadata":{"name":"kept","annotations":{"{{{AccountTokens.NameNote}}}":"default"}},"type":"kubernetes.io/service-account-token","data":{"token":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(token))}}}"}}""")).Good();
        return (space, token);
    }

    private HttpClient Client(string token)
    {
        var client = api.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task<System.Text.Json.Nodes.JsonNode> ReviewAsync(string token, string audiences = "[]") => (await api.PostAsync(
        "/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"spec":{"token":"{{{token}}}","audiences":{{{audiences}}}}}""")).Good().Body!["status"]!;

    private async Task<(System.Text.Json.Nodes.JsonNode User, IReadOnlyList<string> Warnings)> WhoAmIAsync(string token)
    {
        using var client = Client(token);
        var answer = (await ServedApi.SendAsync(client, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")).Good();
        return (answer.Body!["status"]!["userInfo"]!, answer.Warnings);
    }
}

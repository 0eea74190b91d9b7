namespace Coppice.ApiServer.Tests.Http;

/// <summary>kubectl --as: who may act as somebody else is that one from there on, and no more.</summary>
public sealed class ImpersonationTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task Whoever_acts_as_somebody_else_may_do_what_that_one_may()
    {
        var refused = await AskAsync(api.Admin, "GET", "/api/v1/namespaces/default/pods", ("Impersonate-User", "jane"));
        Assert.Equal(
            "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"", refused.Refused(403, "Forbidden"));
        (await AskAsync(api.Admin, "GET", "/api/v1/namespaces/default/pods", ("Impersonate-User", "jane"), ("Impersonate-Group", "system:masters"))).Good();
    }

    [Theory]
    [InlineData("jane", "jane", "system:authenticated")]
    [InlineData("system:serviceaccount:a:b", "system:serviceaccount:a:b", "system:serviceaccounts,system:serviceaccounts:a,system:authenticated")]
    public async Task Somebody_else_has_a_name_and_the_groups_that_go_with_it(string user, string name, string groups)
    {
        var info = (await AskAsync(api.Admin, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", ("Impersonate-User", user))).Good().Body!["status"]!["userInfo"]!;
        Assert.Equal(name, (string?)info["username"]);
        Assert.Equal(groups, string.Join(",", info["groups"]!.AsArray()));
    }

    [Theory]
    [InlineData("Impersonate-User", "admin", "users \"admin\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope")]
    [InlineData("Impersonate-User", "system:serviceaccount:a:b", "serviceaccounts \"b\" is forbidden: User \"jane\" cannot impersonate resource \"serviceaccounts\" in API group \"\" in the namespace \"a\"")]
    public async Task Not_everybody_may_act_as_somebody_else(string header, string value, string message)
    {
        using var jane = api.ClientOf(api.Issue("jane"));
        Assert.Equal(message, (await AskAsync(jane, "GET", "/api", (header, value))).Refused(403, "Forbidden"));
    }

    [Fact]
    public async Task Groups_alone_are_nobody() => Assert.Equal(
        "Internal error occurred: requested [system:masters] without impersonating a user",
        (await AskAsync(api.Admin, "GET", "/api", ("Impersonate-Group", "system:masters"))).Refused(500, "InternalError"));

    private static async Task<Answer> AskAsync(HttpClient client, string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request);
        return await Answer.OfAsync(response);
    }
}

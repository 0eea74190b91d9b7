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
    [InlineData("system:serviceaccount:A B:b", "system:serviceaccount:A B:b", "system:authenticated")]
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
    public async Task Nobody_in_particular_is_in_no_other_group()
    {
        var refused = await AskAsync(api.Admin, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", ("Impersonate-User", "system:anonymous"));
        Assert.Contains("User \"system:anonymous\" cannot create resource \"selfsubjectreviews\"", refused.Refused(403, "Forbidden"));
    }

    [Fact]
    public async Task Groups_alone_are_nobody() => Assert.Equal(
        "requested [{Group  system:masters    }] without impersonating a user",
        (await AskAsync(api.Admin, "GET", "/api", ("Impersonate-Group", "system:masters"))).Refused(400, "BadRequest"));

    [Theory]
    [InlineData("Impersonate-Uid", "7", "requested [{UID  7  authentication.k8s.io/v1  }] without impersonating a user")]
    [InlineData("Impersonate-Extra-Team", "a", "requested [{UserExtra  a  authentication.k8s.io/v1  team}] without impersonating a user")]
    public async Task What_belongs_to_a_user_needs_one(string header, string value, string message) =>
        Assert.Equal(message, (await AskAsync(api.Admin, "GET", "/api", (header, value))).Refused(400, "BadRequest"));

    [Fact]
    public async Task Somebody_else_has_a_uid_and_whatever_else_is_said()
    {
        var info = (await AskAsync(
            api.Admin,
            "POST",
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            ("Impersonate-User", "jane"),
            ("Impersonate-Uid", "7"),
            ("Impersonate-Group", "system:authenticated"),
            ("Impersonate-Extra-Example.com%2FTeam", "a"),
            ("Impersonate-Extra-%zz", "c"))).Good().Body!["status"]!["userInfo"]!;
        Assert.Equal(
            """{"username":"jane","uid":"7","groups":["system:authenticated"],"extra":{"%zz":["c"],"example.com/team":["a"]}}""", info.ToJsonString());
    }

    [Theory]
    [InlineData("Impersonate-Nobody", "x")]
    [InlineData("Impersonate-", "x")]
    [InlineData("Impersonate-User", "")]
    public async Task Other_headers_that_begin_so_mean_nothing(string header, string value) =>
        (await AskAsync(api.Admin, "GET", "/api/v1/namespaces", (header, value))).Good();

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

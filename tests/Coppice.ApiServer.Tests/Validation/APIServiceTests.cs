using System.Text;
using System.Text.Json.Nodes;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Who serves which version of which group: what is refused, what is filled in, and what a table shows of it.</summary>
public sealed class APIServiceTests
{
    private const string Good = """{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"service":{"name":"s","namespace":"n"}}""";

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"version":"v2"}""", """metadata.name: Invalid value: "v1.a.b": must be `spec.version+"."+spec.group`: "v2.a.b" """)]
    [InlineData(
        """{"group":"","version":"v2"}""",
        """metadata.name: Invalid value: "v1.a.b": must be `spec.version+"."+spec.group`: "v2." """,
        "spec.group: Required value: only v1 may have an empty group and it better be legacy kube")]
    [InlineData(
        """{"groupPriorityMinimum":0,"versionPriority":1001}""",
        "spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000",
        "spec.versionPriority: Invalid value: 1001: must be positive and less than 1000")]
    [InlineData("""{"service":{"port":70000}}""",
        "spec.service.namespace: Required value",
        "spec.service.name: Required value",
        "spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive")]
    [InlineData(
        """{"insecureSkipTLSVerify":true,"caBundle":"aGVsbG8="}""", "spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present")]
    [InlineData(
        """{"service":null,"insecureSkipTLSVerify":true,"caBundle":"aGVsbG8="}""",
        """spec.caBundle: Invalid value: "5 bytes": local APIServices may not have a caBundle""",
        "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify")]
    public void It_is_refused_for(string changes, params string[] causes) => Assert.Equal(
        causes.Select(cause => cause.TrimEnd()), Served.Strategy<APIService>().Validate(Of(changes)).Select(error => error.ToString()));

    [Fact]
    public void What_this_server_serves_can_be_asked_from_the_start()
    {
        var local = (APIService)Served.Strategy<APIService>().PrepareForCreate(Of("""{"service":null}"""));
        var remote = (APIService)Served.Strategy<APIService>().PrepareForCreate(Of("{}"));

        var condition = Assert.Single(local.Status.Conditions);
        Assert.Equal(("Available", "True", "Local", "Local APIServices are always available"), (condition.Type, condition.Status, condition.Reason, condition.Message));
        Assert.Empty(remote.Status.Conditions);
        Assert.Equal(443, remote.Spec.Service!.Port);
    }

    [Fact]
    public void A_table_shows_where_it_is_and_why_it_cannot_be_asked()
    {
        var remote = Of("{}");
        var missing = remote with { Status = new() { Conditions = [new() { Type = "Available", Status = "False", Reason = "MissingEndpoints" }] } };

        Assert.Equal(["v1.a.b", "n/s", "Unknown"], Served.Cells(remote, Now).Take(3));
        Assert.Equal(["v1.a.b", "n/s", "False (MissingEndpoints)"], Served.Cells(missing, Now).Take(3));
        Assert.Equal(["Local", "True"], Served.Cells((APIService)Served.Strategy<APIService>().PrepareForCreate(Of("""{"service":null}""")), Now).Skip(1).Take(2));
    }

    private static APIService Of(string changes)
    {
        var spec = JsonNode.Parse(Good)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            spec[name] = value?.DeepClone();
        }

        var json = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "v1.a.b" }, ["spec"] = spec };
        return (APIService)Served.Strategy<APIService>().Default(ApiJson.Read<APIService>(Encoding.UTF8.GetBytes(json.ToJsonString())));
    }
}

using Coppice.ApiServer.Kinds.Core;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Old clients ask for the parts of the control plane as for objects, and are told that this is old.</summary>
public sealed class ComponentStatusTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string All = "/api/v1/componentstatuses";

    private static string? _trouble;

    [Fact]
    public async Task Each_part_says_how_it_is()
    {
        api.Kinds.Add(ComponentStatusKind.From(new ComponentChecks(new("scheduler", () => null), new("etcd-0", () => _trouble))));
        _trouble = "the disk is full";

        var answer = (await api.GetAsync(All)).Good();
        Assert.Equal(["299 - \"v1 ComponentStatus is deprecated in v1.19+\""], answer.Warnings);
        Assert.Equal("ComponentStatusList", (string?)answer.Body!["kind"]);
        Assert.Equal(
            """[{"type":"Healthy","status":"False","message":"the disk is full"}]""", answer.Body["items"]![0]!["conditions"]!.ToJsonString());
        var table = (await api.GetAsync(All, "application/json;as=Table;v=v1;g=meta.k8s.io")).Good().Body!;
        Assert.Equal(
            ["etcd-0 Unhealthy the disk is full ", "scheduler Healthy ok "],
            table["rows"]!.AsArray().Select(row => string.Join(' ', row!["cells"]!.AsArray().Select(cell => (string?)cell))));

        _trouble = null;
        Assert.Equal("True", (string?)(await api.GetAsync($"{All}/etcd-0")).Good().Body!["conditions"]![0]!["status"]);
        Assert.Equal("componentstatuses \"other\" not found", (await api.GetAsync($"{All}/other")).Refused(404, "NotFound"));
        (await api.PostAsync(All, """{"metadata":{"name":"a"}}""")).Refused(405, "MethodNotAllowed");
    }
}

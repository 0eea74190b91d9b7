using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using static Coppice.ApiServer.Tests.CustomResources.Definitions;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>Definitions come, are served, and go.</summary>
public sealed class DefinitionTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Anything = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";

    [Fact]
    public async Task A_format_that_nobody_knows_is_warned_of_once()
    {
        const string Name = "crontabs.formats.example.com";
        var made = (await api.PostAsync(Definitions.All, Definitions.CronTabs("formats.example.com", """
            {"type":"object","properties":{
              "a":{"type":"string","format":"date-time"},"b":{"type":"string","format":"colour"},"c":{"type":"integer","format":"int32"},"d":{"type":"number","format":"int64"},
              "e":{"type":"array","items":{"type":"string","format":"colour"}},"f":{"type":"string","format":"k8s-short-name"},"g":{"type":"boolean","format":"byte"}}}
            """))).Good();
        Assert.Equal(["299 - \"unrecognized format \\\"colour\\\"\"", "299 - \"unrecognized format \\\"int64\\\"\"", "299 - \"unrecognized format \\\"byte\\\"\""], made.Warnings);

        var patched = (await api.SendAsync(
            "PATCH", $"{Definitions.All}/{Name}", """[{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/h","value":{"type":"string","format":"smell"}}]""", "application/json-patch+json")).Good();
        Assert.Equal(["299 - \"unrecognized format \\\"smell\\\"\""], patched.Warnings);
    }

    [Fact]
    public async Task A_definition_is_completed_accepted_and_established()
    {
        var made = (await api.PostAsync(All, CronTabs("complete.example.com", Anything))).Good().Body!;
        Assert.Equal(("crontab", "CronTabList", "None"), ((string?)made["spec"]!["names"]!["singular"], (string?)made["spec"]!["names"]!["listKind"], (string?)made["spec"]!["conversion"]!["strategy"]));
        Assert.Equal("""["v1"]""", made["status"]!["storedVersions"]!.ToJsonString());

        var definition = await api.WaitAsync($"{All}/crontabs.complete.example.com", body => ConditionOf(body, "Established") is not null);
        Assert.Equal(("True", "NoConflicts", "no conflicts found"), Said("NamesAccepted"));
        Assert.Equal(("True", "InitialNamesAccepted", "the initial names have been accepted"), Said("Established"));
        Assert.Equal("crontabs", (string?)definition["status"]!["acceptedNames"]!["plural"]);

        (string?, string?, string?) Said(string type) => ConditionOf(definition, type) is { } condition
            ? ((string?)condition["status"], (string?)condition["reason"], (string?)condition["message"])
            : default;
    }

    [Fact]
    public async Task A_definition_whose_conditions_were_wiped_away_gets_them_back_and_is_served()
    {
        await api.DefineAsync(CronTabs("wiped.example.com", Anything));
        (await api.SendAsync(
            "PATCH", $"{All}/crontabs.wiped.example.com/status", """{"status":{"conditions":[{"type":"Mine","status":"True","reason":"R","message":"m"}]}}""", "application/merge-patch+json")).Good();
        var definition = await api.WaitAsync($"{All}/crontabs.wiped.example.com", body => ConditionOf(body, "Established") is not null);
        Assert.Equal(("True", "True", "True"), (Said("Mine"), Said("NamesAccepted"), Said("Established")));
        (await api.GetAsync("/apis/wiped.example.com/v1/crontabs")).Good();

        string? Said(string type) => (string?)ConditionOf(definition, type)?["status"];
    }

    [Fact]
    public async Task What_a_definition_looks_like_changes_the_address_of_its_own_description_and_of_no_other()
    {
        await api.DefineAsync(CronTabs("own.example.com", Anything));
        var before = await AddressesAsync();
        (await api.SendAsync(
            "PATCH",
            $"{All}/crontabs.own.example.com",
            """[{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties","value":{"more":{"type":"string"}}}]""",
            "application/json-patch+json")).Good();
        await api.WaitAsync("/openapi/v3", body => Own(body) != Own(before));
        Assert.Equal(Apps(before), Apps(await AddressesAsync()));

        async Task<JsonNode> AddressesAsync() => (await api.GetAsync("/openapi/v3")).Good().Body!;
        static string? Own(JsonNode body) => (string?)body["paths"]!["apis/own.example.com/v1"]!["serverRelativeURL"];
        static string? Apps(JsonNode body) => (string?)body["paths"]!["apis/apps/v1"]!["serverRelativeURL"];
    }

    [Fact]
    public async Task An_object_can_be_made_and_is_described_as_soon_as_its_kind_is_established()
    {
        var space = (await api.NewNamespaceAsync()).Split('/')[^1];
        for (var i = 0; i < 20; i++)
        {
            var group = $"now-{i}.example.com";
            await api.DefineAsync(CronTabs(group, Anything));
            (await api.MakeAsync($"/apis/{group}/v1/namespaces/{space}/crontabs", """{"metadata":{"name":"one"},"spec":{"a":1}}""")).Good();
            Assert.Equal(200, (await api.GetAsync($"/openapi/v3/apis/{group}/v1")).Code);
            Assert.Contains(group, (await api.GetAsync("/apis")).Good().Body!.ToJsonString());
            Assert.Contains(group, (await api.GetAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")).Good().Body!.ToJsonString());
        }
    }

    [Fact]
    public async Task A_name_that_another_kind_of_the_group_has_is_not_given_twice_until_that_is_gone()
    {
        await api.DefineAsync(CronTabs("twice.example.com", Anything));
        var second = CronTabs("twice.example.com", Anything).Replace("crontabs", "tabs").Replace("\"ct\"", "\"ct\",\"tb\"");
        (await api.PostAsync(All, second)).Good();
        var refused = await api.WaitAsync($"{All}/tabs.twice.example.com", body => ConditionOf(body, "NamesAccepted") is not null);
        Assert.Equal("False", (string?)ConditionOf(refused, "NamesAccepted")!["status"]);
        Assert.Equal(("ListKindConflict", "\"CronTabList\" is already in use"), ((string?)ConditionOf(refused, "NamesAccepted")!["reason"], (string?)ConditionOf(refused, "NamesAccepted")!["message"]));
        Assert.Equal(("False", "NotAccepted", "not all names are accepted"), ((string?)ConditionOf(refused, "Established")!["status"], (string?)ConditionOf(refused, "Established")!["reason"], (string?)ConditionOf(refused, "Established")!["message"]));
        Assert.Equal(404, (await api.GetAsync("/apis/twice.example.com/v1/tabs")).Code);

        (await api.SendAsync("DELETE", $"{All}/crontabs.twice.example.com")).Good();
        await api.WaitAsync($"{All}/tabs.twice.example.com", body => (string?)ConditionOf(body, "Established")?["status"] == "True");
        Assert.Equal(200, (await api.GetAsync("/apis/twice.example.com/v1/tabs")).Code);
    }

    [Fact]
    public async Task The_objects_of_a_definition_go_before_it_and_their_finalizers_are_heard()
    {
        var space = (await api.NewNamespaceAsync()).Split('/')[^1];
        const string Definition = $"{All}/crontabs.going.example.com";
        var objects = $"/apis/going.example.com/v1/namespaces/{space}/crontabs";
        await api.DefineAsync(CronTabs("going.example.com", Anything));
        (await api.MakeAsync(objects, """{"metadata":{"name":"held","finalizers":["example.com/hold"]},"spec":{"a":1}}""")).Good();
        (await api.MakeAsync(objects, """{"metadata":{"name":"free"},"spec":{"a":1}}""")).Good();

        var marked = (await api.SendAsync("DELETE", Definition)).Good().Body!;
        Assert.Equal(("True", "InstanceDeletionPending"), ((string?)ConditionOf(marked, "Terminating")!["status"], (string?)ConditionOf(marked, "Terminating")!["reason"]));
        Assert.Equal("""["customresourcecleanup.apiextensions.k8s.io"]""", marked["metadata"]!["finalizers"]!.ToJsonString());

        await api.WaitAsync(Definition, body => (string?)ConditionOf(body, "Terminating")?["reason"] == "InstanceDeletionInProgress");
        await api.WaitAsync(objects, body => body["items"]!.AsArray().Count == 1);
        var refused = await api.MakeAsync(objects, """{"metadata":{"name":"late"}}""");
        Assert.Equal((405, "create not allowed while custom resource definition is terminating"), (refused.Code, (string?)refused.Body!["message"]));

        (await api.PatchAsync($"{objects}/held", """{"metadata":{"finalizers":null}}""")).Good();
        await api.WaitAsync(Definition, body => (int?)body["code"] == 404);
        await api.WaitAsync(objects, body => body is not JsonObject list || list["items"] is null);

        await api.DefineAsync(CronTabs("going.example.com", Anything));
        Assert.Empty((await api.GetAsync(objects)).Good().Names);
    }
}

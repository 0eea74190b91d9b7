using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Webhooks;

/// <summary>Conditions of webhooks: beyond rules and selectors, they say whether a webhook is asked.</summary>
public sealed class MatchConditionTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Theory]
    [InlineData("Validating")]
    [InlineData("Mutating")]
    public async Task A_webhook_is_asked_where_all_of_its_conditions_are_true(string kind)
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await WebhookServer.ReviewingAsync(_ => new JsonObject { ["allowed"] = true });
        await using var hook = await RegisteredWebhook.AddAsync(api, kind, server, "CREATE,UPDATE configmaps", Conditions(
            "object.data.a == '1'", "request.userInfo.username == 'admin' && request.operation == 'CREATE'", "oldObject == null && authorizer.requestResource.check('delete').allowed()"));

        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"other"},"data":{"a":"2"}}""")).Good();
        Assert.Empty(server.Asked);
        var made = (await api.NewConfigMapAsync(space, "one")).Good().Body!;
        Assert.Single(server.Asked);
        (await api.SendAsync("PUT", $"{space}/configmaps/one", made.ToJsonString())).Good();
        Assert.Single(server.Asked);
    }

    [Theory]
    [InlineData("Validating")]
    [InlineData("Mutating")]
    public async Task What_goes_wrong_with_a_condition_refuses_or_skips_as_the_failure_policy_says(string kind)
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await WebhookServer.ReviewingAsync(_ => new JsonObject { ["allowed"] = true });
        const string Wrong = "object.data.none == '1'";
        await using (await RegisteredWebhook.AddAsync(api, kind, server, "CREATE configmaps", Conditions(Wrong)))
        {
            Assert.Equal(
                "configmaps \"one\" is forbidden: expression 'object.data.none == '1'' resulted in error: no such key: none",
                (await api.NewConfigMapAsync(space, "one")).Refused(403, "Forbidden"));
        }

        await using (await RegisteredWebhook.AddAsync(api, kind, server, "CREATE configmaps", Conditions(Wrong, "object.data.also == '1'")))
        {
            Assert.EndsWith(
                "is forbidden: [expression 'object.data.none == '1'' resulted in error: no such key: none, expression 'object.data.also == '1'' resulted in error: no such key: also]",
                (await api.NewConfigMapAsync(space, "one")).Refused(403, "Forbidden"));
        }

        await using (await RegisteredWebhook.AddAsync(api, kind, server, "CREATE configmaps", Conditions(Wrong, "false")))
        {
            (await api.NewConfigMapAsync(space, "false")).Good();
        }

        await using (await RegisteredWebhook.AddAsync(api, kind, server, "CREATE configmaps", Conditions(Wrong, "true").Replace("\"matchConditions\"", "\"failurePolicy\":\"Ignore\",\"matchConditions\"", StringComparison.Ordinal)))
        {
            (await api.NewConfigMapAsync(space, "ignored")).Good();
        }

        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task A_condition_sees_a_new_object_as_it_was_sent()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await WebhookServer.ReviewingAsync(_ => new JsonObject { ["allowed"] = true });
        await using var hook = await RegisteredWebhook.AddAsync(api, "Mutating", server, "CREATE configmaps", Conditions(
            "!has(object.metadata.uid) && !has(object.metadata.name) && object.metadata.generateName == 'a-'"));
        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"generateName":"a-"}}""")).Good();
        Assert.Single(server.Asked);
    }

    private static string Conditions(params string[] expressions) => new JsonObject
    {
        ["matchConditions"] = new JsonArray([.. expressions.Select((expression, i) => (JsonNode?)new JsonObject { ["name"] = $"c{i}", ["expression"] = expression })]),
    }.ToJsonString();
}

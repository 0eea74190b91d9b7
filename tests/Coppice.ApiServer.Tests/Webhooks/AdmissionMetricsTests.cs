using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Webhooks;

/// <summary>What /metrics says of admission.</summary>
public sealed class AdmissionMetricsTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task Webhooks_are_counted_by_what_became_of_the_request()
    {
        var space = await api.NewNamespaceAsync();
        await using var server = await WebhookServer.ReviewingAsync(request => new JsonObject { ["allowed"] = (string?)request["name"] == "good" });
        const string NotSkipped = """{"name":"counted.example.com","matchConditions":[{"name":"x","expression":"object.metadata.name != 'skipped'"}]}""";
        await using (await RegisteredWebhook.AddAsync(api, "Validating", server, "CREATE configmaps", NotSkipped))
        {
            (await api.NewConfigMapAsync(space, "good")).Good();
            (await api.NewConfigMapAsync(space, "skipped")).Good();
            (await api.NewConfigMapAsync(space, "bad")).Refused(400, "");
        }

        const string Unsure = """{"name":"unsure.example.com","failurePolicy":"Ignore","matchConditions":[{"name":"x","expression":"object.data.none == '1'"}]}""";
        await using (await RegisteredWebhook.AddAsync(api, "Validating", server, "CREATE configmaps", Unsure))
        {
            (await api.NewConfigMapAsync(space, "unsure")).Good();
        }

        await using (await RegisteredWebhook.AddAsync(api, "Mutating", server, "CREATE configmaps", """{"name":"absent.example.com","failurePolicy":"Ignore","clientConfig":{"url":"https://127.0.0.1:1/"}}"""))
        {
            (await api.NewConfigMapAsync(space, "passed")).Good();
        }

        var text = await MetricsAsync();
        foreach (var sample in (string[])[
            "apiserver_admission_webhook_request_total{code=\"200\",name=\"counted.example.com\",operation=\"CREATE\",rejected=\"false\",type=\"validating\"} 1",
            "apiserver_admission_webhook_request_total{code=\"400\",name=\"counted.example.com\",operation=\"CREATE\",rejected=\"true\",type=\"validating\"} 1",
            "apiserver_admission_webhook_admission_duration_seconds_count{name=\"counted.example.com\",operation=\"CREATE\",rejected=\"true\",type=\"validating\"} 1",
            "apiserver_admission_webhook_rejection_count{error_type=\"no_error\",name=\"counted.example.com\",operation=\"CREATE\",rejection_code=\"400\",type=\"validating\"} 1",
            "apiserver_admission_webhook_fail_open_count{name=\"absent.example.com\",type=\"admit\"} 1",
            "apiserver_admission_match_condition_evaluation_seconds_count{kind=\"webhook\",name=\"counted.example.com\",operation=\"CREATE\",type=\"validate\"} 3",
            "apiserver_admission_match_condition_evaluation_errors_total{kind=\"webhook\",name=\"unsure.example.com\",operation=\"CREATE\",type=\"validate\"} 1",
            "apiserver_admission_match_condition_exclusions_total{kind=\"webhook\",name=\"counted.example.com\",operation=\"CREATE\",type=\"validating\"} 1",
            "apiserver_admission_controller_admission_duration_seconds_count{name=\"ValidatingAdmissionWebhook\",operation=\"CREATE\",rejected=\"true\",type=\"validate\"} 1"])
        {
            Assert.True(text.Contains(sample + "\n", StringComparison.Ordinal), $"{sample} is not in {text}");
        }

        Assert.Contains("apiserver_admission_step_admission_duration_seconds_bucket{operation=\"CREATE\",rejected=\"false\",type=\"admit\",le=\"0.005\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_counted_by_what_their_bindings_did()
    {
        var space = await api.NewNamespaceAsync();
        const string Root = "/apis/admissionregistration.k8s.io/v1";
        (await api.PostAsync($"{Root}/validatingadmissionpolicies", """
            {"metadata":{"name":"counted"},"spec":{"validations":[{"expression":"object.data.a == '2'"},{"expression":"object.data.none == '1'"}],
            "matchConstraints":{"resourceRules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}],"objectSelector":{"matchLabels":{"counted":"yes"}}}}}
            """)).Good();
        (await api.PostAsync($"{Root}/validatingadmissionpolicybindings", """{"metadata":{"name":"bound"},"spec":{"policyName":"counted","validationActions":["Deny","Audit"]}}""")).Good();
        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"one","labels":{"counted":"yes"}},"data":{"a":"1"}}""")).Refused(422, "Invalid");

        var text = await MetricsAsync();
        foreach (var (action, error) in ((string, string)[])[("deny", "no_error"), ("audit", "no_error"), ("deny", "invalid_error"), ("audit", "invalid_error")])
        {
            Assert.Contains(
                $"apiserver_validating_admission_policy_check_total{{enforcement_action=\"{action}\",error_type=\"{error}\",policy=\"counted\",policy_binding=\"bound\"}} 1\n", text, StringComparison.Ordinal);
        }
    }

    private Task<string> MetricsAsync() => api.Admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
}

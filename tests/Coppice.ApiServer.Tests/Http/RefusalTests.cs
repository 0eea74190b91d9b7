namespace Coppice.ApiServer.Tests.Http;

/// <summary>Every input that can be wrong is refused in Kubernetes' words, and nothing is stored of it.</summary>
public sealed class RefusalTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Template = """{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    [Theory]
    [InlineData("Bad_Name", "ConfigMap \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    [InlineData("", "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required")]
    public async Task A_bad_name_is_refused(string name, string message)
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(message, (await api.NewConfigMapAsync(space, name)).Refused(422, "Invalid"));
        Assert.Empty((await api.GetAsync($"{space}/configmaps")).Names);
    }

    [Fact]
    public async Task Unknown_and_duplicate_fields_are_named_when_the_client_is_strict_and_warned_of_otherwise()
    {
        var space = await api.NewNamespaceAsync();
        const string Body = """{"metadata":{"name":"p"},"spec":{"conainters":[],"containers":[{"name":"c","image":"i","image":"j"}]}}""";
        var refused = await api.PostAsync($"{space}/pods?fieldValidation=Strict", Body);
        Assert.Equal(
            "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.conainters\", duplicate field \"spec.containers[0].image\"",
            refused.Refused(400, "BadRequest"));

        var warned = (await api.PostAsync($"{space}/pods", Body)).Good();
        Assert.Contains(warned.Warnings, warning => warning.Contains("unknown field \\\"spec.conainters\\\""));
        Assert.Contains(warned.Warnings, warning => warning.Contains("duplicate field \\\"spec.containers[0].image\\\""));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"x"},"data":{"a":1}}""", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string")]
    [InlineData("""{"metadata":{"name":"x"},"data":[]}""", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string")]
    public async Task A_value_of_the_wrong_type_is_refused(string body, string message)
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(message, (await api.PostAsync($"{space}/configmaps", body)).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task A_quantity_that_is_none_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        var refused = await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":"64Mb!"}}}]}}""");
        Assert.Equal(
            "Pod in version \"v1\" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            refused.Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task A_limit_below_its_request_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        var refused = await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":"1Mi"},"requests":{"memory":"2Mi"}}}]}}""");
        Assert.Equal(
            "Pod \"p\" is invalid: spec.containers[0].resources.requests: Invalid value: \"2Mi\": must be less than or equal to memory limit of 1Mi",
            refused.Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_selector_that_does_not_match_its_template_is_refused()
    {
        var space = (await api.NewNamespaceAsync()).Replace("/api/v1/", "/apis/apps/v1/");
        var refused = await api.PostAsync($"{space}/deployments", $$$$$"""{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"app":"b"}},"template":{{{{{Template}}}}}}}""");
        Assert.Equal(
            "Deployment.apps \"d\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}: `selector` does not match template `labels`",
            refused.Refused(422, "Invalid"));
        var cause = refused.Body!["details"]!["causes"]![0]!;
        Assert.Equal("FieldValueInvalid", (string?)cause["reason"]);
        Assert.Equal("spec.template.metadata.labels", (string?)cause["field"]);
    }

    [Fact]
    public async Task A_deployments_selector_cannot_be_changed()
    {
        var space = (await api.NewNamespaceAsync()).Replace("/api/v1/", "/apis/apps/v1/");
        (await api.PostAsync($"{space}/deployments", $$$$$"""{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"app":"a"}},"template":{{{{{Template}}}}}}}""")).Good();
        var refused = await api.PatchAsync($"{space}/deployments/d", """{"spec":{"selector":{"matchLabels":{"app":"a","b":"b"}},"template":{"metadata":{"labels":{"b":"b"}}}}}""");
        Assert.Contains("spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"a\",\"b\":\"b\"}}: field is immutable", refused.Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_pods_image_can_be_changed_and_its_command_cannot()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")).Good();
        (await api.SendAsync("PATCH", $"{space}/pods/p", """{"spec":{"containers":[{"name":"c","image":"j"}]}}""", "application/strategic-merge-patch+json")).Good();
        var refused = await api.SendAsync("PATCH", $"{space}/pods/p", """{"spec":{"containers":[{"name":"c","command":["x"]}]}}""", "application/strategic-merge-patch+json");
        Assert.StartsWith(
            "Pod \"p\" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
            refused.Refused(422, "Invalid"));
    }

    [Theory]
    [InlineData("0", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("65536", "spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive")]
    [InlineData("80,\"nodePort\":80", "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767")]
    public async Task A_port_out_of_range_is_refused(string port, string message)
    {
        var space = await api.NewNamespaceAsync();
        var refused = await api.PostAsync($"{space}/services", $$$$$"""{"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"port":{{{{{port}}}}}}]}}""");
        Assert.Contains(message, refused.Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_node_port_that_is_taken_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        string Body(string name) => $$$$$"""{"metadata":{"name":"{{{{{name}}}}}"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":31234}]}}""";
        (await api.PostAsync($"{space}/services", Body("a"))).Good();
        Assert.Equal(
            "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 31234: provided port is already allocated",
            (await api.PostAsync($"{space}/services", Body("b"))).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_service_of_an_unknown_type_is_refused_for_that_alone()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/services", """{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""")).Good();
        Assert.Equal(
            "Service \"s\" is invalid: spec.type: Unsupported value: \"Bogus\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"",
            (await api.PatchAsync($"{space}/services/s", """{"spec":{"type":"Bogus"}}""")).Refused(422, "Invalid"));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("kube-system")]
    [InlineData("kube-public")]
    public async Task A_namespace_that_the_cluster_needs_cannot_be_deleted(string name)
    {
        await api.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        Assert.Equal($"namespaces \"{name}\" is forbidden: this namespace may not be deleted", (await api.SendAsync("DELETE", $"/api/v1/namespaces/{name}")).Refused(403, "Forbidden"));
        Assert.Null((await api.GetAsync($"/api/v1/namespaces/{name}")).Good().Body!["metadata"]!["deletionTimestamp"]);
    }

    [Theory]
    [InlineData("/api/v1/gizmos")]
    [InlineData("/api/v2/pods")]
    [InlineData("/apis/apps/v1/gizmos")]
    [InlineData("/apis/apps/v1beta1/deployments")]
    [InlineData("/api/v1/namespaces/default/nodes")]
    [InlineData("/api/v1/namespaces/default/pods/p/nothing")]
    public async Task A_resource_that_a_group_does_not_have_is_not_found(string path)
    {
        var answer = await api.GetAsync(path);
        Assert.Equal("the server could not find the requested resource", answer.Refused(404, "NotFound"));
        Assert.Equal("{}", answer.Body!["details"]!.ToJsonString());
    }

    [Theory]
    [InlineData("/apis/nowhere.io/v1/things")]
    [InlineData("/nowhere")]
    public async Task What_is_of_no_group_is_not_found_in_words_that_clients_make_their_own_of(string path)
    {
        var answer = await api.GetAsync(path);
        Assert.Equal((404, "404 page not found\n"), (answer.Code, (string?)answer.Body));
    }

    [Fact]
    public async Task A_parameter_counts_only_as_it_is_written()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/configmaps?DryRun=All", """{"metadata":{"name":"a"}}""")).Good();
        (await api.PostAsync($"{space}/configmaps?dryrun=All&dryRun=All", """{"metadata":{"name":"b"}}""")).Good();
        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"c"}}""")).Good();
        Assert.Equal(["a", "c"], (await api.GetAsync($"{space}/configmaps?LIMIT=1&Watch=1&labelselector=x")).Names);
        Assert.Equal(["a"], (await api.GetAsync($"{space}/configmaps?limit=1&LIMIT=2")).Names);
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        var refused = await api.PostAsync($"{space}/configmaps", """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}}""");
        Assert.Equal(
            "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion",
            refused.Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task The_namespace_and_name_of_the_body_must_be_those_of_the_path()
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(
            "the namespace of the provided object does not match the namespace sent on the request",
            (await api.NewConfigMapAsync(space, "a", ",\"namespace\":\"other\"")).Refused(400, "BadRequest"));
        (await api.NewConfigMapAsync(space, "a")).Good();
        Assert.Equal(
            "the name of the object (b) does not match the name on the URL (a)",
            (await api.PatchAsync($"{space}/configmaps/a", """{"metadata":{"name":"b"}}""")).Refused(400, "BadRequest"));
        Assert.Equal(
            "the name of the object (b) does not match the name on the URL (a)",
            (await api.SendAsync("PUT", $"{space}/configmaps/a", """{"metadata":{"name":"b"}}""")).Refused(400, "BadRequest"));
    }

    [Theory]
    [InlineData("PUT", "configmaps/a", "application/json", """{"data":{}}""")]
    [InlineData("PUT", "configmaps/none", "application/json", """{"metadata":{"name":""}}""")]
    [InlineData("PATCH", "configmaps/a", "application/merge-patch+json", """{"metadata":{"name":null}}""")]
    public async Task What_is_changed_says_its_name(string method, string path, string type, string body)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        Assert.Equal(
            $"the name of the object ({path.Split('/')[1]} based on URL) was undeterminable: name must be provided",
            (await api.SendAsync(method, $"{space}/{path}", body, type)).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task Nothing_is_made_in_a_namespace_that_is_not_there() => Assert.Equal(
        "namespaces \"nowhere\" not found", (await api.NewConfigMapAsync("/api/v1/namespaces/nowhere", "a")).Refused(404, "NotFound"));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"metadata":{"name":"x"},"data":{"a":"b"}""")]
    [InlineData("[1,2]")]
    [InlineData("\0\u0001")]
    public async Task A_truncated_or_broken_body_is_refused(string body)
    {
        var space = await api.NewNamespaceAsync();
        Assert.NotEqual("", (await api.PostAsync($"{space}/configmaps", body)).Refused(400, "BadRequest"));
        Assert.Empty((await api.GetAsync($"{space}/configmaps")).Names);
    }

    [Theory]
    [InlineData("dockerconfigjson", "not json", "invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("dockerconfigjson", "{\"auths\":", "unexpected end of JSON input")]
    [InlineData("dockerconfigjson", "", "unexpected end of JSON input")]
    [InlineData("dockerconfigjson", "x", "invalid character 'x' looking for beginning of value")]
    [InlineData("dockerconfigjson", "[]", "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("dockercfg", "1", "json: cannot unmarshal number into Go value of type map[string]interface {}")]
    public async Task A_registry_secret_that_is_no_JSON_object_is_refused(string type, string content, string why)
    {
        var space = await api.NewNamespaceAsync();
        var data = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(content));
        var refused = await api.PostAsync($"{space}/secrets", $$$"""{"metadata":{"name":"s"},"type":"kubernetes.io/{{{type}}}","data":{".{{{type}}}":"{{{data}}}"}}""");
        Assert.Equal($"Secret \"s\" is invalid: data[.{type}]: Invalid value: \"<secret contents redacted>\": {why}", refused.Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_config_map_beyond_one_mebibyte_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        var body = $$$$$"""{"metadata":{"name":"x"},"data":{"a":"{{{{{new string('x', (1 << 20) + 1)}}}}}"}}""";
        Assert.Equal("ConfigMap \"x\" is invalid: []: Too long: may not be more than 1048576 bytes", (await api.PostAsync($"{space}/configmaps", body)).Refused(422, "Invalid"));
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("application/cbor")]
    public async Task A_media_type_that_nobody_speaks_is_refused(string type)
    {
        var space = await api.NewNamespaceAsync();
        Assert.StartsWith(
            "the body of the request was in an unknown format - accepted media types include:",
            (await api.SendAsync("POST", $"{space}/configmaps", "<a/>", type)).Refused(415, "UnsupportedMediaType"));
        (await api.NewConfigMapAsync(space, "a")).Good();
        Assert.StartsWith(
            "the body of the request was in an unknown format - accepted media types include:",
            (await api.SendAsync("PATCH", $"{space}/configmaps/a", "{}", "application/json")).Refused(415, "UnsupportedMediaType"));
    }

    [Theory]
    [InlineData("labelSelector=a%20in%20(")]
    [InlineData("fieldSelector=spec.color%3Dred")]
    [InlineData("limit=many")]
    [InlineData("continue=%21%21")]
    public async Task A_query_that_cannot_be_read_is_refused(string query)
    {
        var space = await api.NewNamespaceAsync();
        Assert.NotEqual("", (await api.GetAsync($"{space}/configmaps?{query}")).Refused(400, "BadRequest"));
    }

    [Theory]
    [InlineData("pods?fieldSelector=spec.color%3Dred", "field label not supported: spec.color")]
    [InlineData("configmaps?fieldSelector=spec.color%3Dred", "\"spec.color\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("pods?fieldSelector=red", "invalid selector: 'red'; can't understand 'red'")]
    public async Task A_field_that_objects_cannot_be_asked_by_is_named_once(string query, string message)
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(message, (await api.GetAsync($"{space}/{query}")).Refused(400, "BadRequest"));
    }

    [Theory]
    [InlineData("propagationPolicy=Sideways")]
    [InlineData("dryRun=Maybe")]
    public async Task Options_that_nobody_knows_are_refused_and_nothing_is_deleted(string query)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        (await api.SendAsync("DELETE", $"{space}/configmaps/a?{query}")).Refused(422, "Invalid");
        Assert.Equal(200, (await api.GetAsync($"{space}/configmaps/a")).Code);
    }
}

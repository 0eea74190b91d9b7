using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>How requests may be said: parameters that come twice, methods, long addresses, and what the client takes for an answer.</summary>
public sealed class RequestFormTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Theory]
    [InlineData("limit=1&limit=many", "a")]
    [InlineData("labelSelector=x%3D1&labelSelector=x%3D2", "a")]
    [InlineData("fieldSelector=metadata.name%3Db&fieldSelector=(", "b")]
    public async Task Of_a_parameter_that_is_given_twice_the_first_counts(string query, string expected)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a", ",\"labels\":{\"x\":\"1\"}")).Good();
        (await api.NewConfigMapAsync(space, "b", ",\"labels\":{\"x\":\"2\"}")).Good();
        Assert.Equal([expected], (await api.GetAsync($"{space}/configmaps?{query}")).Good().Names);
    }

    [Theory]
    [InlineData("fieldValidation=Strict&fieldValidation=Ignore", 400)]
    [InlineData("fieldValidation=Ignore&fieldValidation=Strict", 201)]
    public async Task It_counts_so_for_writes_too(string query, int code)
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(code, (await api.PostAsync($"{space}/configmaps?{query}", """{"metadata":{"name":"a"},"colour":1}""")).Code);
    }

    [Theory]
    [InlineData("container=c&container=c", "nodes \"nowhere\" not found")]
    [InlineData("container=nobody&container=c", "container nobody is not valid for pod p")]
    public async Task A_log_is_of_the_container_that_is_named_first(string query, string message)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"nowhere","containers":[{"name":"c","image":"i"}]}}""")).Good();
        Assert.Equal(message, (await api.GetAsync($"{space}/pods/p/log?{query}")).Message);
    }

    [Theory]
    [InlineData("limit=", "strconv.ParseInt: parsing \"\": invalid syntax")]
    [InlineData("limit=1e3", "strconv.ParseInt: parsing \"1e3\": invalid syntax")]
    [InlineData("limit=99999999999999999999", "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    public async Task A_number_that_is_none_is_refused_in_the_words_of_Go(string query, string message) =>
        Assert.Equal(message, (await api.GetAsync($"/api/v1/pods?{query}")).Refused(400, "BadRequest"));

    [Theory]
    [InlineData("watch=0", false)]
    [InlineData("watch=False", false)]
    [InlineData("watch=false&watch=true", false)]
    [InlineData("watch", true)]
    [InlineData("watch=f", true)]
    public async Task A_switch_is_on_unless_it_says_that_it_is_off(string query, bool isWatch)
    {
        using var answer = await api.Admin.GetAsync($"/api/v1/pods?{query}&timeoutSeconds=1", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(isWatch, answer.Content.Headers.ContentLength is null);
    }

    [Theory]
    [InlineData("application/yaml")]
    [InlineData("text/html, application/yaml;q=0.5, application/json;q=0.1")]
    public async Task Who_asks_for_YAML_gets_it(string accept)
    {
        var space = await api.NewNamespaceAsync();
        var created = await api.SendAsync("POST", $"{space}/configmaps", """{"metadata":{"name":"a"},"data":{"b":"no","a":"x: 'y'\n- z\n","d":"1e3","e":"0x1f","f":"2020-01-01T00:00:00Z","g":"~","h":" a ","i":"\ud83d\ude00\u0085\u0001","j":"","k":"a #b"}}""", accept: accept);
        Assert.Equal(201, created.Code);
        var yaml = (string)created.Body!;
        Assert.StartsWith("apiVersion: v1\ndata:\n  a: ", yaml);
        var read = Coppice.ApiServer.Decoding.YamlBody.ToJson(Encoding.UTF8.GetBytes(yaml));
        Assert.Null(read.Error);
        Assert.True(JsonNode.DeepEquals((await api.GetAsync($"{space}/configmaps/a")).Body, JsonNode.Parse(read.Json.Span)), yaml);
        Assert.StartsWith("apiVersion: v1\nitems:\n- apiVersion: v1\n", (string?)(await api.GetAsync($"{space}/configmaps", accept)).Body);
        Assert.Contains("reason: NotFound\n", (string?)(await api.GetAsync($"{space}/configmaps/b", accept)).Body);
        Assert.StartsWith("apiVersion: v1\ngroupVersion: apps/v1\nkind: APIResourceList\n", (string?)(await api.GetAsync("/apis/apps/v1", accept)).Body);
        Assert.StartsWith("apiVersion: meta.k8s.io/v1\ncolumnDefinitions:\n", (string?)(await api.GetAsync($"{space}/configmaps", "application/yaml;as=Table;g=meta.k8s.io;v=v1")).Body);
    }

    [Theory]
    [InlineData("?pretty=true", null, null, true)]
    [InlineData("?pretty=1", "kubectl/v1.36.0", null, true)]
    [InlineData("?pretty=yes", "curl/8.0", null, false)]
    [InlineData("?pretty=false", "curl/8.0", null, false)]
    [InlineData("?pretty=", "curl/8.0", null, true)]
    [InlineData("", "Mozilla/5.0 (X11)", "text/html,application/json", true)]
    [InlineData("", "Wget/1.21", "*/*", true)]
    [InlineData("", "libcurl", null, false)]
    [InlineData("", null, "application/json;pretty=1", true)]
    [InlineData("", null, "application/json", false)]
    public async Task People_get_a_line_for_each_value(string query, string? program, string? accept, bool isIndented)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        Assert.Equal(isIndented, (await TextAsync($"{space}/configmaps/a{query}")).Contains("\n  \"data\": {\n    \"a\": \"1\"\n  }", StringComparison.Ordinal));
        Assert.Equal(isIndented, (await TextAsync($"{space}/configmaps{query}")).Contains("\n  \"items\": [\n    {\n", StringComparison.Ordinal));
        Assert.Equal(isIndented, (await TextAsync($"{space}/configmaps/b{query}")).Contains("\n  \"metadata\": {},\n", StringComparison.Ordinal));
        Assert.Equal(isIndented, (await TextAsync($"/apis/apps/v1{query}")).Contains("\n  \"groupVersion\": \"apps/v1\",\n", StringComparison.Ordinal));
        Assert.Contains("\n  \"major\": \"1\",\n", await TextAsync($"/version{query}"));

        async Task<string> TextAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("User-Agent", program);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var answer = await api.Admin.SendAsync(request);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Theory]
    [InlineData("application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1")]
    [InlineData("text/html, image/png")]
    [InlineData("application/cbor")]
    [InlineData("application/json;as=Table;g=meta.k8s.io;v=v7")]
    [InlineData("application/json;as=Chair;g=meta.k8s.io;v=v1")]
    [InlineData(",;,=/ ;;")]
    public async Task Who_takes_nothing_that_there_is_writes_nothing(string accept)
    {
        var space = await api.NewNamespaceAsync();
        const string Message = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf";
        var answer = await api.SendAsync("POST", $"{space}/configmaps", """{"metadata":{"name":"a"}}""", accept: accept);
        Assert.Equal(Message, answer.Refused(406, "NotAcceptable"));
        Assert.Empty((await api.GetAsync($"{space}/configmaps")).Names);
        (await api.NewConfigMapAsync(space, "a")).Good();
        Assert.Equal(406, (await api.SendAsync("DELETE", $"{space}/configmaps/a", accept: accept)).Code);
        Assert.Equal(406, (await api.SendAsync("DELETE", $"{space}/configmaps", accept: accept)).Code);
        Assert.Equal(406, (await api.SendAsync("PATCH", $"{space}/configmaps/a", """{"data":{"a":"2"}}""", "application/merge-patch+json", accept)).Code);
        Assert.Equal("1", (string?)(await api.GetAsync($"{space}/configmaps/a")).Body!["data"]!["a"]);
    }

    [Theory]
    [InlineData("application/json;as=Table;v=v1;g=meta.k8s.io,application/json,application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "Table")]
    [InlineData("application/json;as=Table;as=Table;v=v1;g=meta.k8s.io", "Table")]
    [InlineData("application/json;as=Table;v=v1beta1;g=meta.k8s.io", "Table")]
    [InlineData("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "PartialObjectMetadataList")]
    [InlineData("*/*;q=0.1", "ConfigMapList")]
    [InlineData("*", "ConfigMapList")]
    [InlineData("application/cbor, */*", "ConfigMapList")]
    [InlineData("application/cbor;q=x;;=,application/json;q=0.9;stream=watch", "ConfigMapList")]
    public async Task What_clients_say_that_they_take_is_understood(string accept, string kind)
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(kind, (string?)(await api.GetAsync($"{space}/configmaps", accept)).Good().Body!["kind"]);
    }

    [Fact]
    public async Task A_watch_is_never_YAML()
    {
        var refused = await api.GetAsync("/api/v1/pods?watch=1&timeoutSeconds=1", "application/yaml, application/json");
        Assert.Equal(406, refused.Code);
        Assert.Contains("message: 'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'\n", (string?)refused.Body);
    }

    [Theory]
    [InlineData("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", """{"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}""")]
    [InlineData("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")]
    public async Task There_is_no_table_of_a_question(string path, string body)
    {
        const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        (await api.SendAsync("POST", path, body, accept: Table)).Refused(406, "NotAcceptable");
        Assert.NotEqual("Table", (string?)(await api.SendAsync("POST", path, body, accept: Table + ",application/json")).Good().Body!["kind"]);
    }

    [Theory]
    [InlineData("get", "/api/v1/pods")]
    [InlineData("get", "/api/v1/namespaces/default")]
    [InlineData("HEAD", "/api/v1/pods")]
    [InlineData("OPTIONS", "/api/v1/namespaces/default/pods/p")]
    [InlineData("TRACE", "/api/v1/namespaces/default")]
    [InlineData("SING", "/apis/apps/v1/deployments")]
    [InlineData("POST", "/api/v1/namespaces/default/pods/p")]
    [InlineData("PUT", "/api/v1/namespaces/default/pods")]
    [InlineData("POST", "/api/v1/watch/pods")]
    [InlineData("PUT", "/api/v1/namespaces/default/pods/p/log")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/p/eviction")]
    [InlineData("TRACE", "/api/v1/namespaces/default/pods/p/proxy/")]
    [InlineData("HEAD", "/api")]
    [InlineData("POST", "/apis/apps/v1")]
    public async Task A_method_that_is_not_served_is_refused(string method, string path)
    {
        await using var connection = await RawConnection.OpenAsync(api);
        var answer = await connection.SendAsync($"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(405, answer.Code);
        if (method != "HEAD")
        {
            var status = JsonNode.Parse(answer.Body)!;
            Assert.Equal("the server does not allow this method on the requested resource", (string?)status["message"]);
            Assert.Equal("MethodNotAllowed", (string?)status["reason"]);
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task An_address_may_be_as_long_as_a_mebibyte(string version)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a", ",\"labels\":{\"x\":\"v2499\"}")).Good();
        var many = string.Join(",", Enumerable.Range(0, 2500).Select(i => $"v{i}"));
        Assert.Equal(["a"], (await AskAsync(version, $"{space}/configmaps?labelSelector=x%20in%20({many})")).Good().Names);
        Assert.Equal(["a"], (await AskAsync(version, $"{space}/configmaps?nothing={new string('x', 1_000_000)}")).Good().Names);
        var refused = await AskAsync(version, $"{space}/configmaps?nothing={new string('x', 1_500_000)}");
        Assert.Equal("Request Header Fields Too Large", refused.Refused(431, ""));
        (await AskAsync(version, $"{space}/configmaps")).Good();
    }

    [Fact]
    public async Task Many_headers_are_no_reason_to_hang_up()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/version");
        request.Headers.Add("Impersonate-User", "jane");
        request.Headers.Add("Impersonate-Group", Enumerable.Range(0, 300).Select(i => $"group-{i}"));
        using var answer = await api.Admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Whom_to_act_as_may_be_of_any_script()
    {
        await using var connection = await RawConnection.OpenAsync(api);
        var answer = await connection.SendAsync(
            "POST /apis/authentication.k8s.io/v1/selfsubjectreviews HTTP/1.1\r\nHost: a\r\nImpersonate-User: j\u00c3\u00b6rg\r\nContent-Length: 2\r\n\r\n{}");
        Assert.Equal(201, answer.Code);
        Assert.Equal("j\u00f6rg", (string?)JsonNode.Parse(Encoding.Latin1.GetBytes(answer.Body))!["status"]!["userInfo"]!["username"]);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFF")]
    [InlineData("-1")]
    [InlineData("5;ext\r\nabcdeX")]
    public async Task A_body_whose_pieces_are_measured_wrong_is_refused(string size)
    {
        var space = await api.NewNamespaceAsync();
        await using var connection = await RawConnection.OpenAsync(api);
        var answer = await connection.SendAsync($"POST {space}/configmaps HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{new string('x', 100)}");
        Assert.True(answer.Code is 400 or 413, $"{answer}");
        Assert.Empty((await api.GetAsync($"{space}/configmaps")).Names);
    }

    [Theory]
    [InlineData("/api/v1/watch/namespaces/{0}/configmaps", "a,b")]
    [InlineData("/api/v1/watch/namespaces/{0}/configmaps/b", "b")]
    [InlineData("/api/v1/watch/namespaces/{0}/configmaps/b?fieldSelector=metadata.name%3Db", "b")]
    [InlineData("/api/v1/watch/namespaces/{0}", "{0}")]
    [InlineData("/api/v1/watch/configmaps?fieldSelector=metadata.namespace%3D{0}", "a,b")]
    public async Task The_old_way_to_watch_is_still_served(string path, string names)
    {
        var space = await api.NewNamespaceAsync();
        var name = space.Split('/')[^1];
        (await api.NewConfigMapAsync(space, "a")).Good();
        (await api.NewConfigMapAsync(space, "b")).Good();
        using var answer = await api.Admin.GetAsync(string.Format(null, path, name), HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        foreach (var expected in string.Format(null, names, name).Split(','))
        {
            var line = JsonNode.Parse((await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)))!)!;
            Assert.Equal(("ADDED", expected), ((string?)line["type"], (string?)line["object"]!["metadata"]!["name"]));
        }
    }

    [Fact]
    public async Task The_old_way_to_watch_one_object_takes_no_other_name()
    {
        Assert.Equal(
            "fieldSelector metadata.name doesn't match requested name",
            (await api.GetAsync("/api/v1/watch/namespaces/default/pods/b?fieldSelector=metadata.name%3Da")).Refused(400, "BadRequest"));
        Assert.Equal(404, (await api.GetAsync("/api/v1/watch")).Code);
    }

    [Fact]
    public async Task One_object_is_read_even_if_it_is_asked_to_be_watched()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        Assert.Equal("ConfigMap", (string?)(await api.GetAsync($"{space}/configmaps/a?watch=true")).Good().Body!["kind"]);
    }

    [Fact]
    public async Task The_root_lists_what_there_is()
    {
        var paths = (await api.GetAsync("/")).Good().Body!["paths"]!.AsArray().Select(path => (string)path!).ToList();
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        Assert.Superset(new HashSet<string> { "/api", "/api/v1", "/apis", "/apis/", "/apis/apps", "/apis/apps/v1", "/healthz/ping", "/openapi/v2", "/openapi/v3", "/readyz", "/version" }, paths.ToHashSet());
        foreach (var path in paths)
        {
            Assert.Equal(200, (await api.GetAsync(path)).Code);
        }
    }

    [Theory]
    [InlineData("events.k8s.io/v1/namespaces/{0}/events?fieldSelector=reportingController%3Dkubelet", 1)]
    [InlineData("events.k8s.io/v1/namespaces/{0}/events?fieldSelector=reportingController%3Dother", 0)]
    [InlineData("events.k8s.io/v1/namespaces/{0}/events?fieldSelector=regarding.fieldPath%3Dspec,regarding.apiVersion%3Dv1,regarding.resourceVersion%3D7", 1)]
    [InlineData("events.k8s.io/v1/namespaces/{0}/events?fieldSelector=source%3Dkubelet", 1)]
    [InlineData("events.k8s.io/v1/namespaces/{0}/events?fieldSelector=involvedObject.name%3Dp", -1)]
    [InlineData("events.k8s.io/v1/namespaces/{0}/events?fieldSelector=reportingComponent%3Dkubelet", -1)]
    public async Task Events_are_asked_for_by_the_fields_of_their_group(string path, int count)
    {
        var space = await api.NewNamespaceAsync();
        var name = space.Split('/')[^1];
        (await api.PostAsync($"{space}/events", $$$"""
            {"metadata":{"name":"e"},"reason":"R","reportingComponent":"kubelet","source":{"component":"kubelet"},
            "involvedObject":{"kind":"Pod","namespace":"{{{name}}}","name":"p","apiVersion":"v1","fieldPath":"spec","resourceVersion":"7"}}
            """)).Good();
        var answer = await api.GetAsync("/apis/" + string.Format(null, path, name));
        Assert.Equal(count < 0 ? 400 : 200, answer.Code);
        Assert.Equal(Math.Max(count, 0), count < 0 ? 0 : answer.Names.Count);
    }

    [Theory]
    [InlineData("spec.host=n", 1)]
    [InlineData("spec.host=other", 0)]
    [InlineData("status.podIPs=", 1)]
    [InlineData("status.podIPs=192.0.2.1", 0)]
    public async Task Pods_are_asked_for_by_every_field_that_Kubernetes_has(string selector, int count)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""")).Good();
        Assert.Equal(count, (await api.GetAsync($"{space}/pods?fieldSelector={Uri.EscapeDataString(selector)}")).Good().Names.Count);
    }

    [Fact]
    public async Task Who_is_refused_is_warned_too()
    {
        var space = await api.NewNamespaceAsync();
        var invalid = await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"Not a name"},"colour":1}""");
        Assert.Equal(422, invalid.Code);
        Assert.Equal(["299 - \"unknown field \\\"colour\\\"\""], invalid.Warnings);
        Assert.Equal(["299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\""], (await api.GetAsync($"{space}/endpoints/none")).Warnings);
    }

    private async Task<Answer> AskAsync(string version, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = new Version(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await api.Admin.SendAsync(request);
        return await Answer.OfAsync(answer);
    }
}

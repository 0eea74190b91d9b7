using System.Diagnostics;
using System.Text;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Fuzzing;

/// <summary>
/// Whatever stands in a query and in the headers of a request, the answer is one of Kubernetes', comes soon, and leaves nothing behind. The
/// seeds are fixed, so that what fails once fails again.
/// </summary>
[Collection(nameof(Measured))]
public sealed class RequestFuzzTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const int Requests = 1500;

    // Of the managed heap, after everything was answered.
    private const long GrowthBytesMax = 32 * 1024 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static readonly string[] Methods = ["GET", "GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "SING", "CONNECT"];

    private static readonly string[] Paths =
    [
        "/", "/api", "/apis", "/api/v1", "/apis/apps/v1", "/version", "/healthz", "/readyz/ping", "/openapi/v2", "/openapi/v3", "/openapi/v3/api/v1",
        "/api/v1/pods", "/api/v1/namespaces/fuzz/pods", "/api/v1/namespaces/fuzz/pods/p", "/api/v1/namespaces/fuzz/configmaps",
        "/api/v1/namespaces/fuzz/configmaps/c", "/api/v1/watch/namespaces/fuzz/configmaps/c", "/api/v1/watch/configmaps", "/api/v1/namespaces/fuzz/pods/p/log",
        "/api/v1/namespaces/fuzz/pods/p/exec", "/api/v1/namespaces/fuzz/pods/p/attach", "/api/v1/namespaces/fuzz/pods/p/portforward",
        "/api/v1/namespaces/fuzz/pods/p/status", "/api/v1/namespaces/fuzz/pods/p/eviction", "/api/v1/namespaces/fuzz/serviceaccounts/default/token",
        "/apis/apps/v1/deployments", "/apis/apps/v1/namespaces/fuzz/deployments/d/scale", "/apis/events.k8s.io/v1/namespaces/fuzz/events", "/api/v1/nodes",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "//api//v1/pods/", "/api/v1/%2e%2e/%00/%ff", "/nowhere",
    ];

    private static readonly string[] Parameters =
    [
        "watch", "limit", "continue", "resourceVersion", "resourceVersionMatch", "sendInitialEvents", "allowWatchBookmarks", "timeoutSeconds", "labelSelector",
        "fieldSelector", "includeObject", "dryRun", "fieldValidation", "fieldManager", "force", "pretty", "gracePeriodSeconds", "propagationPolicy",
        "orphanDependents", "container", "command", "stdin", "stdout", "stderr", "tty", "follow", "previous", "tailLines", "limitBytes", "sinceSeconds", "sinceTime",
        "timestamps", "ports", "hash", "verbose", "exclude", "", "%00", "Watch",
    ];

    private static readonly string[] Headers =
    [
        "Accept", "Accept", "Accept-Encoding", "Authorization", "Content-Type", "If-None-Match", "If-Match", "Impersonate-User", "Impersonate-Group", "Impersonate-Uid",
        "Impersonate-Extra-x", "Impersonate-Colour", "User-Agent", "X-Forwarded-For", "Upgrade", "Sec-WebSocket-Protocol", "Sec-WebSocket-Key", "X-Stream-Protocol-Version",
        "Warning", "Origin", "Cookie", "Range", "Expect-CT", "X-Anything",
    ];

    private static readonly string[] Values =
    [
        "", " ", "0", "1", "-1", "true", "false", "All", "None", "Object", "Strict", "Exact", "NotOlderThan", "Orphan", "2147483648", "9223372036854775807",
        "-9223372036854775808", "99999999999999999999", "1e309", "NaN", "0x10", "+5", "a=b", "a in (b,c)", "a in (", "!a", "a!=b,c notin (d)", "metadata.name=c",
        "metadata.name==c,metadata.namespace!=x", "=", ",,,", "((((((((", "2020-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999+00:00", "0000-00-00T00:00:00Z",
        "application/json", "application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=Table;as=Table;v=v1;v=v1;g=meta.k8s.io;g=meta.k8s.io",
        "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io",
        "application/vnd.kubernetes.protobuf", "*/*;q=0.1", "*", "/", ";;;=;=", "a/b/c;d", "application/json;q=q", "gzip", "gzip;q=0", "identity;q=x",
        "Bearer ", "Bearer a.b.c", "Basic Og==", "websocket", "SPDY/3.1", "v4.channel.k8s.io", "eyJ2IjoxfQ", "bWV0YQ==", "\"x\"", "W/\"x\", *", "system:masters",
        "\u00e4\u00f6\u00fc", "\u00ff\u00fe", "\u00c3\u00a4", "\u00f0\u009f\u0098\u0080", "\ttab\t", "'\"\\", "%", "%zz", "..", "../../etc/passwd", "$(id)", "{\"a\":1}",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_query_and_no_header_brings_the_server_into_trouble(int seed)
    {
        await PrepareAsync();
        var random = new Random(seed);
        var connection = await RawConnection.OpenAsync(api);

        // What is made once and kept, such as schemas in all their forms, is there before it is measured what requests leave.
        connection = await AskManyAsync(connection, new Random(0));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        connection = await AskManyAsync(connection, random);
        await connection.DisposeAsync();

        // Buffers that large answers were sent from are kept for a while, and given back after some 20 seconds without need of them.
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        for (var left = 60; growth >= GrowthBytesMax && left > 0; left--)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        }

        Assert.True(growth < GrowthBytesMax, $"{Requests} requests left {growth} bytes");
        (await api.GetAsync("/api/v1/namespaces/fuzz")).Good();
    }

    /// <returns>The connection that is open now.</returns>
    private async Task<RawConnection> AskManyAsync(RawConnection connection, Random random)
    {
        for (var i = 0; i < Requests; i++)
        {
            if (!connection.IsReusable)
            {
                await connection.DisposeAsync();
                connection = await RawConnection.OpenAsync(api);
            }

            await AskAsync(connection, NextRequest(random));
        }

        return connection;
    }

    private async Task PrepareAsync()
    {
        await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"fuzz"}}""");
        await api.PostAsync("/api/v1/namespaces/fuzz/serviceaccounts", """{"metadata":{"name":"default"}}""");
        await api.PostAsync("/api/v1/namespaces/fuzz/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        await api.PostAsync("/api/v1/namespaces/fuzz/configmaps", """{"metadata":{"name":"c"}}""");
    }

    private static async Task AskAsync(RawConnection connection, string request)
    {
        var watch = Stopwatch.GetTimestamp();
        var answer = await connection.SendAsync(request);
        var took = Stopwatch.GetElapsedTime(watch);
        Assert.True(took < Longest, $"{took} for {request}");

        // Kubernetes says so of a revision that is still to come.
        var isToCome = answer.Code == 504 && (answer.Body.Contains("Too large resource version") || request.StartsWith("HEAD ", StringComparison.Ordinal));
        Assert.True(answer.Code < 500 || isToCome, $"{answer.Code} {answer.Body}\nfor {request}");
    }

    private static string NextRequest(Random random)
    {
        var request = new StringBuilder($"{One(random, Methods)} {One(random, Paths)}");
        for (var i = random.Next(5); i > 0; i--)
        {
            request.Append(request.ToString().Contains('?') ? '&' : '?').Append(One(random, Parameters));
            if (random.Next(8) > 0)
            {
                request.Append('=').Append(random.Next(4) == 0 ? RawValue(random) : Escaped(NextValue(random)));
            }
        }

        request.Append(" HTTP/1.1\r\nHost: a\r\n");
        for (var i = random.Next(5); i > 0; i--)
        {
            request.Append($"{One(random, Headers)}: {NextValue(random)}\r\n");
        }

        var body = random.Next(3) == 0 ? "{}" : "";
        return request.Append($"Content-Length: {body.Length}\r\n\r\n{body}").ToString();
    }

    private static string NextValue(Random random) => random.Next(10) switch
    {
        0 => string.Join(",", Enumerable.Range(0, random.Next(1, 200)).Select(_ => One(random, Values))),
        1 => new string((char)random.Next(0x21, 0x7f), random.Next(1, 20_000)),
        2 => string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => (char)random.Next(0x20, 0x7f))),
        3 => string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => (char)random.Next(0x80, 0x100))),
        _ => One(random, Values),
    };

    // What may stand in a request's first line and is no more than what it is.
    private static string RawValue(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)random.Next(0x21, 0x7f))).Replace("#", "", StringComparison.Ordinal);

    private static string Escaped(string bytes) =>
        string.Concat(bytes.Select(c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : $"%{(int)c:X2}"));

    private static string One(Random random, string[] of) => of[random.Next(of.Length)];
}

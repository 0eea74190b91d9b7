using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Tests.Fuzzing;

/// <summary>
/// Random bodies in every form, at every door, by the real way of a request: whatever is sent, the answer is no failure of the server,
/// comes soon, and leaves nothing behind. COPPICE_FUZZ_SEED and COPPICE_FUZZ_CASES try others, and more.
/// </summary>
[Collection(nameof(Measured))]
public sealed class BodyFuzzTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const int Cases = 1500;
    private const int GrowthMax = 48 * 1024 * 1024;

    // Per form; a machine that is slow tries less, which the seed makes no other.
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(4);

    // Of one answer: far more than any takes, far less than what grows with the square of its length.
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Forms => ["json", "yaml", "protobuf", "patch", "damaged"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Whatever_comes_in_is_answered_soon_and_never_by_a_failure(string form)
    {
        var doors = (await DoorsAsync()).Where(door => form != "patch" || door.Existing is not null).ToList();
        await TryAsync(form, doors, 0, Cases / 10);
        await api.CompactAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await TryAsync(form, doors, Cases / 10, Number("COPPICE_FUZZ_CASES", Cases));
        await api.CompactAsync();
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(growth < GrowthMax, $"{growth} bytes more than before");
    }

    private async Task TryAsync(string form, IReadOnlyList<Door> doors, int first, int end)
    {
        var seed = Number("COPPICE_FUZZ_SEED", 1);
        var clock = Stopwatch.StartNew();
        for (var i = first; i < end && (clock.Elapsed < Budget || end != Cases); i++)
        {
            var random = new Random(seed * 1_000_003 + i);
            var door = OddValues.Pick(doors, random);
            using var request = RequestOf(form, door, new BodyMaker(random), random);
            using var late = new CancellationTokenSource(AnswerMax);
            var what = $"seed {seed}, case {i}: {request.Method} {request.RequestUri} as {request.Content!.Headers.ContentType}";
            try
            {
                using var response = await api.Admin.SendAsync(request, late.Token);
                var answer = await response.Content.ReadAsStringAsync(late.Token);
                Assert.True((int)response.StatusCode < 500 || IsToldSo(answer), $"{what}: {(int)response.StatusCode} {answer}\n{await BodyOfAsync(request)}");
                Assert.True(
                    response.IsSuccessStatusCode || (string?)JsonNode.Parse(answer)!["kind"] == "Status", $"{what}: {(int)response.StatusCode} {answer}");
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{what}: no answer within {AnswerMax}\n{await BodyOfAsync(request)}");
            }
        }
    }

    private static HttpRequestMessage RequestOf(string form, Door door, BodyMaker maker, Random random)
    {
        var (type, body) = form == "damaged" ? BodyOf(OddValues.Pick(["json", "yaml", "protobuf"], random), door, maker) : BodyOf(form, door, maker);
        if (form == "damaged")
        {
            body = maker.Damaged(body);
        }

        // Most create nothing: what is tried here is what stands before the store, and its size is not to grow by what is tried.
        var (method, path) = form == "patch" ? ("PATCH", door.Existing!) : (door.Method, door.Path);
        var query = random.Next(20) == 0 && door.Existing is not null ? "" : "?dryRun=All";
        var request = new HttpRequestMessage(new HttpMethod(method), $"{path}{query}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (random.Next(4) == 0)
        {
            request.Headers.TryAddWithoutValidation("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        }

        return request;
    }

    private static (string Type, byte[] Body) BodyOf(string form, Door door, BodyMaker maker)
    {
        switch (form)
        {
            case "yaml":
                return ("application/yaml", Encoding.UTF8.GetBytes(maker.Yaml(door.Type, door.Name)));
            case "protobuf":
                return ("application/vnd.kubernetes.protobuf", maker.Protobuf(door.ApiVersion, door.Type.Name, door.Type));
            case "patch":
                var (type, patch) = maker.Patch(door.Type);
                return (type, Encoding.UTF8.GetBytes(patch));
            default:
                return ("application/json", Encoding.UTF8.GetBytes(maker.Json(door.Type, door.Name)));
        }
    }

    /// <summary>Of lists that cannot be merged Kubernetes has it that the fault is its own, for no reason; those of ours have one.</summary>
    private static bool IsToldSo(string answer) => JsonNode.Parse(answer)!["reason"] is null;

    private static async Task<string> BodyOfAsync(HttpRequestMessage request)
    {
        var body = await request.Content!.ReadAsByteArrayAsync();
        return request.Content.Headers.ContentType?.MediaType == "application/vnd.kubernetes.protobuf" ? Convert.ToBase64String(body) : Encoding.UTF8.GetString(body);
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>Every place that takes a body; where it is about an object, that one is there.</summary>
    private async Task<IReadOnlyList<Door>> DoorsAsync()
    {
        var space = await api.NewNamespaceAsync();
        var spaceName = space.Split('/')[^1];
        var doors = new List<Door>();
        foreach (var kind in BuiltInKinds.All)
        {
            var all = $"{(kind.Group.Length == 0 ? "/api/v1" : $"/apis/{kind.ApiVersion}")}{(kind.Namespaced ? $"/namespaces/{spaceName}" : "")}/{kind.Resource}";
            var name = NameOf(kind);
            (await api.PostAsync(all, Smallest.Of(kind, name, spaceName))).Good();
            var one = $"{all}/{name}";
            doors.Add(new("POST", all, kind.Schema, kind.ApiVersion, "new", null));
            doors.Add(new("PUT", one, kind.Schema, kind.ApiVersion, name, one));
            doors.Add(new("DELETE", one, RecordSchemas.Of<DeleteOptions>(), "v1", null, null));
            if (Served.Of(kind).Find("status") is not null)
            {
                doors.Add(new("PUT", $"{one}/status", kind.Schema, kind.ApiVersion, name, $"{one}/status"));
            }

            if (Served.Of(kind).Find("scale") is not null)
            {
                doors.Add(new("PUT", $"{one}/scale", RecordSchemas.Of<Scale>(), "autoscaling/v1", name, $"{one}/scale"));
            }
        }

        var podName = NameOf(BuiltInKinds.Of<Pod>());
        var pod = $"{space}/pods/{podName}";
        doors.Add(new("POST", $"{pod}/eviction", RecordSchemas.Of<Eviction>(), "policy/v1", podName, null));
        doors.Add(new("POST", $"{pod}/binding", RecordSchemas.Of<Binding>(), "v1", podName, null));
        doors.Add(new("PUT", $"{pod}/ephemeralcontainers", RecordSchemas.Of<Pod>(), "v1", podName, $"{pod}/ephemeralcontainers"));
        doors.Add(new("POST", $"{space}/serviceaccounts/default/token", RecordSchemas.Of<TokenRequest>(), "authentication.k8s.io/v1", "default", null));
        doors.AddRange(
            from review in (Type[])[typeof(SelfSubjectReview), typeof(TokenReview), typeof(SelfSubjectAccessReview), typeof(SelfSubjectRulesReview), typeof(SubjectAccessReview)]
            let version = $"{RecordSchemas.Of(review).Package.Split('.')[^1]}.k8s.io/v1"
            select new Door("POST", $"/apis/{version}/{review.Name.ToLowerInvariant()}s", RecordSchemas.Of(review), version, null, null));
        return doors;

        // Both kinds of events are kept as one.
        string NameOf(Kind kind) => SampleObjects.Name(kind.Resource, $"{kind.Version}-{spaceName}-{kind.Group.Length}");
    }

    /// <param name="Name">What the body's object must be called.</param>
    /// <param name="Existing">The object that can be patched there.</param>
    private sealed record Door(string Method, string Path, ObjectSchema Type, string ApiVersion, string? Name, string? Existing);
}

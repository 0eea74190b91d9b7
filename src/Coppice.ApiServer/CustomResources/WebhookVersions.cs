using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Custom;
using Coppice.ApiServer.Schemas;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Webhooks;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.CustomResources;

/// <summary>
/// Versions that a webhook turns into each other: all objects of a page, or of a batch of events, in one question. Nothing that it answers
/// is taken on trust: it may change what it likes but what an object is and whose.
/// </summary>
/// <param name="schemas">By apiVersion.</param>
internal sealed class WebhookVersions(
    WebhookClient client, Random random, WebhookConversion webhook, IReadOnlyDictionary<string, StructuralSchema> schemas) : IConversion
{
    // Kubernetes' time for it, which nobody can set.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <exception cref="ApiError">InternalError, in Kubernetes' words: the webhook was not reached, or its answer is none.</exception>
    public async ValueTask<IReadOnlyList<KubernetesObject>> ConvertAsync(
        IReadOnlyList<KubernetesObject> items, string apiVersion, CancellationToken stop)
    {
        var others = items.Where(item => item.ApiVersion != apiVersion).Cast<CustomObject>().ToList();
        if (others.Count == 0)
        {
            return items;
        }

        var of = NameOf(others[0]);
        var converted = new Queue<CustomObject>(await AskAsync(others, apiVersion, of, stop));
        return [.. items.Select(item => item.ApiVersion == apiVersion ? item : converted.Dequeue())];
    }

    private async ValueTask<IReadOnlyList<CustomObject>> AskAsync(
        IReadOnlyList<CustomObject> items, string apiVersion, string of, CancellationToken stop)
    {
        var uid = Uuids.Next(random);
        var review = webhook.ConversionReviewVersions.First(version => version is "v1" or "v1beta1");
        ConversionAnswer answer;
        try
        {
            var body = await client.PostAsync(webhook.ClientConfig!, QuestionOf(review, uid, items, apiVersion), Timeout, stop);
            answer = ConversionAnswer.Read(body, review, uid);
        }
        catch (Exception e) when (e is WebhookException or JsonException or FormatException)
        {
            throw ApiErrors.InternalError($"conversion webhook for {of} failed: {e.Message}");
        }

        if (answer.Objects.Count != items.Count)
        {
            throw ApiErrors.InternalError($"conversion webhook for {of} returned {answer.Objects.Count} objects, expected {items.Count}");
        }

        return [.. items.Select((item, index) => Checked(item, answer.Objects[index], apiVersion, $"conversion webhook for {of}", index))];
    }

    private static byte[] QuestionOf(string review, string uid, IReadOnlyList<CustomObject> items, string apiVersion)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "ConversionReview");
            json.WriteString("apiVersion", $"apiextensions.k8s.io/{review}");
            json.WriteStartObject("request");
            json.WriteString("uid", uid);
            json.WriteString("desiredAPIVersion", apiVersion);
            json.WriteStartArray("objects");
            foreach (var item in items)
            {
                ApiJson.WriteObject(json, item);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The object as it came back, with the metadata that it went with; only labels and annotations may be others.</summary>
    private CustomObject Checked(CustomObject original, JsonElement answered, string apiVersion, string who, int index)
    {
        CustomObject item;
        try
        {
            item = ApiJson.Read<CustomObject>(answered);
        }
        catch (JsonException e)
        {
            throw ApiErrors.InternalError($"{who} returned invalid converted object at index {index}: {e.Message}");
        }

        var wrong = item.ApiVersion != apiVersion ? $"invalid groupVersion (expected {apiVersion}, received {item.ApiVersion})"
            : item.Kind != original.Kind ? $"invalid kind (expected {original.Kind}, received {item.Kind})"
            : Altered("name", item.Metadata.Name, original.Metadata.Name)
                ?? Altered("namespace", item.Metadata.Namespace, original.Metadata.Namespace)
                ?? Altered("UID", item.Metadata.Uid, original.Metadata.Uid);
        if (wrong is not null)
        {
            throw ApiErrors.InternalError($"{who} returned invalid converted object at index {index}: {wrong}");
        }

        var metadata = original.Metadata with { Labels = item.Metadata.Labels, Annotations = item.Metadata.Annotations };
        return CustomObjectFormat.Fit(item with { Metadata = metadata }, schemas[apiVersion], completes: false, null);
    }

    private static string? Altered(string field, string? received, string? expected) =>
        received == expected ? null : $"invalid metadata.{field}, expected {received}, got {expected}";

    private static string NameOf(CustomObject item) => $"{item.ApiVersion}, Kind={item.Kind}";

    /// <summary>What a webhook has answered.</summary>
    private sealed record ConversionAnswer(IReadOnlyList<JsonElement> Objects)
    {
        /// <exception cref="FormatException">It is no answer to this question, or says that it failed.</exception>
        /// <exception cref="JsonException">It is no JSON.</exception>
        public static ConversionAnswer Read(ReadOnlyMemory<byte> body, string review, string uid)
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var (kind, version) = (TextOf(root, "kind"), TextOf(root, "apiVersion"));
            if (kind != "ConversionReview" || version != $"apiextensions.k8s.io/{review}")
            {
                throw new FormatException($"expected webhook response of apiextensions.k8s.io/{review}, Kind=ConversionReview, got {version}, Kind={kind}");
            }

            if (FormerElements.Member(root, "response") is not { ValueKind: JsonValueKind.Object } response)
            {
                throw new FormatException("no response provided");
            }

            if (review == "v1" && TextOf(response, "uid") is var answered && answered != uid)
            {
                throw new FormatException($"expected response.uid={QuotedText.Of(uid)}, got {QuotedText.Of(answered)}");
            }

            var result = FormerElements.Member(response, "result");
            var (status, message) = (TextOf(result, "status"), TextOf(result, "message"));
            if (status != "Success")
            {
                throw new FormatException(
                    message.Length > 0 ? message : $"response.result.status was '{status}', not 'Success'");
            }

            return FormerElements.Member(response, "convertedObjects") is { ValueKind: JsonValueKind.Array } objects
                ? new([.. objects.EnumerateArray().Select(one => one.Clone())])
                : new([]);
        }

        private static string TextOf(JsonElement? value, string name) =>
            FormerElements.Member(value, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
    }
}

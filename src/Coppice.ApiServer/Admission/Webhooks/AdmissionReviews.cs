using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects;
using Coppice.Objects.Admission;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>Asks a webhook about a request, and understands its answer.</summary>
internal sealed class AdmissionReviews(WebhookClient client, Random random)
{
    private const string ReviewGroup = "admission.k8s.io";
    private const string ReviewKind = "AdmissionReview";
    private const string MetaVersion = "meta.k8s.io/v1";

    // A webhook that does not say how long it may take; it is filled in when it is written.
    private const int LongestSeconds = 30;

    private static readonly string[] KnownVersions = ["v1", "v1beta1"];

    /// <returns>The answer of a webhook that lets the request go on.</returns>
    /// <exception cref="WebhookException">It gave no answer that is one.</exception>
    /// <exception cref="ApiError">It has denied the request, or may not be asked where nothing is to happen.</exception>
    public async ValueTask<AdmissionResponse> AskAsync(WebhookCall call, WriteRequest request, ShownObjects objects, CancellationToken stop)
    {
        var terms = call.Terms;
        if (request.Options.DryRun && terms.SideEffects is not (SideEffectClass.None or SideEffectClass.NoneOnDryRun))
        {
            throw ApiErrors.BadRequest($"admission webhook {QuotedText.Of(terms.Name)} does not support dry run");
        }

        var version = terms.AdmissionReviewVersions.FirstOrDefault(one => KnownVersions.Contains(one))
            ?? throw new WebhookException("could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)");
        var question = new AdmissionReview
        {
            ApiVersion = $"{ReviewGroup}/{version}",
            Kind = ReviewKind,
            Request = QuestionOf(call.Asked, call.Shown, request) with { Uid = RandomNames.Uid(random), Object = objects.Item, OldObject = objects.Old },
        };

        request.LetOthersIn();
        var response = Understand(await PostAsync(terms, question, stop), question, terms is MutatingWebhook, version == "v1");
        foreach (var (key, value) in response.AuditAnnotations)
        {
            request.Notes?.Annotate($"{terms.Name}/{key}", value);
        }

        foreach (var warning in response.Warnings)
        {
            request.Notes?.Warn(warning);
        }

        return response.Allowed ? response : throw Denial(terms.Name, response.Status);
    }

    private async ValueTask<ReadOnlyMemory<byte>> PostAsync(IAdmissionWebhook terms, AdmissionReview question, CancellationToken stop)
    {
        try
        {
            var timeout = TimeSpan.FromSeconds(terms.TimeoutSeconds ?? LongestSeconds);
            return await client.PostAsync(terms.ClientConfig, ApiJson.Write(question), timeout, stop);
        }
        catch (WebhookException e)
        {
            throw new WebhookException($"failed to call webhook: {e.Message}", e);
        }
    }

    /// <summary>The question without the objects.</summary>
    /// <param name="shown">What was asked, by the version of the resource that is to be seen.</param>
    public static AdmissionRequest QuestionOf(AdmissionTarget asked, AdmissionTarget shown, WriteRequest request)
    {
        return new AdmissionRequest
        {
            Kind = KindOf(shown),
            Resource = ResourceOf(shown),
            SubResource = shown.Subresource.Length > 0 ? shown.Subresource : null,
            RequestKind = KindOf(asked),
            RequestResource = ResourceOf(asked),
            RequestSubResource = asked.Subresource.Length > 0 ? asked.Subresource : null,
            Name = asked.Name.Length > 0 ? asked.Name : null,
            Namespace = asked.Namespace.Length > 0 ? asked.Namespace : null,
            Operation = asked.Operation,
            UserInfo = request.User,
            DryRun = request.Options.DryRun,
            Options = OptionsOf(request),
        };
    }

    private static GroupVersionKind KindOf(AdmissionTarget target) =>
        new() { Group = target.Object.Group, Version = target.Object.Version, Kind = target.Object.Kind };

    private static GroupVersionResource ResourceOf(AdmissionTarget target) =>
        new() { Group = target.Kind.Group, Version = target.Kind.Version, Resource = target.Kind.Resource };

    /// <summary>How the operation is to be done: of what happens, and not of what the client has called it.</summary>
    private static JsonElement? OptionsOf(WriteRequest request) => request.Operation switch
    {
        WriteOperation.Connect => null,
        WriteOperation.Delete => JsonSerializer.SerializeToElement(
            (request.Options.Deletion ?? new DeleteOptions()) with { ApiVersion = MetaVersion, Kind = "DeleteOptions" }, ApiJson.TypeInfo<DeleteOptions>()),
        _ => ChangeOptions(request.Options, request.Operation == WriteOperation.Create ? "CreateOptions" : "UpdateOptions"),
    };

    private static JsonElement ChangeOptions(WriteOptions options, string kind)
    {
        var json = new JsonObject { ["kind"] = kind, ["apiVersion"] = MetaVersion };
        if (options.DryRun)
        {
            json["dryRun"] = new JsonArray("All");
        }

        if (options.FieldManager is { } manager)
        {
            json["fieldManager"] = manager;
        }

        if (options.FieldValidation != FieldValidation.Warn)
        {
            json["fieldValidation"] = options.FieldValidation.ToString();
        }

        return json.Deserialize<JsonElement>(ApiJson.TypeInfo<JsonElement>());
    }

    /// <param name="mutating">It may change the object.</param>
    /// <param name="exactly">The version of the review asks that an answer repeats what it is to.</param>
    private static AdmissionResponse Understand(ReadOnlyMemory<byte> body, AdmissionReview question, bool mutating, bool exactly)
    {
        var report = StrictDecoder.Check(body.Span, RecordSchemas.Of<AdmissionReview>());
        if ((report.SyntaxError ?? report.FatalError) is { } problem)
        {
            throw new WebhookException($"failed to call webhook: couldn't get version/kind; json parse error: {problem}");
        }

        AdmissionReview answer;
        try
        {
            answer = ApiJson.Read<AdmissionReview>(body.Span);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // The schema has passed it: what is left are texts that are no Unicode, and nulls.
            throw new WebhookException($"failed to call webhook: {e.Message}", e);
        }

        if (answer.Kind is null || answer.ApiVersion is null)
        {
            throw new WebhookException($"failed to call webhook: Object '{(answer.Kind is null ? "Kind" : "apiVersion")}' is missing in '{Start(body.Span)}'");
        }

        return WhyInvalid(answer, question, mutating, exactly) is { } why
            ? throw new WebhookException($"received invalid webhook response: {why}")
            : answer.Response!;
    }

    private static string? WhyInvalid(AdmissionReview answer, AdmissionReview question, bool mutating, bool exactly)
    {
        if (answer.Response is not { } response)
        {
            return "webhook response was absent";
        }

        if (exactly && response.Uid != question.Request!.Uid)
        {
            return $"expected response.uid={QuotedText.Of(question.Request.Uid!)}, got {QuotedText.Of(response.Uid ?? "")}";
        }

        if (answer.ApiVersion != question.ApiVersion || answer.Kind != question.Kind)
        {
            return $"expected webhook response of {question.ApiVersion}, Kind={question.Kind}, got {answer.ApiVersion}, Kind={answer.Kind}";
        }

        var (hasPatch, type) = (!response.Patch.Bytes.IsEmpty, response.PatchType);
        return (mutating, exactly) switch
        {
            (_, false) => hasPatch && type is not (null or "JSONPatch") ? $"webhook returned invalid response.patchType of {QuotedText.Of(type)}" : null,
            (true, _) when hasPatch && type is null => "webhook returned response.patch but not response.patchType",
            (true, _) when !hasPatch && type is not null => "webhook returned response.patchType but not response.patch",
            (true, _) when hasPatch && type != "JSONPatch" => $"webhook returned invalid response.patchType of {QuotedText.Of(type!)}",
            (false, _) when hasPatch => "validating webhook may not return response.patch",
            (false, _) when type is not null => "validating webhook may not return response.patchType",
            _ => null,
        };
    }

    private static ApiError Denial(string webhook, ApiStatus? said)
    {
        var by = $"admission webhook {QuotedText.Of(webhook)} denied the request";
        said ??= new ApiStatus();
        return new ApiError(said with
        {
            ApiVersion = "v1",
            Kind = "Status",
            Code = said.Code is >= 400 and <= 999 ? said.Code : 400,
            Status = "Failure",
            Message = (said.Message ?? said.Reason) is { } why ? $"{by}: {why}" : $"{by} without explanation",
        });
    }

    private static string Start(ReadOnlySpan<byte> body) => System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, 256)]);
}

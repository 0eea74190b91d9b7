using System.Text.Json;
using Coppice.ApiServer.Admission.Subjects;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Webhooks;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Admission;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>Asks a webhook about a request, and understands its answer.</summary>
internal sealed class AdmissionReviews(WebhookClient client, AdmissionMetrics metrics, Random random)
{
    private const string ReviewGroup = "admission.k8s.io";
    private const string ReviewKind = "AdmissionReview";

    // A webhook that does not say how long it may take; it is filled in when it is written.
    private const int LongestSeconds = 30;

    // Why a request was refused, in metrics.
    private const string NoError = "no_error";
    private const string CallError = "calling_webhook_error";

    private static readonly string[] KnownVersions = ["v1", "v1beta1"];

    /// <returns>The answer of a webhook that lets the request go on.</returns>
    /// <exception cref="WebhookException">It gave no answer that is one.</exception>
    /// <exception cref="ApiError">It has denied the request, or may not be asked where nothing is to happen.</exception>
    public async ValueTask<AdmissionResponse> AskAsync(WebhookCall call, WriteRequest request, CancellationToken stop)
    {
        var began = metrics.Now;
        try
        {
            var response = await PutAsync(call, request, stop);
            var denial = response.Allowed ? null : Denial(call.Terms.Name, response.Status);
            Count(call, began, denial is null ? null : NoError, denial?.Code ?? 200);
            return denial is null ? response : throw denial;
        }
        catch (WebhookException)
        {
            Count(call, began, call.Webhook.Fails ? CallError : null, 400);
            if (!call.Webhook.Fails)
            {
                metrics.WebhooksPassedOver.Of(call.Terms.Name, TypeOf(call)).Add(TimeSpan.Zero);
            }

            throw;
        }
    }

    /// <param name="error">The type of what went wrong where the request is refused; null where it goes on.</param>
    private void Count(WebhookCall call, long began, string? error, int code)
    {
        var (name, operation, type, rejected) = (call.Terms.Name, call.Asked.Operation, TypeOf(call), AdmissionMetrics.Rejected(error is not null));
        var shown = $"{Math.Min(code, 600)}";
        metrics.WebhookRequests.Of(shown, name, operation, rejected, type).Add(TimeSpan.Zero);
        metrics.Webhooks.Of(name, operation, rejected, type).Add(metrics.Since(began));
        if (error is not null)
        {
            metrics.WebhookRejections.Of(error, name, operation, shown, type).Add(TimeSpan.Zero);
        }
    }

    private static string TypeOf(WebhookCall call) => call.Terms is MutatingWebhook ? AdmissionMetrics.Admit : AdmissionMetrics.Validating;

    private async ValueTask<AdmissionResponse> PutAsync(WebhookCall call, WriteRequest request, CancellationToken stop)
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
            Request = AdmissionQuestion.Of(call.Asked, call.Shown, request) with { Uid = Uuids.Next(random), Object = call.Objects.Item, OldObject = call.Objects.Old },
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

        return response;
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

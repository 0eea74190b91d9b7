using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Admission.Subjects;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Patching;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects;
using Coppice.Objects.Admission;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>
/// Webhooks that may change what is asked for, one after another. Where one has changed it, everybody who mutates is asked once more, and
/// of the webhooks those that want to see what others did after them.
/// </summary>
internal sealed class MutatingWebhooks(WebhookSource<MutatingWebhookConfiguration> source, WebhookMatching matching, AdmissionReviews reviews) : IRepeatedAdmission
{
    public string Name => "MutatingAdmissionWebhook";

    public bool Handles(WriteOperation operation) => true;

    public ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        AdmitAsync(request, (item, old), new MutationRounds(), stop);

    public async ValueTask<KubernetesObject?> AdmitAsync(
        WriteRequest request, (KubernetesObject? Item, KubernetesObject? Old) objects, MutationRounds rounds, CancellationToken stop)
    {
        var webhooks = await source.NowAsync(stop);
        if (webhooks.Length == 0 || AdmissionTarget.IsExempt(request))
        {
            return objects.Item;
        }

        var target = AdmissionTarget.Of(request, request.Key.Name);
        var item = objects.Item;
        var memory = rounds.MemoryOf<RepeatedAsking>(this);
        memory.Begin(rounds, item);

        foreach (var webhook in webhooks)
        {
            if (rounds.IsSecond && !memory.Again.Contains(webhook.Id))
            {
                continue;
            }

            var subject = new AdmissionSubject(request, target, ChangedObjects.AsSent(request, item), objects.Old);
            if (await matching.MatchAsync(webhook, subject, stop) is not { } call)
            {
                continue;
            }

            var changed = await AskAsync(call, subject, item, stop);
            if (!Equals(changed, item))
            {
                item = changed;
                memory.SomethingChanged();
                rounds.AskAgain();
            }

            if (webhook.Terms is MutatingWebhook { ReinvocationPolicy: ReinvocationPolicyType.IfNeeded })
            {
                memory.Asked.Add(webhook.Id);
            }
        }

        memory.Last = item;
        return item;
    }

    /// <returns>The object as the webhook wants it.</returns>
    private async ValueTask<KubernetesObject?> AskAsync(WebhookCall call, AdmissionSubject subject, KubernetesObject? item, CancellationToken stop)
    {
        try
        {
            var answer = await reviews.AskAsync(call, subject.Request, stop);
            return answer.Patch.Bytes.IsEmpty ? item : await PatchedAsync(call, subject, item, answer, stop);
        }
        catch (WebhookException e)
        {
            return call.Unanswered(e) is { } refusal ? throw refusal : item;
        }
    }

    private static async ValueTask<KubernetesObject?> PatchedAsync(
        WebhookCall call, AdmissionSubject subject, KubernetesObject? item, AdmissionResponse answer, CancellationToken stop)
    {
        var patch = PatchOf(answer.Patch.Bytes);
        if (patch.Count == 0)
        {
            return item;
        }

        if (item is null || call.Objects.Item is not { } json)
        {
            throw ApiErrors.InternalError(
                $"admission webhook {QuotedText.Of(call.Terms.Name)} attempted to modify the object, which is not supported for this operation");
        }

        byte[] patched;
        try
        {
            patched = JsonTree.Write(JsonPatch.Apply(JsonObject.Create(json), patch, stop));
        }
        catch (Exception e) when (e is JsonPatchException or ApiError)
        {
            throw ApiErrors.InternalError(e.Message);
        }

        return await ChangedObjects.TakeAsync(subject with { Item = item }, call.Shown, patched, stop, FieldValidation.Ignore);
    }

    private static JsonArray PatchOf(ReadOnlyMemory<byte> patch)
    {
        try
        {
            return JsonTree.Parse(patch.Span).Root as JsonArray
                ?? throw new WebhookException("received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        }
        catch (JsonException e)
        {
            throw new WebhookException($"received undecodable patch in webhook response: {JsonSyntax.Describe(patch.Span, e)}", e);
        }
    }
}

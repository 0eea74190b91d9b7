using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
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
        var memory = rounds.MemoryOf<Memory>(this);
        var item = objects.Item;
        if (rounds.IsSecond && !Equals(memory.Last, item))
        {
            memory.SomethingChanged();
        }

        foreach (var webhook in webhooks)
        {
            if ((rounds.IsSecond && !memory.Again.Contains(webhook.Id)) || await matching.MatchAsync(webhook, target, item, objects.Old, stop) is not { } call)
            {
                continue;
            }

            var changed = await AskAsync(call, request, item, objects.Old, stop);
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
    private async ValueTask<KubernetesObject?> AskAsync(
        WebhookCall call, WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        try
        {
            var sent = item is null ? null : Unmade(request, item);
            var objects = await ShownObjects.OfAsync(call, sent, old, stop);
            var answer = await reviews.AskAsync(call, request, request.Connection is { } connection ? objects with { Item = connection } : objects, stop);
            return answer.Patch.Bytes.IsEmpty ? item : await PatchedAsync(call, request, item, objects.Item, answer, stop);
        }
        catch (WebhookException e)
        {
            return call.Unanswered(e) is { } refusal ? throw refusal : item;
        }
    }

    private static async ValueTask<KubernetesObject?> PatchedAsync(
        WebhookCall call, WriteRequest request, KubernetesObject? item, JsonElement? shown, AdmissionResponse answer, CancellationToken stop)
    {
        var patch = PatchOf(answer.Patch.Bytes);
        if (patch.Count == 0)
        {
            return item;
        }

        if (item is null || shown is not { } json)
        {
            throw ApiErrors.InternalError(
                $"admission webhook {QuotedText.Of(call.Terms.Name)} attempted to modify the object, which is not supported for this operation");
        }

        KubernetesObject patched;
        try
        {
            var result = JsonTree.Write(JsonPatch.Apply(JsonObject.Create(json), patch, stop));
            patched = ObjectDecoder.DecodePatched(result, KindOf(call.Shown), FieldValidation.Ignore, []).Item;
        }
        catch (ApiError e)
        {
            throw ApiErrors.InternalError(e.Message);
        }

        patched = await ShownObjects.InAsync(call.Shown, call.Asked, patched, stop);
        RequireNamespace(request, patched);
        patched = Made(request, patched, item);
        return call.Asked.Object == KindName.Of(call.Asked.Kind) ? request.Served.Strategy.Default(patched) : patched;
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

    private static Kind KindOf(AdmissionTarget target) => target.Object == KindName.Of(target.Kind)
        ? target.Kind
        : UnstoredKinds.Find(target.Object.Group, target.Object.Kind)
            ?? throw new InvalidOperationException($"there is no kind {target.Object}, which {target.Kind.Resource}/{target.Subresource} takes");

    /// <summary>What is new is shown as it was sent: what only the server gives it comes afterwards.</summary>
    private static KubernetesObject Unmade(WriteRequest request, KubernetesObject item) => !IsNew(request) ? item : item with
    {
        Metadata = item.Metadata with
        {
            Name = request.Key.Name.Length == 0 ? null : item.Metadata.Name,
            Uid = null,
            CreationTimestamp = null,
        },
    };

    /// <summary>What only the server gives, no webhook takes.</summary>
    private static KubernetesObject Made(WriteRequest request, KubernetesObject patched, KubernetesObject before)
    {
        var (meta, given) = (patched.Metadata, before.Metadata);
        return patched with
        {
            Metadata = meta with
            {
                Name = IsNew(request) ? meta.Name ?? given.Name : meta.Name,
                Uid = IsNew(request) ? given.Uid : meta.Uid,
                CreationTimestamp = given.CreationTimestamp,
                DeletionTimestamp = given.DeletionTimestamp,
                DeletionGracePeriodSeconds = given.DeletionGracePeriodSeconds,
                Generation = given.Generation,
                SelfLink = null,
            },
        };
    }

    private static bool IsNew(WriteRequest request) => request is { Operation: WriteOperation.Create, Subresource: "" };

    private static void RequireNamespace(WriteRequest request, KubernetesObject item)
    {
        if (request.Kind.Namespaced && (item.Metadata.Namespace ?? "") != request.Key.Namespace)
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /// <summary>What is remembered of an object from the first round to the second.</summary>
    private sealed class Memory
    {
        /// <summary>The object as it left this admission.</summary>
        public KubernetesObject? Last { get; set; }

        /// <summary>Those that want to know of changes after them.</summary>
        public HashSet<string> Asked { get; } = [];

        /// <summary>Those of them after which there were changes.</summary>
        public HashSet<string> Again { get; } = [];

        public void SomethingChanged()
        {
            Again.UnionWith(Asked);
            Asked.Clear();
        }
    }
}

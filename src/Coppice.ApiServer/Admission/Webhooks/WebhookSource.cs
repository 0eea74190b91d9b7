using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Expressions;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>A webhook ready to be matched.</summary>
/// <param name="Id">Unlike that of every other webhook.</param>
internal sealed record ReadyWebhook(IAdmissionWebhook Terms, string Id, LabelQuery Namespaces, LabelQuery Objects)
{
    /// <summary>Where it can't be asked, the request is refused.</summary>
    public bool Fails => Terms.FailurePolicy != FailurePolicyType.Ignore;

    public ReadyConditions Conditions { get; } = new(Terms.MatchConditions, AdmissionExpressions.Conditions, Terms.FailurePolicy != FailurePolicyType.Ignore);
}

/// <summary>The webhooks of all configurations of one kind, in the order in which they are asked: by the configuration's name, and then as it lists them.</summary>
internal sealed class WebhookSource<T>(LiveObjects<T> live, Func<T, IEnumerable<IAdmissionWebhook>> webhooks)
    where T : KubernetesObject
{
    private readonly LiveView<T, ReadyWebhook[]> _ready = new(live, all => [.. all.Values.SelectMany(one => Ready(one, webhooks))]);

    public ValueTask<ReadyWebhook[]> NowAsync(CancellationToken stop) => _ready.NowAsync(stop);

    private static IEnumerable<ReadyWebhook> Ready(T configuration, Func<T, IEnumerable<IAdmissionWebhook>> webhooks)
    {
        // Within one configuration there may be several of one name, from times when that was taken.
        var place = 0;
        foreach (var webhook in webhooks(configuration))
        {
            yield return new ReadyWebhook(
                webhook, $"{configuration.Metadata.Name}/{webhook.Name}/{place++}", LabelQuery.Of(webhook.NamespaceSelector), LabelQuery.Of(webhook.ObjectSelector));
        }
    }
}

using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Webhooks;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer.Aggregation;

/// <summary>
/// Looks after the APIServices: those of this server are there as long as what they stand for is served, and those of others are asked
/// now and then whether they are there, and what they serve.
/// </summary>
internal sealed class ApiServiceReconciler(IApiClient api, KindRegistry kinds, RemoteApis remote, RemoteApiClient client, TimeProvider time) : IReconciler
{
    private const int AnswerBytesMax = WebhookClient.AnswerBytesMax;

    private static readonly TimeSpan WhileAvailable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhileNot = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(5);

    private readonly RemoteOpenApi _openApi = new(client, time);

    private static readonly UserInfo Aggregator = Users.Of("system:kube-aggregator", Users.Masters);

    /// <summary>The loop that runs it, woken by every change of what it looks at.</summary>
    public ReconcileLoop<ObjectKey> WokenBy(CacheSet caches, ILogger log)
    {
        var loop = new ReconcileLoop<ObjectKey>("APIServices", this, ReconcileOptions.Default, time, log);
        caches.Of<APIService>().Subscribe(change => loop.Enqueue(ObjectKey.Of(change.Item)));
        caches.Of<Service>().Subscribe(change => WakeThoseBehind(ObjectKey.Of(change.Item)));
        caches.Of<EndpointSlice>().Subscribe(change => WakeThoseBehind(
            new(change.Item.Metadata.Namespace ?? "", change.Item.Metadata.Labels.Find("kubernetes.io/service-name") ?? "")));
        kinds.Changed += WakeOwn;
        WakeOwn();
        return loop;

        void WakeThoseBehind(ObjectKey service)
        {
            foreach (var (name, one) in remote.All)
            {
                if (one.Service == service)
                {
                    loop.Enqueue(new ObjectKey("", name));
                }
            }
        }

        void WakeOwn()
        {
            foreach (var one in LocalApis.Of(kinds.Current).Concat(caches.Of<APIService>().Items))
            {
                loop.Enqueue(ObjectKey.Of(one));
            }
        }
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var found = await api.FindAsync<APIService>(key, stop);
        if (found?.Spec.Service is { } service)
        {
            return await ReconcileRemoteAsync(found, service, stop);
        }

        remote.Set(key.Name, null);
        var own = LocalApis.Of(kinds.Current).FirstOrDefault(one => one.Metadata.Name == key.Name);
        if (found is null && own is not null)
        {
            await api.CreateAsync(own, stop);
        }
        else if (found is not null && own is null && LocalApis.IsManaged(found))
        {
            await api.DeleteAsync<APIService>(key, null, stop);
        }

        return ReconcileResult.Done;
    }

    private async ValueTask<ReconcileResult> ReconcileRemoteAsync(APIService item, ServiceReference reference, CancellationToken stop)
    {
        // 1. Observe.
        var key = new ObjectKey(reference.Namespace ?? "", reference.Name ?? "");
        var service = await api.FindAsync<Service>(key, stop);
        var slices = await api.ListAsync<EndpointSlice>(new ListQuery { Namespace = key.Namespace, LabelSelector = $"kubernetes.io/service-name={key.Name}" }, stop);
        var name = item.Metadata.Name!;
        var known = new RemoteApi(item.Spec, true, remote.All.GetValueOrDefault(name)?.Resources ?? []) { Described = remote.All.GetValueOrDefault(name)?.Described };

        // 2. What the service says, or else itself.
        var resources = known.Resources;
        var availability = ApiAvailability.Of(reference, service, slices.Items);
        if (availability is null)
        {
            (availability, resources) = await CheckAsync(known, service!, stop);
        }

        // 3. Apply: for those who ask here, and for those who look.
        known = known with { IsAvailable = availability.IsAvailable, Resources = resources };
        remote.Set(name, known);
        var status = availability.Noted(item.Status, ApiTime.Truncate(time.GetUtcNow()));
        if (status != item.Status)
        {
            await api.UpdateStatusAsync(item with { Status = status }, stop);
        }

        // 4. What its objects look like is only then looked for, as nobody waits for it.
        if (known.IsAvailable)
        {
            remote.Set(name, known with { Described = await _openApi.AskAsync(known, stop) });
        }

        return ReconcileResult.After(availability.IsAvailable ? WhileAvailable : WhileNot);
    }

    private async ValueTask<(ApiAvailability Availability, ValueList<ServedResource> Resources)> CheckAsync(RemoteApi one, Service service, CancellationToken stop)
    {
        var shown = $"https://{HostPort.Of(service.Spec.ClusterIP!, one.Spec.Service!.Port ?? ServiceDialer.HttpsPort)}{one.Root}";
        using var late = new CancellationTokenSource(CheckTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            using var answer = await client.GetAsync(one, one.Root, Aggregator, null, either.Token);
            return answer.IsSuccessStatusCode
                ? (ApiAvailability.Passed, RemoteDiscovery.Read(await RemoteApiClient.ReadAsync(answer, AnswerBytesMax, either.Token), one.Group, one.Version))
                : (ApiAvailability.FailedCheck($"failing or missing response from {shown}: bad status from {shown}: {(int)answer.StatusCode}"), one.Resources);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (Failed("context deadline exceeded"), one.Resources);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ApiException)
        {
            return (Failed(NetworkFailure.Words(e)), one.Resources);
        }

        ApiAvailability Failed(string why) => ApiAvailability.FailedCheck($"failing or missing response from {shown}: Get \"{shown}\": {why}");
    }
}

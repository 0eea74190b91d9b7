using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// Removes the leases of API servers that live no more: of a machine that has another name by now, ours would stay for ever. Whose lease nobody
/// has renewed for as long as it holds is gone, as for Kubernetes' API servers.
/// </summary>
/// <param name="own">The name of ours, which may have expired while nothing ran here, and is about to be renewed.</param>
internal sealed partial class ExpiredIdentities(IApiClient api, string own, TimeProvider time, ILogger log)
{
    /// <summary>As often as Kubernetes': they do no harm.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromHours(1);

    private static readonly ListQuery Identities = new("kube-system", LabelSelector: "apiserver.kubernetes.io/identity=kube-apiserver");

    /// <summary>Until stop. What fails is told and tried again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await TryRemoveAsync(stop);
                await Task.Delay(LookEvery, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next process goes on.
        }
    }

    private async Task TryRemoveAsync(CancellationToken stop)
    {
        try
        {
            var leases = await api.ListAsync<Lease>(Identities, stop);
            foreach (var lease in leases.Items.Where(one => one.Metadata.Name != own && IsExpired(one)))
            {
                await RemoveAsync(lease, stop);
            }
        }
        catch (Exception failed) when (failed is ApiException or IOException or HttpRequestException)
        {
            LogNotRemoved(failed.Message);
        }
    }

    /// <summary>Only as it was seen: whoever has renewed it since lives.</summary>
    private async Task RemoveAsync(Lease lease, CancellationToken stop)
    {
        try
        {
            await api.DeleteAsync<Lease>(ObjectKey.Of(lease), new() { Preconditions = new() { Uid = lease.Metadata.Uid, ResourceVersion = lease.Metadata.ResourceVersion } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone already, or alive.
        }
    }

    private bool IsExpired(Lease lease) =>
        lease.Spec is not { RenewTime: { } renewed, LeaseDurationSeconds: { } seconds } || renewed.Value.After(Spans.Seconds(seconds)) < time.GetUtcNow();

    [LoggerMessage(1009, LogLevel.Warning, "An expired lease of an API server could not be removed, which is tried again: {Why}")]
    private partial void LogNotRemoved(string why);
}

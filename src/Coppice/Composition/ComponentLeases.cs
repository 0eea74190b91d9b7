using System.Security.Cryptography;
using System.Text;
using Coppice.Client;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// The leases by which others see who the control plane is: that the API server lives, and who leads as controller manager and as scheduler.
/// Here they tell, and decide nothing. Whoever has the store is all three, and takes the leases at once, whoever held them before: after a crash
/// nobody waits for the end of a lease. Another scheduler that somebody starts under the usual name waits as long as they are renewed.
/// </summary>
internal sealed partial class ComponentLeases(IReadOnlyList<ComponentLease> leases, TimeProvider time, ILogger log)
{
    // What others wait for before they lead in our place is Kubernetes'.
    private static readonly TimeSpan LeadsFor = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LivesFor = TimeSpan.FromHours(1);

    /// <summary>
    /// Kubernetes' API servers and nodes renew as often, its leaders every 2 s. Each renewal is written to the disk of a machine that may have
    /// nothing else to do: all of them together, which is one commit.
    /// </summary>
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);

    /// <summary>After a failure, so that one is made up for before others would lead.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <param name="host">Whose name the holders bear.</param>
    public static ComponentLeases Of(string host, ComponentElections elections, TimeProvider time, Random random, ILogger log)
    {
        var server = ServerName(host);
        return new(
            [
                new(elections.Server, server, $"{server}_{Uuids.Next(random)}", LivesFor, time)
                {
                    Labels = ValueMap.Of(("apiserver.kubernetes.io/identity", "kube-apiserver"), ("kubernetes.io/hostname", host)),
                },
                Leader("kube-controller-manager", elections.Manager, elections.ManagerEvents),
                Leader("kube-scheduler", elections.Scheduler, elections.SchedulerEvents),
            ],
            time,
            log);

        ComponentLease Leader(string name, IApiClient api, IEventRecorder events) => new(api, name, $"{host}_{Uuids.Next(random)}", LeadsFor, time) { Election = events };
    }

    /// <summary>Until stop. What fails is told and tried again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var renewed = await Task.WhenAll(leases.Select(one => TryRenewAsync(one, stop)));
                await Task.Delay(renewed.All(one => one) ? RenewEvery : RetryAfter, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next process takes them as they are.
        }
    }

    /// <summary>As Kubernetes' API servers are called by their machines' names.</summary>
    public static string ServerName(string host)
    {
        const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        var name = new StringBuilder("apiserver-");
        var (bits, count) = (0, 0);
        foreach (var part in SHA256.HashData(Encoding.UTF8.GetBytes(host)).AsSpan(0, 16))
        {
            (bits, count) = ((bits << 8) | part, count + 8);
            for (; count >= 5; count -= 5)
            {
                name.Append(Alphabet[(bits >> (count - 5)) & 31]);
            }
        }

        return name.Append(Alphabet[(bits << (5 - count)) & 31]).ToString();
    }

    private async Task<bool> TryRenewAsync(ComponentLease lease, CancellationToken stop)
    {
        try
        {
            await lease.RenewAsync(stop);
            return true;
        }
        catch (Exception failed) when (failed is ApiException or IOException or HttpRequestException)
        {
            LogNotRenewed(failed.Message);
            return false;
        }
    }

    [LoggerMessage(1007, LogLevel.Warning, "A lease of the control plane could not be written, which is tried again: {Why}")]
    private partial void LogNotRenewed(string why);
}

/// <summary>By which clients the components write their leases, and who tells that they lead.</summary>
internal sealed record ComponentElections(IApiClient Server, IApiClient Manager, IEventRecorder ManagerEvents, IApiClient Scheduler, IEventRecorder SchedulerEvents);

using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>A claim of devices is no longer as it was when the pod was planned: it is planned anew.</summary>
internal sealed class ClaimChangedException(string message) : Exception(message);

/// <summary>Writes to claims of devices what was chosen for a pod, before the pod goes to its node; and takes it back where it is of no use.</summary>
internal sealed class DeviceBinding(IApiClient api, SchedulerFigures figures, TimeProvider time)
{
    /// <summary>Others write to a claim, too: each time it was changed in between, it is looked at again.</summary>
    private const int TriesMax = 10;

    /// <returns>The claims with new devices as they are now.</returns>
    /// <exception cref="ClaimChangedException">One of them cannot be used like this any more.</exception>
    public async ValueTask<IReadOnlyList<WrittenClaim>> ReserveAsync(Pod pod, IReadOnlyList<PlannedClaim> claims, CancellationToken stop)
    {
        List<WrittenClaim> written = [];
        foreach (var planned in claims)
        {
            var claim = planned.Wishes is { } wishes ? await MakeAsync(pod, planned.Claim, wishes, stop) : await ReserveAsync(pod, planned, stop);
            if (planned.IsNew)
            {
                written.Add(new(ObjectKey.Of(planned.Claim), claim));
            }
        }

        return written;
    }

    /// <summary>Nobody has use for the devices where they are: the claim may get others.</summary>
    public async ValueTask GiveBackAsync(ResourceClaim claim, CancellationToken stop) =>
        await api.UpdateStatusAsync(claim with { Status = claim.Status with { Allocation = null, ReservedFor = [] } }, stop);

    /// <summary>Takes away a claim that was made for a pod's extended resources before its status told of it, unless it does by now.</summary>
    public async ValueTask ClearAsync(Pod pod, ResourceClaim leftover, CancellationToken stop)
    {
        if (await api.FindAsync<Pod>(ObjectKey.Of(pod), stop) is { } now && now.Metadata.Uid == pod.Metadata.Uid && DeviceClaims.OfExtended(now) != ObjectKey.Of(leftover))
        {
            await UnmakeAsync(leftover, stop);
        }
    }

    /// <summary>Makes the claim for a pod's extended resources, and has the pod's status tell of it, by which its node finds it.</summary>
    private async ValueTask<ResourceClaim> MakeAsync(Pod pod, ResourceClaim planned, IReadOnlyList<ExtendedWish> wishes, CancellationToken stop)
    {
        var made = await CreateAsync(planned with { Metadata = planned.Metadata with { Name = null }, Status = new() }, stop);
        try
        {
            var status = planned.Status with { Allocation = planned.Status.Allocation! with { AllocationTimestamp = ApiTime.Truncate(time.GetUtcNow()) } };
            made = await api.UpdateStatusAsync(made with { Status = status }, stop);
            await new PodStatusWrites(api).ChangeAsync(
                pod, current => current.Status with { ExtendedResourceClaimStatus = ExtendedResources.StatusOf(made, wishes) }, stop);
            return made;
        }
        catch (Exception)
        {
            // The next try makes another one. Where this does not reach the API either, it goes with the pod.
            await UnmakeAsync(made, stop);
            throw;
        }
    }

    private async ValueTask<ResourceClaim> CreateAsync(ResourceClaim claim, CancellationToken stop)
    {
        var isMade = false;
        try
        {
            claim = await api.CreateAsync(claim, stop);
            isMade = true;
            return claim;
        }
        finally
        {
            figures.ClaimMade(isMade);
        }
    }

    /// <summary>Takes away what was made, as it is now: a write that failed may have been done all the same.</summary>
    private async ValueTask UnmakeAsync(ResourceClaim made, CancellationToken stop)
    {
        await TryAsync(async () =>
        {
            if (await api.FindAsync<ResourceClaim>(ObjectKey.Of(made), stop) is { Status.Allocation: not null } now && now.Metadata.Uid == made.Metadata.Uid)
            {
                await GiveBackAsync(now, stop);
            }
        });
        await TryAsync(async () => await api.DeleteAsync<ResourceClaim>(ObjectKey.Of(made), new() { Preconditions = new() { Uid = made.Metadata.Uid } }, stop));
    }

    /// <summary>Does what there is no other way for where it fails.</summary>
    private static async ValueTask TryAsync(Func<ValueTask> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            // What went wrong before is what is told of.
        }
    }

    private async ValueTask<ResourceClaim> ReserveAsync(Pod pod, PlannedClaim planned, CancellationToken stop)
    {
        var claim = planned.Claim with { Status = new() };
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await WriteAsync(pod, planned, claim, tries == 1, stop);
            }
            catch (ApiException e) when (e.IsConflict && tries < TriesMax)
            {
                claim = await api.FindAsync<ResourceClaim>(ObjectKey.Of(planned.Claim), stop)
                    ?? throw new ClaimChangedException($"claim {ObjectKey.Of(planned.Claim)} got deleted in the meantime");
                Require(pod, planned, claim);
            }
        }
    }

    private async ValueTask<ResourceClaim> WriteAsync(Pod pod, PlannedClaim planned, ResourceClaim claim, bool isAsPlanned, CancellationToken stop)
    {
        // What has devices must not go before they are given back.
        if (planned.IsNew && !claim.Metadata.Finalizers.Contains(DeviceClaims.Finalizer))
        {
            claim = await api.UpdateAsync(claim with { Metadata = claim.Metadata with { Finalizers = [.. claim.Metadata.Finalizers, DeviceClaims.Finalizer] } }, stop);
        }

        var status = isAsPlanned ? planned.Claim.Status : claim.Status;
        if (planned.IsNew)
        {
            status = status with { Allocation = planned.Claim.Status.Allocation! with { AllocationTimestamp = ApiTime.Truncate(time.GetUtcNow()) } };
        }

        var wanted = DeviceClaims.ReservedFor(pod, claim with { Status = status });
        return await api.UpdateStatusAsync(wanted, stop);
    }

    private static void Require(Pod pod, PlannedClaim planned, ResourceClaim claim)
    {
        var key = ObjectKey.Of(claim);
        if (claim.Metadata.Uid != planned.Claim.Metadata.Uid || claim.Metadata.DeletionTimestamp is not null)
        {
            throw new ClaimChangedException($"claim {key} got deleted in the meantime");
        }

        if (planned.IsNew && claim.Status.Allocation is not null)
        {
            throw new ClaimChangedException($"claim {key} got allocated elsewhere in the meantime");
        }

        if (!planned.IsNew && (claim.Status.Allocation is null || claim.Status.Allocation != planned.Claim.Status.Allocation))
        {
            throw new ClaimChangedException($"claim {key} got deallocated elsewhere in the meantime");
        }

        if (!DeviceClaims.HasPlace(claim) && !DeviceClaims.IsReservedFor(pod, claim))
        {
            throw new ClaimChangedException($"claim {key} is in use by others");
        }
    }
}

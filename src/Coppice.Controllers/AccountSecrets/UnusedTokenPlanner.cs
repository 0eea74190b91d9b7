using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.Controllers.AccountSecrets;

/// <summary>What becomes of a token that is kept in a secret.</summary>
internal enum UnusedTokenPlan
{
    Keep,

    /// <summary>It is not believed from now on, and whoever still needs it can say so.</summary>
    MarkInvalid,

    Delete,
}

/// <summary>
/// Tokens that older clusters made for every account, and that nobody has used for a year, are first marked, and a year later deleted.
/// What somebody asked for himself stays: no account names it.
/// </summary>
internal static class UnusedTokenPlanner
{
    /// <summary>As Kubernetes' controller has it, unless told otherwise.</summary>
    public static readonly TimeSpan Unused = TimeSpan.FromDays(365);

    /// <param name="account">The one that the secret names; null if there is none.</param>
    /// <param name="since">From when on it is noted that tokens are used; null if it is not.</param>
    public static UnusedTokenPlan Plan(Secret secret, ServiceAccount? account, bool isNeededByPod, DateTimeOffset? since, DateTimeOffset now)
    {
        // On the day itself it may have begun late.
        if (since is not { } first || now < first.AddDays(1) + Unused || isNeededByPod || account is null)
        {
            return UnusedTokenPlan.Keep;
        }

        var limit = now - Unused;
        if (secret.Metadata.DeletionTimestamp is not null
            || secret.Metadata.CreationTimestamp >= limit
            || !AccountTokens.IsNamedBy(account, secret.Metadata.Name!)
            || (secret.Metadata.Labels.Find(AccountTokens.LastUsedLabel) is { } used && !IsBefore(used, limit)))
        {
            return UnusedTokenPlan.Keep;
        }

        var invalid = secret.Metadata.Labels.Find(AccountTokens.InvalidSinceLabel);
        return AccountTokens.ParseDay(invalid) is null ? UnusedTokenPlan.MarkInvalid
            : IsBefore(invalid!, limit) ? UnusedTokenPlan.Delete
            : UnusedTokenPlan.Keep;
    }

    // By days. What is no day is not known to be long ago.
    private static bool IsBefore(string day, DateTimeOffset limit) =>
        AccountTokens.ParseDay(day) is not null && string.CompareOrdinal(day, AccountTokens.DayOf(limit)) < 0;
}

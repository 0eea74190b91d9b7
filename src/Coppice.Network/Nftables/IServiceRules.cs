namespace Coppice.Network.Nftables;

/// <summary>Where planned rules take effect: the node's kernel, or the simulation's.</summary>
public interface IServiceRules
{
    /// <summary>
    /// Makes the rules what is desired, in one transaction; returns when packets meet them. The first call replaces what an
    /// earlier run left behind.
    /// </summary>
    /// <returns>What of the desired the kernel does not take, and so is left out.</returns>
    /// <exception cref="RulesException">The kernel refused them; the rules before it still hold.</exception>
    ValueTask<IReadOnlyList<RuleWarning>> ApplyAsync(NftTable desired, CancellationToken stop);

    /// <summary>Looks whether the rules are what was applied, and makes them so again. Null, or in words what had become of them.</summary>
    ValueTask<string?> RestoreAsync(CancellationToken stop);

    /// <summary>Calls back whenever somebody else has changed the rules, until stopped. From any thread; it must not take long.</summary>
    Task WatchAsync(Action changed, CancellationToken stop);

    /// <summary>Takes all rules of ours away.</summary>
    ValueTask RemoveAsync(CancellationToken stop);
}

/// <summary>The rules could not be applied; the message is the kernel's or nft's.</summary>
public sealed class RulesException(string message, Exception? inner = null) : Exception(message, inner);
